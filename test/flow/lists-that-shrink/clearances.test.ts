import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Principal } from "../../../access/principal";
import { anEsrPerson, type EsrPerson } from "../../builders/esr-files";
import { hr, occupationalHealth, type TestHub, testHub } from "../../builders/hub";

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
      next: expect.stringContaining("npx lanyard held show"),
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

const heldFields =
  "id kind cause becomes count inForce fewerThanFive stillMissing mayDecide whoDecides decision decidedBy reason settled organisations { odsCode }";
const heldNow = async (principal: Principal) =>
  (await hub.ask<{ heldSnapshots: any[] }>(`{ heldSnapshots { ${heldFields} } }`, {}, principal)).heldSnapshots;
const decideAs = async (verb: "release" | "refuse", principal: Principal, id: string, reason = "the export was filtered") =>
  (
    await hub.ask(
      `mutation Decide($input: HeldSnapshotInput!) { answer: ${verb}HeldSnapshot(input: $input) { settled listedAgain userErrors { code field } heldSnapshot { decision } } }`,
      { input: { heldSnapshot: id, reason } },
      principal,
    )
  ).answer;
const ops: Principal = { ...hr("ZQA"), role: "ops", org: undefined, purposes: ["SERVICE_OPERATION"] };

test("of health records of fewer than five people nobody but occupational health is told how many are held", async () => {
  drop("20261102", people.slice(4));
  await hub.sync("zqa-oh");
  const [seen] = await heldNow(ops);
  expect(seen).toMatchObject({ kind: "health record", fewerThanFive: true, count: null, inForce: null, stillMissing: null });
  expect(await heldNow(occupationalHealth("ZQA"))).toMatchObject([{ fewerThanFive: false, count: 4, inForce: 40 }]);
  // Nor from the other side: all but three.
  drop("20261103", people.slice(37));
  await hub.sync("zqa-oh");
  const held = await heldNow(occupationalHealth("ZQA"));
  expect(held.map(({ count }: { count: number }) => count)).toContain(37);
  for (const one of await heldNow(ops)) expect(one).toMatchObject({ fewerThanFive: true, count: null, inForce: null });
  await decideAs("release", occupationalHealth("ZQA"), held[0].id);
});

describe("a held list of health records", () => {
  beforeEach(async () => {
    drop("20261102", people.slice(10));
    await hub.sync("zqa-oh");
  });

  test("is seen by the ESR team in counts, and decided by the trust's occupational health alone", async () => {
    const [seen] = await heldNow(ops);
    expect(seen).toMatchObject({
      kind: "health record",
      count: 10,
      inForce: 40,
      mayDecide: false,
      whoDecides: "the trust's occupational health",
    });
    expect(await heldNow(occupationalHealth("ZQB"))).toEqual([]);
    expect(await heldNow(hr("ZQA"))).toEqual([]);
    for (const nobody of [ops, hr("ZQA"), occupationalHealth("ZQB")]) expect(await decideAs("release", nobody, seen.id)).toBeNull();
    expect(await hub.count("oh.clearance", "source_state = 'SUSPECTED'")).toBe(10);
    expect(await heldNow(occupationalHealth("ZQA"))).toMatchObject([{ id: seen.id, mayDecide: true }]);
  });

  test("released: exactly what is still missing goes, with the reason in the audit, and once only", async () => {
    const [{ id }] = await heldNow(occupationalHealth("ZQA"));
    // Two are listed again by a second file, and others are missing there no more and no less.
    drop("20261103", people.slice(8));
    await hub.sync("zqa-oh");
    expect(await decideAs("release", occupationalHealth("ZQA"), id, " ")).toMatchObject({
      userErrors: [{ code: "HELD_REASON", field: "reason" }],
    });
    expect(await decideAs("release", occupationalHealth("ZQA"), id)).toEqual({
      settled: 8,
      listedAgain: 0,
      userErrors: [],
      heldSnapshot: { decision: "RELEASED" },
    });
    expect(await states()).toEqual([
      { state: "IN_FORCE", n: 32 },
      { state: "WITHDRAWN", n: 8 },
    ]);
    expect(await hub.rows("select reason, controllers from audit.event where operation = 'held release'")).toEqual([
      { reason: "the export was filtered", controllers: ["ZQA"] },
    ]);
    expect(await decideAs("refuse", occupationalHealth("ZQA"), id)).toMatchObject({ userErrors: [{ code: "HELD_OVER" }] });
    expect(await hub.problems()).not.toContainEqual(expect.objectContaining({ code: "SNAPSHOT_SHRANK" }));
  });

  test("refused: everything stays in force, and the same gap is not asked about again", async () => {
    const [{ id }] = await heldNow(occupationalHealth("ZQA"));
    expect(await decideAs("refuse", occupationalHealth("ZQA"), id)).toMatchObject({ settled: 10, heldSnapshot: { decision: "REFUSED" } });
    expect(await states()).toEqual([{ state: "IN_FORCE", n: 40 }]);
    drop("20261103", people.slice(10));
    expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "COMPLETED" });
    expect(await states()).toEqual([{ state: "IN_FORCE", n: 40 }]);
    drop("20261104", people.slice(12));
    expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "HELD" });
    expect(await heldNow(occupationalHealth("ZQA"))).toMatchObject([{ count: 12, stillMissing: null }]);
  });
});
