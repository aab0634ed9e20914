import { fixedClock } from "../../../platform/clock";
import type { FhirResource, FhirServer } from "../../../sandbox/fhir/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { fhirClinic, fhirYaml, immunization, observation, patient } from "../../builders/fhir-clinic";
import { everything, occupationalHealth, rawOf, type TestHub, testHub } from "../../builders/hub";

const clock = fixedClock("2026-11-22T09:00:00Z");
const staff = anEsrPerson({ given: "Quilla", family: "Marchbanks-Oyelaran" });
const other = anEsrPerson();
let clinic: FhirServer;
let hub: TestHub;

async function hubOf(data: { immunizations?: FhirResource[]; observations?: FhirResource[] }, settings = ""): Promise<void> {
  clinic = await fhirClinic(
    { patients: [patient(staff), patient(other)], immunizations: data.immunizations ?? [], observations: data.observations ?? [] },
    clock,
  );
  hub = await testHub({
    yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${fhirYaml(clinic.url, settings)}`,
    clock,
  });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(staff, other) });
  await hub.sync("zqa-esr");
}
afterEach(async () => {
  await hub.close();
  await clinic.close();
});

const refused = () =>
  hub.rows("select code, kind, source_id, pointer, got, expected, controller_org from ops.refused order by code, source_id");
const question = `query H($n: String!) { staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $n, organisation: "ZQA") {
  health { immunisations { vaccine givenOn } clinicalTests { name interpretation value } } } }`;
const health = async () => (await hub.ask(question, { n: staff.number }, occupationalHealth("ZQA"))).staffMemberByIdentifier.health;

test("Q11: one bad record in the middle of a page is refused with pointer, kind of value and expectation; the rest of the page lands", async () => {
  const good = Array.from({ length: 8 }, (_, at) => immunization(`i${at}`, staff, { on: `202${at % 5}-0${at + 1}-10` }));
  const bad = { ...immunization("bad", staff), occurrenceDateTime: 20_240_231 };
  await hubOf({ immunizations: [...good.slice(0, 4), bad, ...good.slice(4)] });
  expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "COMPLETED", counts: { rawIn: 9, applied: 8, refusedRaw: 1 } });
  expect(await refused()).toEqual([
    {
      code: "RAW_INVALID",
      kind: null,
      source_id: "immunisations:bad",
      pointer: "/occurrenceDateTime",
      got: "a number",
      expected: "string",
      controller_org: null,
    },
  ]);
  expect((await health()).immunisations).toHaveLength(8);
  expect(await hub.problems("zqa-oh")).toMatchObject([
    { code: "RAW_INVALID", owner: "VENDOR", say: "/occurrenceDateTime should be string, got a number." },
  ]);
});

test("a text where a day should be is refused without the text", async () => {
  await hubOf({
    immunizations: [
      { ...immunization("i1", staff), occurrenceDateTime: undefined, occurrenceString: "at Quilla's school, about 1994" },
      immunization("i2", staff),
    ],
  });
  await hub.sync("zqa-oh");
  expect(await refused()).toMatchObject([{ code: "DATE_AMBIGUOUS", source_id: "Immunization/i1" }]);
  for (const [table, rows] of await everything(hub)) expect([table, rows]).toEqual([table, expect.not.stringContaining("school")]);
  expect(await rawOf(hub)).not.toContain("school");
  expect((await health()).immunisations).toHaveLength(1);
});

test("a corrected record is read again, and its refusal goes", async () => {
  await hubOf({ immunizations: [{ ...immunization("i1", staff), occurrenceDateTime: "soon" }] });
  await hub.sync("zqa-oh");
  expect(await hub.problems("zqa-oh")).toHaveLength(1);
  clinic.control.put(immunization("i1", staff));
  await hub.sync("zqa-oh");
  expect((await health()).immunisations).toHaveLength(1);
  expect(await hub.problems("zqa-oh")).toEqual([]);
});

test("an unknown code keeps its id, code and system and nothing more", async () => {
  const unknown = immunization("i9", staff, { code: "424242424242424", on: "2019-07-23", display: "Experimental jab zeta" });
  await hubOf({ immunizations: [unknown, immunization("i1", staff)] });
  await hub.sync("zqa-oh");
  expect(await refused()).toMatchObject([
    {
      code: "CODE_UNKNOWN",
      kind: "immunisation",
      source_id: "Immunization/i9",
      got: expect.stringContaining("424242424242424"),
      expected: "vaccines",
    },
  ]);
  expect(await hub.problems("zqa-oh")).toMatchObject([
    {
      code: "CODE_UNKNOWN",
      owner: "OPERATOR",
      next: "Say what it means after clinical review: `npx lanyard codes map`; the record is derived anew, or fetched again.",
    },
  ]);
  for (const [table, rows] of await everything(hub)) expect([table, rows]).toEqual([table, expect.not.stringMatching(/zeta|2019-07-23/)]);
  expect(await rawOf(hub)).not.toMatch(/zeta|2019-07-23|i9/);
  expect((await health()).immunisations).toHaveLength(1);
});

test("a surface antigen result leaves a count and nothing else: no row, no refusal, no raw page, no log line holds any of it", async () => {
  const denied = observation("hush-1", staff, {
    code: "5195-3",
    on: "2023-05-17",
    value: "Reactive",
    display: "Hepatitis B virus surface Ag",
  });
  await hubOf({ observations: [observation("o1", staff), denied, observation("o2", other)] });
  const result = await hub.sync("zqa-oh");
  expect(result.counts).toMatchObject({ rawIn: 3, ignored: 1, applied: 2 });
  const traces = /hush-1|5195-3|2023-05-17|Reactive|surface Ag/;
  for (const [table, rows] of await everything(hub)) expect([table, rows]).toEqual([table, expect.not.stringMatching(traces)]);
  expect(await rawOf(hub)).not.toMatch(traces);
  expect(hub.logs.join("")).not.toMatch(traces);
  expect((await hub.rows("select reasons from ops.sync_run order by id desc limit 1"))[0]!.reasons).toMatchObject({
    "ignored:result-never-held": 1,
  });
  // The net is real: what may be kept is found by the same search.
  expect([...(await everything(hub)).values()].join()).toMatch(/Observation\/o1/);
});

test("a denied result written as words, without a known code, is held no more than one with it", async () => {
  await hubOf({
    observations: [observation("hush-2", staff, { code: "LOCAL-77", on: "2023-06-18", value: "Detected", display: "HIV 1+2 antibody" })],
  });
  await hub.sync("zqa-oh");
  for (const [table, rows] of await everything(hub))
    expect([table, rows]).toEqual([table, expect.not.stringMatching(/HIV|2023-06-18|Detected/)]);
  expect(await rawOf(hub)).not.toMatch(/HIV|2023-06-18|Detected/);
});

test("V25: a row of another organisation is refused, whoever's person it names", async () => {
  await hubOf(
    { immunizations: [immunization("i1", staff, { organisation: "ZQC" }), immunization("i2", staff, { organisation: "ZQA" })] },
    "organisationFrom: performer",
  );
  await hub.sync("zqa-oh");
  expect(await refused()).toMatchObject([
    { code: "OTHER_ORGANISATION", source_id: expect.stringMatching(/^foreign /), controller_org: null, pointer: "/performer" },
  ]);
  // Another organisation's record is not ours to keep, not even encrypted.
  expect(await rawOf(hub)).not.toContain("ZQC");
  expect((await health()).immunisations).toHaveLength(1);
  expect(await hub.problems("zqa-oh")).toMatchObject([{ code: "OTHER_ORGANISATION", owner: "VENDOR" }]);
});

test("V25: two trusts that share a system each get their own rows, and neither's team reads the other's", async () => {
  clinic = await fhirClinic(
    {
      patients: [patient(staff)],
      immunizations: [
        immunization("a", staff, { organisation: "ZQA" }),
        immunization("b", staff, { organisation: "ZQB", on: "2021-02-03" }),
      ],
      observations: [],
    },
    clock,
  );
  hub = await testHub({
    yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${fhirYaml(clinic.url, "organisationFrom: performer", "[ZQA, ZQB]")}`,
    clock,
  });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(staff) });
  await hub.sync("zqa-esr");
  await hub.sync("zqa-oh");
  expect(await hub.rows("select controller_org, source_id from oh.immunisation order by 1")).toEqual([
    { controller_org: "ZQA", source_id: "Immunization/a" },
    { controller_org: "ZQB", source_id: "Immunization/b" },
  ]);
  expect((await health()).immunisations).toEqual([{ vaccine: expect.any(String), givenOn: "2024-03-11" }]);
});
