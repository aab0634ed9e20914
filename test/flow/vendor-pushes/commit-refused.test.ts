import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { type TestHub, testHub } from "../../builders/hub";
import { type PushVendor, pushVendor, pushYaml, skillOf } from "../../builders/push-vendor";

const people = Array.from({ length: 3 }, () => anEsrPerson());
let hub: TestHub;
let vendor: PushVendor;
beforeAll(async () => {
  hub = await testHub({ yaml: pushYaml() });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
  await hub.sync("zqa-esr");
  vendor = await pushVendor(hub);
});
afterAll(async () => {
  await vendor.close();
  await hub.close();
});

test("P8: a commit that the database refuses is never a 2xx, and nothing of the batch is there; later the same batch is taken once", async () => {
  const records = people.map((person, at) => skillOf(person, `TW-${at}`));
  // A disk that is full at the commit: everything has been done by then, the answer too.
  await hub.rows(
    "create function ops.refuse_commit() returns trigger language plpgsql as $$ begin raise exception 'full' using errcode = '53100'; end $$",
  );
  await hub.rows(`create constraint trigger refuse after insert on ops.intake_request deferrable initially deferred for each row
    execute function ops.refuse_commit()`);
  const refused = await vendor.push(records, { idempotencyKey: "refused-at-the-commit" });
  expect(refused.status).toBe(503);
  expect(refused.headers["retry-after"]).toBeDefined();
  for (const table of ["learning.competence_award", "ops.intake_request", "ops.receipt"])
    expect([table, await hub.count(table)]).toEqual([table, 0]);
  await hub.rows("drop trigger refuse on ops.intake_request");
  const taken = await vendor.push(records, { idempotencyKey: "refused-at-the-commit" });
  expect(taken).toMatchObject({ status: 200, body: { accepted: 3, outcomes: { applied: 3 } } });
  expect((await vendor.push(records, { idempotencyKey: "refused-at-the-commit" })).text).toBe(taken.text);
  expect(await hub.count("learning.competence_award", "connection_id = 'zqa-lms'")).toBe(3);
  expect(await hub.count("ops.intake_request")).toBe(1);
});
