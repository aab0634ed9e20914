import { fixedClock } from "../platform/clock";
import { pageToStore, recordToStore } from "../test/builders/pages";
import { type TestStore, testStore } from "../test/builders/store";
import type { Engine } from "./engine";
import { upkeep } from "./upkeep";

const clock = fixedClock("2026-11-22T09:00:00Z");
let test: TestStore;
beforeAll(async () => {
  test = await testStore(clock);
});
afterAll(() => test.drop());

const on = (day: string) => {
  const engine = { store: test.store, clock: fixedClock(`${day}T09:00:00Z`), log: { info() {} } } as unknown as Engine;
  return upkeep(engine, test.store);
};

it("lets raw records and stored answers go on the day after their last, and not before", async () => {
  const run = await test.begin();
  await test.store.pages.apply(pageToStore({ ...run, records: [recordToStore("kept for 35 days")], rawDays: 35 }));
  await test.rows(
    `insert into ops.intake_request (connection_id, idempotency_key, body_sha256, run_id, received_at, answer, expires_on)
     values ('zqa-lms', 'batch-1', repeat('0', 64), $1, now(), '{}', '2026-12-27')`,
    [run.runId],
  );
  expect(await on("2026-12-27")).toMatchObject({ rawPages: 0, answers: 0 });
  expect(await on("2026-12-28")).toMatchObject({ rawPages: 1, answers: 1 });
  expect(await test.rows("select 1 from ops.raw_page union all select 1 from ops.intake_request")).toEqual([]);
  expect(await on("2026-12-28")).toMatchObject({ rawPages: 0, answers: 0 });
});
