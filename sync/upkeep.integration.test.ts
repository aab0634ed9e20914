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
  expect(await on("2026-12-27")).toMatchObject({ rawPages: 0, retained: 0 });
  expect(await on("2026-12-28")).toMatchObject({ rawPages: 1, retained: 1 });
  expect(await test.rows("select 1 from ops.raw_page union all select 1 from ops.intake_request")).toEqual([]);
  expect(await on("2026-12-28")).toMatchObject({ rawPages: 0, retained: 0 });
});

it("forgets a plan whose process died before it was shown to anybody, with its items, and no other", async () => {
  const plan = (id: string, state: string, at: string) =>
    test.rows(
      `with r as (insert into ops.replay (id, kind, organisations, subject, state, plan, planned_by, planned_at)
         values ($1, 'records', '{ZQA}', 'a test', $2, '{}', 'somebody', $3) returning id)
       insert into ops.replay_item (replay_id, n, connection_id, anchors, prints) select id, 1, 'zqa-lms', '{}', '{}' from r`,
      [id, state, at],
    );
  await plan("00000000-0000-4000-8000-000000000001", "PLANNING", "2026-12-26T08:00:00Z");
  await plan("00000000-0000-4000-8000-000000000002", "PLANNING", "2026-12-28T08:00:00Z");
  await plan("00000000-0000-4000-8000-000000000003", "PLANNED", "2026-12-01T08:00:00Z");
  expect(await on("2026-12-28")).toMatchObject({ plans: 1 });
  expect(
    await test.rows(
      "select right(r.id::text, 1) as id, count(i.n)::int as items from ops.replay r left join ops.replay_item i on i.replay_id = r.id group by 1 order by 1",
    ),
  ).toEqual([
    { id: "2", items: 1 },
    { id: "3", items: 1 },
  ]);
});
