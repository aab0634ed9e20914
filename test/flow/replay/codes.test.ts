import type { Principal } from "../../../access/principal";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { hr, type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml, skillOf } from "../../builders/push-vendor";

const people = [anEsrPerson(), anEsrPerson(), anEsrPerson()];
const admin: Principal = { ...hr("ZQA"), role: "trust-admin", purposes: ["SETTINGS"] };
const ops: Principal = { ...hr("NHS"), role: "ops", purposes: ["SERVICE_OPERATION"] };
const fire = "CSTF|Fire Safety|1|";
const replay =
  "replay { id state records willChange unchanged willFail rawExpired withdrawn changed left failures { code count } } differences userErrors { code field }";
let hub: TestHub;
let vendor: PushVendor;

beforeEach(async () => {
  hub = await testHub({ yaml: pushYaml() });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
  await hub.sync("zqa-esr");
  vendor = await pushVendor(hub);
});
afterEach(async () => {
  await vendor.close();
  await hub.close();
});

const preview = async (value: string, who = admin) =>
  (
    await hub.ask(
      `mutation P($input: CodeMapInput!) { previewCodeMap(input: $input) { ${replay} } }`,
      { input: { organisation: "ZQA", list: "competences", code: "Tidal Safety", value } },
      who,
    )
  ).previewCodeMap;
const apply = async (id: string) =>
  (
    await hub.ask(
      `mutation A($input: ApplyCodeMapInput!) { applyCodeMap(input: $input) { ${replay} } }`,
      { input: { replay: id, reason: "asked the vendor" } },
      admin,
    )
  ).applyCodeMap;
const lists = async () =>
  (
    await hub.ask(
      `query { operations { unmappedCodes(organisation: "ZQA") { list code people records rawKept } codeMaps(organisation: "ZQA") { id code value } } }`,
      {},
      admin,
    )
  ).operations;
const awards = () =>
  hub.rows("select source_id, competence, staff_member_id is not null as bound, source_state from learning.competence_award order by 1");

test("a vendor's own name of a training: on the worklist, mapped, derived from what was kept, and taken back again", async () => {
  const tidal = { subjectName: "Tidal Safety", competencyName: "Tidal Safety" };
  await vendor.push([
    ...people.slice(0, 2).map((person, n) => skillOf(person, `T-${n}`, tidal)),
    skillOf(people[2]!, "T-2", { dateLastAwarded: "yesterday" }),
  ]);
  expect(await awards()).toEqual([]);
  expect(await lists()).toMatchObject({
    unmappedCodes: [{ list: "competences", code: "Tidal Safety", people: 2, records: 2, rawKept: 2 }],
  });
  // What is told again just so is kept once.
  const kept = await hub.count("ops.raw_page");
  await vendor.push(people.slice(0, 2).map((person, n) => skillOf(person, `T-${n}`, tidal)));
  expect(await hub.count("ops.raw_page")).toBe(kept);

  // Nobody has said what it means yet: it fails again, by its code.
  const plan = `mutation P($input: PlanReplayInput!) { planReplay(input: $input) { ${replay} } }`;
  const again = (await hub.ask(plan, { input: { filter: { connection: "zqa-lms" }, reason: "a test" } }, ops)).planReplay;
  expect(again.replay).toMatchObject({ records: 3, willChange: 0, willFail: 3, rawExpired: 0 });
  expect(again.replay.failures).toEqual([
    { code: "CODE_UNKNOWN", count: 2 },
    { code: "RECORD_INVALID", count: 1 },
  ]);

  expect((await preview("Fire Brigade")).userErrors).toEqual([{ code: "CODE_MAP_INVALID", field: "value" }]);
  expect(await preview(fire, ops)).toBeNull();
  const shown = await preview(fire);
  expect(shown.replay).toMatchObject({ records: 2, willChange: 2, willFail: 0 });
  expect(await apply(shown.replay.id)).toMatchObject({ replay: { state: "APPLIED", changed: 2, left: 0 }, userErrors: [] });
  expect(await awards()).toEqual(
    ["T-0", "T-1"].map((source_id) => ({ source_id, competence: fire, bound: true, source_state: "IN_FORCE" })),
  );
  expect(await hub.count("ops.refused", "code = 'CODE_UNKNOWN' and resolved_at is null")).toBe(0);
  expect((await preview(fire)).userErrors).toEqual([{ code: "CODE_MAPPED_ALREADY", field: "code" }]);

  // What comes from now on uses the map by itself.
  await vendor.push([skillOf(people[2]!, "T-3", tidal)]);
  expect(await awards()).toHaveLength(3);

  const { codeMaps } = await lists();
  const end = `mutation E($input: CodeMapEndInput!) { previewCodeMapEnd(input: $input) { ${replay} } }`;
  const ending = (await hub.ask(end, { input: { organisation: "ZQA", codeMaps: codeMaps.map((row: { id: string }) => row.id) } }, admin))
    .previewCodeMapEnd;
  expect(ending.replay).toMatchObject({ willChange: 3, withdrawn: 3 });
  await apply(ending.replay.id);
  expect((await awards()).map((row) => row.source_state)).toEqual(["WITHDRAWN", "WITHDRAWN", "WITHDRAWN"]);
  const back = await preview(fire);
  expect(back.replay).toMatchObject({ willChange: 3 });
  await apply(back.replay.id);
  expect((await awards()).map((row) => row.source_state)).toEqual(["IN_FORCE", "IN_FORCE", "IN_FORCE"]);
});
