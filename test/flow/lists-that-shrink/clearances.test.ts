import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { anEsrPerson, type EsrPerson } from "../../builders/esr-files";
import { type TestHub, testHub } from "../../builders/hub";

const people = Array.from({ length: 40 }, () => anEsrPerson());
let hub: TestHub;
beforeEach(async () => {
  hub = await testHub({ yaml: "  - { id: zqa-oh, connector: csv, organisations: [ZQA], settings: { folder: drops } }" });
  drop("20261101", people);
  await hub.sync("zqa-oh");
});
afterEach(() => hub.close());

function drop(day: string, listed: readonly EsrPerson[]): void {
  const folder = path.join(hub.folder, "drops");
  mkdirSync(folder, { recursive: true });
  const rows = listed.map((one) => `${one.number},${one.family},${one.given},${one.born},yes,Nurse,2026-10-01,`);
  writeFileSync(
    path.join(folder, `clearances-${day}.csv`),
    ["staff_number,family_name,given_name,date_of_birth,cleared_for_role,role,decided_on,valid_until", ...rows, ""].join("\n"),
  );
}
const states = () => hub.rows("select source_state as state, count(*)::int as n from oh.clearance group by 1 order by 1");

test("what a complete list no longer holds is withdrawn below the limit, kept and marked", async () => {
  drop("20261102", people.slice(2));
  expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "COMPLETED", counts: { rawIn: 38 } });
  expect(await states()).toEqual([
    { state: "IN_FORCE", n: 38 },
    { state: "WITHDRAWN", n: 2 },
  ]);
  expect(await hub.count("ops.record_version", "why = 'WITHDRAWN'")).toBe(2);
});

test("V19: above the limit the list is held, nothing is withdrawn, and a person is asked", async () => {
  drop("20261102", people.slice(10));
  expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "HELD" });
  expect(await states()).toEqual([
    { state: "IN_FORCE", n: 30 },
    { state: "SUSPECTED", n: 10 },
  ]);
  expect(await hub.problems()).toContainEqual(
    expect.objectContaining({
      code: "SNAPSHOT_SHRANK",
      owner: "TRUST",
      say: "A complete snapshot lacks 10 of 40 records; nothing was withdrawn.",
      next: expect.stringContaining("npx lanyard held release"),
    }),
  );
});

test("V19: an empty file withdraws nobody", async () => {
  drop("20261102", []);
  expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "HELD" });
  expect(await states()).toEqual([{ state: "SUSPECTED", n: 40 }]);
});

test("V16: what is listed again after its withdrawal is in force again", async () => {
  drop("20261102", people.slice(1));
  await hub.sync("zqa-oh");
  drop("20261103", people);
  await hub.sync("zqa-oh");
  expect(await states()).toEqual([{ state: "IN_FORCE", n: 40 }]);
});
