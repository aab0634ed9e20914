import { type TestStore, testStore } from "../test/builders/store";
import { openStore } from "./open";

/** Hours where the hub has seconds: what a busy machine adds does not count. */
const pauseOf = { firstMs: 2_000_000, longestMs: 900_000_000, probeMs: 90_000_000 };

let db: TestStore;
let other: TestStore["store"];
beforeAll(async () => {
  db = await testStore();
  // A second worker has a pool of its own.
  other = await openStore({ url: db.url, keyEncryptionKey: Buffer.alloc(32, 9), poolSize: 4 });
});
afterAll(async () => {
  await other.close();
  await db.drop();
});

let instance = "";
let count = 0;
beforeEach(() => {
  instance = `vendor ${(count += 1)}`;
});
const stores = () => [db.store, other];
const ledger = (store = db.store) => store.vendorPace.ledgerOf(instance, pauseOf);
const row = async () => (await db.rows("select * from ops.vendor_pace where instance = $1", [instance]))[0]!;
/** The probe's time has come, on the database's clock. */
const itIsTime = () => db.rows("update ops.vendor_pace set probe_at = now() where instance = $1", [instance]);

test("two workers that ask side by side are never given the same turn, and the turns keep the budget's distance", async () => {
  // One turn in a thousand seconds: 200 turns are 200,000 seconds of the budget, whoever has them.
  const granted = await Promise.all(Array.from({ length: 40 }, (_, at) => ledger(stores()[at % 2]).reserve(5, 0.001, 60_000)));
  const starts = granted.map((turns) => (turns.verdict === "granted" ? Math.round(turns.startsInMs / 1_000_000) : -1));
  expect(starts.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, at) => at * 5));
});

test("V1: what one worker was told holds for all, a longer wait is not shortened, and a far one gives no turn", async () => {
  await ledger().reserve(1, 10, 20_000);
  await ledger().told(15_000);
  await ledger(other).told(1_000);
  const near = await ledger(other).reserve(1, 10, 20_000);
  expect(near).toMatchObject({ verdict: "granted" });
  expect((near as { startsInMs: number }).startsInMs).toBeGreaterThan(10_000);
  await ledger().told(3_600_000);
  const far = await ledger(other).reserve(1, 10, 20_000);
  expect(far).toMatchObject({ verdict: "told" });
  expect((far as { waitMs: number }).waitMs).toBeGreaterThan(3_500_000);
});

test("V2: the breaker opens after failures in a row of whichever worker, a burst counts once, and one probe is given", async () => {
  let { wave } = (await ledger().reserve(1, 1000, 20_000)) as { wave: number };
  // Three workers' requests of one burst.
  await Promise.all(stores().map((store) => ledger(store).failed(wave, "VENDOR_ERROR", 3, 1)));
  expect(await row()).toMatchObject({ failures: 1, open_since: null });
  for (const store of stores()) ({ wave } = await ledger(store).failed((wave = Number((await row()).wave)), "VENDOR_ERROR", 3, 1));
  expect(await row()).toMatchObject({ failures: 3, openings: 1, why: "VENDOR_ERROR" });
  for (const store of stores())
    expect(await ledger(store).reserve(1, 1000, 20_000)).toMatchObject({ verdict: "open", failures: 3, why: "VENDOR_ERROR" });
  await itIsTime();
  const asked = await Promise.all(Array.from({ length: 20 }, (_, at) => ledger(stores()[at % 2]).reserve(4, 1000, 20_000)));
  expect(asked.filter((turns) => turns.verdict === "granted")).toMatchObject([{ probe: true }]);
  expect(asked.filter((turns) => turns.verdict === "open")).toHaveLength(19);
});

test("V2: a probe that fails lengthens the pause up to its limit, one that is answered closes the breaker", async () => {
  await ledger().reserve(1, 1000, 20_000);
  let pauses: number[] = [];
  for (let at = 0; at < 16; at += 1) {
    const { wave } = await row();
    await ledger().failed(Number(wave), "TIMED_OUT", 1, 1);
    const { probe_at } = await row();
    pauses.push(probe_at.getTime() - Date.now());
    await itIsTime();
    expect(await ledger(other).reserve(1, 1000, 20_000)).toMatchObject({ verdict: "granted", probe: true });
  }
  pauses = pauses.map((pause) => Math.round(pause / 1_000_000));
  expect(pauses.slice(0, 5)).toEqual([2, 4, 8, 16, 32]);
  expect(Math.max(...pauses)).toBe(pauseOf.longestMs / 1_000_000);
  await ledger(other).succeeded();
  expect(await row()).toMatchObject({ failures: 0, openings: 0, open_since: null, probe_at: null });
  expect(await ledger().reserve(1, 1000, 20_000)).toMatchObject({ verdict: "granted", probe: false });
});

test("V2: a probe that was sent by a worker who died is given to another after its time", async () => {
  await ledger().reserve(1, 1000, 20_000);
  await ledger().failed(0, "TIMED_OUT", 1, 0);
  expect(await ledger().reserve(1, 1000, 20_000)).toMatchObject({ probe: true });
  expect(await ledger(other).reserve(1, 1000, 20_000)).toMatchObject({ verdict: "open" });
  await db.rows("update ops.vendor_pace set probe_until = now() where instance = $1", [instance]);
  expect(await ledger(other).reserve(1, 1000, 20_000)).toMatchObject({ probe: true });
});
