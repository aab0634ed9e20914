import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commandLine } from "../../../cli/compose/operations";
import { endStates } from "../../../schema/codes/ends";
import { anEsrPerson, awardRow, employed, writeGoFile } from "../../builders/esr-files";
import { hr, occupationalHealth, type TestHub, testHub } from "../../builders/hub";

const yaml = `
  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }
  - { id: zqa-oh, connector: csv, organisations: [ZQA], settings: { folder: drops } }`;
const ops = commandLine({ role: "ops", purpose: "SERVICE_OPERATION" });
const fields = `id is kind organisations { odsCode } connectedSystem steps { step state at detail } counts { name count } end { state reason owner say next }`;
const byId = `query($id: ID!) { operations { trace(id: $id) { ${fields} } } }`;
const byNumber = `query($number: String!, $organisation: String!) {
  staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $number, organisation: $organisation) { traces { ${fields} } } }`;

const canary = anEsrPerson({ given: "Canaria", family: "Featherstone", born: "1987-03-09" });
let hub: TestHub;
let file: string;
let award: string;
let clearance: string;
beforeAll(async () => {
  hub = await testHub({ yaml });
  file = writeGoFile(path.join(hub.folder, "esr"), {
    kind: "GOF",
    day: "2026-11-19",
    sequence: 101,
    rows: [...employed(canary), awardRow(canary), "PRA~short"],
  });
  await hub.sync("zqa-esr");
  mkdirSync(path.join(hub.folder, "drops"));
  writeFileSync(
    path.join(hub.folder, "drops", "clearances-1.csv"),
    `staff_number,family_name,given_name,date_of_birth,cleared_for_role,role,decided_on,valid_until
${canary.number},${canary.family},${canary.given},${canary.born},yes,Nurse,2026-10-01,
99000001,Nemo,Nobody,1990-01-01,yes,Nurse,2026-10-01,
`,
  );
  await hub.sync("zqa-oh");
  award = (await hub.rows("select id from learning.competence_award"))[0]!.id;
  clearance = (await hub.rows("select id from oh.clearance where staff_member_id is not null"))[0]!.id;
});
afterAll(() => hub.close());

const trace = async (id: string, principal = ops) => (await hub.ask(byId, { id }, principal)).operations?.trace;
const their = async (number: string, organisation: string, principal = hr("ZQA")) =>
  (await hub.ask(byNumber, { number, organisation }, principal)).staffMemberByIdentifier;

