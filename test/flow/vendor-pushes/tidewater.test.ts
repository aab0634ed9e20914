import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { letTidewaterDeliver } from "../../../cli/compose/tidewater";
import { fixedClock } from "../../../platform/clock";
import { writeGoFiles } from "../../../sandbox/esr/files";
import { populate } from "../../../sandbox/population/population";
import { openTidewater, type Tidewater } from "../../../sandbox/tidewater/tidewater";
import { type TestHub, testFolder, testHub } from "../../builders/hub";
import { type Meddler, startMeddler } from "../../builders/meddler";
import { type IntakeServer, intakeOf } from "../../builders/push-vendor";

const population = populate({ today: "2026-11-22", seed: "lanyard" });
const yaml = `mode: demonstration
organisations:
  - { odsCode: ZQC, vpd: "993", name: Saltmarsh Community, cstfAligned: true }
connections:
  - { id: zqc-esr, connector: esr, organisations: [ZQC], settings: { folder: esr/993 } }
  - { id: zqc-tidewater, connector: push, organisations: [ZQC], freshWithin: 7d }
`;
const clock = fixedClock("2026-11-22T09:00:00Z");
let folder: string;
let hub: TestHub;
let intake: IntakeServer;
let meddler: Meddler;
const waits: number[] = [];
const open = (): Tidewater =>
  openTidewater({ folder: path.join(folder, "tidewater"), population, clock, sleep: async (ms) => void waits.push(ms) });

beforeEach(async () => {
  folder = testFolder();
  waits.length = 0;
  hub = await testHub({ yaml, folder, clock });
  mkdirSync(path.join(folder, "esr"), { recursive: true });
  writeGoFiles(path.join(folder, "esr"), population, "2026-11-22");
  await hub.sync("zqc-esr");
  intake = await intakeOf(hub, { busyAfterMs: 0 });
  meddler = await startMeddler(intake.origin);
});
afterEach(async () => {
  await meddler.close();
  await intake.close();
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});
const awards = () => hub.count("learning.competence_award", "connection_id = 'zqc-tidewater'");

test("Tidewater gets its key once, delivers everything in signed batches, and a second start sends nothing", async () => {
  expect(await letTidewaterDeliver(hub.foundation, open(), intake.origin)).toMatch(
    /^Tidewater \(pushes by itself\): \d+ items in \d batches, \d+ accepted \(\d+ wait for their person\), 3 refused\.$/,
  );
  const stored = await awards();
  expect(stored).toBeGreaterThan(500);
  expect(await hub.rows("select code, pointer from ops.refused where connection_id = 'zqc-tidewater' order by 1")).toEqual([
    { code: "CODE_UNKNOWN", pointer: "/competencyName" },
    { code: "OTHER_ORGANISATION", pointer: "/organisation" },
    { code: "RECORD_INVALID", pointer: "/dateLastAwarded" },
  ]);
  // Nearly everybody is known to ESR; the agency worker waits.
  expect(await hub.count("learning.competence_award", "connection_id = 'zqc-tidewater' and staff_member_id is null")).toBeLessThan(20);
  const requests = await hub.count("ops.intake_request");
  expect(await letTidewaterDeliver(hub.foundation, open(), intake.origin)).toBe("Tidewater (pushes by itself): nothing new.");
  expect(await hub.count("ops.intake_request")).toBe(requests);
  expect(await hub.count("ops.intake_key")).toBe(1);
  expect(await hub.count("audit.event", "operation = 'keys issue zqc-tidewater'")).toBe(1);
});

test("P7: answers that are cut off make Tidewater send the same batch again, and each item counts once", async () => {
  let cut = 0;
  meddler.meddle(({ before }) => {
    if (before % 2 === 1) return "pass";
    cut += 1;
    return "reset";
  });
  await letTidewaterDeliver(hub.foundation, open(), meddler.url);
  expect(cut).toBeGreaterThan(3);
  expect(await hub.count("ops.sync_run", "trigger = 'push'")).toBe(meddler.seen.length - cut);
  const items = open().items;
  expect(await hub.count("ops.receipt")).toBe(items.length);
});

test("Tidewater waits as long as it is told when the hub is busy, and goes on with the same batch", async () => {
  const tidewater = open();
  const lease = await hub.store.connections.lease("zqc-tidewater", "somebody", 600);
  expect(await letTidewaterDeliver(hub.foundation, tidewater, intake.origin)).toMatch(/could not deliver everything \(no answer\)/);
  expect(waits).toContain(5000);
  expect(await awards()).toBe(0);
  await hub.store.connections.release("zqc-tidewater", lease!.number);
  await letTidewaterDeliver(hub.foundation, open(), intake.origin);
  expect(await hub.count("ops.receipt")).toBe(tidewater.items.length);
});

test("something new at Saltmarsh is in the record as soon as it is answered; a revoked key stops Tidewater until it gets another", async () => {
  const tidewater = open();
  await letTidewaterDeliver(hub.foundation, tidewater, intake.origin);
  const hubAddress = { url: `${intake.origin}/intake/zqc-tidewater/records` };
  const like = tidewater.items.find((item) => item.dateLastAwarded !== undefined)!;
  const fresh = { ...like, id: "TW-fresh", dateLastAwarded: "2026-11-21", dateTo: undefined, changedAt: "2026-11-22T08:59:00Z" };
  expect(await tidewater.push(hubAddress, [fresh])).toMatchObject({ batches: 1, accepted: 1, stopped: undefined });
  expect(await hub.rows("select awarded_on from learning.competence_award where source_id = 'TW-fresh'")).toEqual([
    { awarded_on: "2026-11-21" },
  ]);

  await hub.store.intake.revokeKey({ id: tidewater.keyId!, by: "test", reason: "found in a ticket" });
  expect(await tidewater.push(hubAddress, [{ ...fresh, id: "TW-fresh-2" }])).toMatchObject({ stopped: 401 });
  expect((await hub.system("zqc-tidewater")).state).toBe("STOPPED");
  // Kept, and delivered under the next key.
  tidewater.takeKey(await hub.store.intake.issueKey({ connectionId: "zqc-tidewater", organisation: "ZQC", by: "test" }), false);
  expect(await tidewater.deliver(hubAddress)).toMatchObject({ items: 1, accepted: 1, stopped: undefined });
  expect((await hub.system("zqc-tidewater")).problems.map(({ code }) => code)).not.toContain("INTAKE_KEYS_REVOKED");
});

test("after a day without news Tidewater says that there is none, and the connection stays on time", async () => {
  const tidewater = open();
  await letTidewaterDeliver(hub.foundation, tidewater, intake.origin);
  clock.advance(8 * 86_400_000);
  await letTidewaterDeliver(hub.foundation, tidewater, intake.origin);
  expect(await hub.system("zqc-tidewater")).toMatchObject({ freshAsOf: clock.now().toISOString() });
});