describe("a record", () => {
  test("is followed from the file to where it ends, in order", async () => {
    const found = await trace(award);
    expect(found).toMatchObject({
      is: "RECORD",
      kind: "competence-award",
      connectedSystem: "zqa-esr",
      organisations: [{ odsCode: "ZQA" }],
    });
    expect(found.steps.map((one: any) => one.step)).toEqual(["RECEIVED", "RAW", "NORMALISED", "MATCHED", "STORED"]);
    expect(found.steps[0].detail).toContain(file);
    expect(found.steps[1]).toMatchObject({ state: "kept", detail: "until 2027-02-20" });
    expect(found.steps[3]).toMatchObject({ state: "ESR knows the person" });
    expect(found.end).toMatchObject({ state: "IN_ESR", owner: "NOBODY", say: "ESR holds it." });
  });

  test("of health is a health record and nothing more, and goes no further than the hub", async () => {
    const found = await trace(clearance);
    expect(found).toMatchObject({ kind: "health record", end: { state: "STORED_NOT_FOR_ESR", reason: "HEALTH_NOT_SENT" } });
    expect(JSON.stringify(found)).not.toMatch(/clearance"|Nurse|yes\b|2026-10-01/);
  });

  test("of nobody waits, with whose move it is", async () => {
    const [{ id }] = (await hub.rows("select id from oh.clearance where staff_member_id is null")) as [{ id: string }];
    expect((await trace(id)).end).toMatchObject({
      state: "WAITING_FOR_PERSON",
      owner: "TRUST",
      next: "npx lanyard match list --organisation ZQA --as oh",
    });
  });

  test("whose raw page is over says so", async () => {
    await hub.rows("update oh.clearance set raw_page_id = 999999 where staff_member_id is null");
    const [{ id }] = (await hub.rows("select id from oh.clearance where staff_member_id is null")) as [{ id: string }];
    expect((await trace(id)).steps).toContainEqual(expect.objectContaining({ step: "RAW", state: "expired" }));
  });
});

describe("a file", () => {
  test("that was read tells what became of its rows, and what was refused of it", async () => {
    expect(await trace(file)).toMatchObject({
      is: "FILE",
      connectedSystem: "zqa-esr",
      counts: expect.arrayContaining([
        { name: "received", count: 4 },
        { name: "not usable", count: 1 },
        { name: "applied", count: 3 },
      ]),
      end: { state: "READ_WITH_OPEN_ENDS", say: expect.stringContaining("1 were refused") },
    });
    expect((await trace(file)).steps).toContainEqual(
      expect.objectContaining({ step: "REFUSED", state: "1 rows refused", detail: "ROW_FIELD_COUNT" }),
    );
    expect(await trace("clearances-1.csv")).toMatchObject({ end: { state: "READ_WITH_OPEN_ENDS" } });
  });

  test("that could not be used is not received, with why and whose move it is", async () => {
    writeFileSync(path.join(hub.folder, "esr", "NOT_A_GO_FILE.DAT"), "x");
    await hub.sync("zqa-esr");
    expect((await trace("NOT_A_GO_FILE.DAT")).end).toMatchObject({ state: "NOT_RECEIVED", reason: "FILE_NAME_UNKNOWN", owner: "TRUST" });
  });
});

describe("a refusal and a run", () => {
  test("say why, and are corrected when a good version has come", async () => {
    const [{ id }] = (await hub.rows("select id from ops.refused")) as [{ id: string }];
    expect((await trace(id)).end).toMatchObject({ state: "REFUSED", reason: "ROW_FIELD_COUNT", owner: "ESR" });
    await hub.rows("update ops.refused set resolved_at = now() where id = $1", [id]);
    expect((await trace(id)).end).toMatchObject({ state: "CORRECTED", owner: "NOBODY" });
    await hub.rows("update ops.refused set resolved_at = null where id = $1", [id]);
  });

  test("by its number, however it is written", async () => {
    const [{ id }] = (await hub.rows("select id from ops.sync_run order by id limit 1")) as [{ id: string }];
    expect(await trace(id)).toMatchObject({ is: "RUN", end: { state: "READ_WITH_OPEN_ENDS" } });
    expect(await trace(`run ${id}`)).toEqual(await trace(id));
  });
});

describe("the way to ESR", () => {
  const staff = "(select staff_member_id from learning.competence_award limit 1)";
  const person = "(select id from staff.source_person where system = 'esr' limit 1)";
  const states = async () => {
    const text = (
      await hub.rows(
        `select string_agg(pg_get_constraintdef(oid), ' ') as text from pg_constraint where conrelid = 'ops.esr_delivery'::regclass and contype = 'c'`,
      )
    )[0]!.text as string;
    return new Set([...text.matchAll(/'([A-Z]+)'::text/g)].map(([, state]) => state!));
  };

  test("every state that the database can hold leads to an end with an owner and a next step", async () => {
    await hub.rows("update learning.competence_award set connection_id = 'zqa-oh' where id = $1", [award]);
    expect((await trace(award)).end).toMatchObject({ state: "AWAITS_ESR_RUN" });
    expect([...(await states())].sort()).toEqual(["ACKNOWLEDGED", "DROPPED", "DUE", "REFUSED", "RETURNED", "SENT", "SHADOWED", "WRITTEN"]);
    const fileOf = (mode: string) =>
      hub.rows(
        `insert into ops.esr_file (id, name, vpd, organisation, data_set, mode, layout, sequence, records, sha256, key_org, key_version, body, state, made_at)
         values (gen_random_uuid(), $1, '991', 'ZQA', 'competences', $1, 'x', 1, 1, 'x', 'ZQA', 1, '', $2, now()) returning id`,
        [mode, mode === "on" ? "WRITTEN" : "SHADOWED"],
      );
    const [on] = await fileOf("on");
    const [shadow] = await fileOf("shadow");
    await hub.rows(
      `insert into ops.esr_delivery (id, effect_key, kind, record_id, staff_member_id, connection_id, controller_org, vpd, organisation,
         esr_source_person_id, competence, esr_name, awarded_on, state, due_at)
       values (gen_random_uuid(), 'k', 'competence-award', $1, ${staff}, 'zqa-oh', 'ZQA', '991', 'ZQA', ${person}, 'c', 'n', '2026-01-01', 'DUE', now())`,
      [award],
    );
    const to = async (set: string, values: unknown[] = []) => {
      await hub.rows(`update ops.esr_delivery set ${set}`, values);
      return (await trace(award)).end;
    };
    expect((await trace(award)).end).toMatchObject({ state: "DUE_FOR_ESR", owner: "HUB", next: "npx lanyard esr run" });
    expect(await to("state = 'DROPPED', reason = 'NOT_NEWEST'")).toMatchObject({ state: "STORED_NOT_FOR_ESR", reason: "NOT_NEWEST" });
    await to("state = 'DUE', reason = null");
    expect(await to("state = 'SHADOWED', file_id = $1, line = 1, written_at = now()", [shadow!.id])).toMatchObject({
      state: "SHADOWED",
      owner: "TRUST",
    });
    expect((await trace("shadow")).end).toMatchObject({ state: "SHADOWED" });
    await to("state = 'DUE', file_id = null, line = null, written_at = null");
    expect(await to("state = 'WRITTEN', file_id = $1, line = 2, written_at = now()", [on!.id])).toMatchObject({ state: "DUE_FOR_ESR" });
    expect(await to("state = 'SENT', sent_at = now()")).toMatchObject({ state: "SENT_TO_ESR", owner: "ESR" });
    await hub.rows("update ops.esr_file set leaving_at = now(), sent_at = now(), state = 'SENT' where mode = 'on'");
    expect((await trace("on")).end).toMatchObject({ state: "SENT_TO_ESR" });
    expect(await to("state = 'REFUSED', refused_at = now(), refusal_code = 'POSITION_CLOSED'")).toMatchObject({
      state: "REFUSED_BY_ESR",
      owner: "TRUST",
      say: "ESR has refused it: position closed.",
    });
    await to("state = 'DUE', file_id = null, line = null, written_at = null, sent_at = null, refused_at = null, refusal_code = null");
    await to("state = 'WRITTEN', file_id = $1, line = 2, written_at = now()", [on!.id]);
    await to("state = 'SENT', sent_at = now()");
    expect(await to("state = 'ACKNOWLEDGED', acknowledged_at = now(), esr_element_id = '1'")).toMatchObject({
      state: "ACKNOWLEDGED_BY_ESR",
    });
    expect(await to("state = 'RETURNED', returned_at = now()")).toMatchObject({ state: "IN_ESR" });
    expect((await trace(award)).steps.map((one: any) => one.step)).toEqual(
      expect.arrayContaining(["DUE", "WRITTEN", "SENT", "ACKNOWLEDGED", "RETURNED"]),
    );
    await hub.rows("update learning.competence_award set connection_id = 'zqa-esr' where id = $1", [award]);
  });

  test("the states of a record itself lead to ends of the closed list", async () => {
    for (const state of ["WITHDRAWN", "SUSPECTED", "NOT_AT_SOURCE", "IN_FORCE"]) {
      await hub.rows("update learning.competence_award set source_state = $2 where id = $1", [award, state]);
      expect(endStates).toContain((await trace(award)).end.state);
    }
  });
});

describe("who may ask", () => {
  const unknown = "11111111-1111-4111-8111-111111111111";
  test("a number answers the person's own trust: HR its training, occupational health its health", async () => {
    const forHr = (await their(canary.number, "ZQA")).traces;
    expect(forHr.map((one: any) => one.kind)).toEqual(["competence-award"]);
    expect(forHr[0].end.state).toBe("IN_ESR");
    const forOh = (await their(canary.number, "ZQA", occupationalHealth("ZQA"))).traces;
    expect(forOh.map((one: any) => one.kind)).toEqual(["health record"]);
  });

  test("everybody else gets what an unknown number gets, to the byte", async () => {
    const nobody = JSON.stringify(await hub.ask(byNumber, { number: "99999999", organisation: "ZQA" }, ops));
    for (const principal of [
      ops,
      hr("ZQB"),
      occupationalHealth("ZQB"),
      commandLine({ role: "trust-admin", purpose: "SETTINGS", organisation: "ZQA" }),
    ])
      expect(JSON.stringify(await hub.ask(byNumber, { number: canary.number, organisation: "ZQA" }, principal))).toBe(nobody);
    // A number is no id either.
    expect(await trace(canary.number)).toBeNull();
    expect(await trace(canary.family)).toBeNull();
  });

  test("an id answers whoever runs the hub and the trust's administrator, nobody else", async () => {
    const admin = (organisation: string) => commandLine({ role: "trust-admin", purpose: "SETTINGS", organisation });
    expect(await trace(award, admin("ZQA"))).not.toBeNull();
    for (const id of [award, clearance, file]) expect(await trace(id, admin("ZQB"))).toBeNull();
    expect(JSON.stringify(await hub.ask(byId, { id: award }, admin("ZQB")))).toBe(
      JSON.stringify(await hub.ask(byId, { id: unknown }, admin("ZQB"))),
    );
    expect(await trace(award, hr("ZQA")).catch(() => null)).toBeFalsy();
  });

  test("no trace carries a name, a date of birth, a number or a value", async () => {
    const ids = [
      award,
      clearance,
      file,
      "clearances-1.csv",
      ...(await hub.rows("select id from ops.refused")).map((row) => row.id as string),
    ];
    const all = JSON.stringify(await Promise.all(ids.map((id) => trace(id))));
    for (const secret of [
      canary.given,
      canary.family,
      canary.born,
      canary.number,
      canary.id,
      "Nemo",
      "99000001",
      "Fire Safety",
      "2026-03-02",
    ])
      expect(all).not.toContain(secret);
  });
});
