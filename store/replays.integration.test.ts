import { rowsHandled } from "../test/builders/rows-handled";
import { type TestStore, testStore } from "../test/builders/store";

let test: TestStore;
beforeAll(async () => {
  test = await testStore();
});
afterAll(() => test.drop());

/** A sweep that is interrupted leaves one page, with what it has seen. */
async function sweep(outcome: "COMPLETED" | "CONTINUES", trigger = "schedule"): Promise<string> {
  await test.rows("update ops.connection set lease_until = null where id = 'zqa-lms'");
  const lease = (await test.store.connections.lease("zqa-lms", "test", 60))!;
  const runId = await test.store.connections.startRun("zqa-lms", lease.number, trigger);
  await test.rows(
    `insert into ops.page (run_id, connection_id, data_set, ordinal, raw_in, yielding, ignored, refused_raw, applied, unchanged, superseded, waiting, refused, records)
     values ($1, 'zqa-lms', 'people', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`,
    [runId],
  );
  await test.store.connections.endRun({ connectionId: "zqa-lms", runId, lease: lease.number, outcome, nextRunAt: undefined });
  return runId;
}

it("lets a replay neither end an interrupted sweep nor be part of one", async () => {
  await sweep("COMPLETED");
  const interrupted = await sweep("CONTINUES");
  await sweep("COMPLETED", "replay");
  const next = await sweep("CONTINUES");
  expect(await test.store.pages.unfinishedRuns("zqa-lms", next)).toEqual([interrupted]);
});

it("leases a paused connection for work on its own records only, and counts that as no attempt", async () => {
  const attempt = async () => (await test.rows("select last_attempt_at from ops.connection where id = 'zqa-oh'"))[0]!.last_attempt_at;
  await test.rows("update ops.connection set paused_at = now(), paused_by = 'somebody' where id = 'zqa-oh'");
  expect(await test.store.connections.lease("zqa-oh", "test", 60)).toBeUndefined();
  expect(await test.store.connections.lease("zqa-oh", "test", 60, "own-records")).toBeDefined();
  expect(await attempt()).toBeNull();
  // One lease at a time, whatever it is for.
  expect(await test.store.connections.lease("zqa-oh", "other", 60, "own-records")).toBeUndefined();
});

it("lets one replay of a trust be under way at a time, and stores a change with its start or not at all", async () => {
  const ids = ["0b0c7d5e-6a7c-4d7e-9f2b-5a8f2f6c1d11", "1b0c7d5e-6a7c-4d7e-9f2b-5a8f2f6c1d12"] as const;
  for (const [n, id] of ids.entries()) {
    const change = { organisation: "ZQA", add: [{ id: `2b0c7d5e-6a7c-4d7e-9f2b-5a8f2f6c1d1${n}`, course: `C${n}` }], end: [] };
    const selection = { organisation: "ZQA", courses: ["C"] };
    await test.store.replays.begin({ id, subject: "C", task: { change }, organisations: ["ZQA"], selection, connectors: {}, by: "test" });
    await test.store.replays.ready(id, { change }, {});
  }
  const approval = { by: "test", approvedBy: "test", reason: "why" };
  await test.store.replays.start(ids[0], approval);
  await expect(test.store.replays.start(ids[1], approval)).rejects.toMatchObject({ code: "REPLAY_BUSY" });
  expect((await test.store.courseMaps.inForce(["ZQA"])).map(({ course }) => course)).toEqual(["C0"]);
  // The same start again is the same start: its answer may have been lost.
  await test.store.replays.start(ids[0], approval);
  await test.store.replays.finish(ids[0]);
  await test.store.replays.start(ids[1], approval);
  expect((await test.store.courseMaps.inForce(["ZQA"])).map(({ course }) => course)).toEqual(["C0", "C1"]);
  await expect(test.store.replays.start(ids[0], approval)).rejects.toMatchObject({ code: "REPLAY_OVER" });
});

it("reads a page of items and no more, whatever the planner takes them for", async () => {
  const id = "3b0c7d5e-6a7c-4d7e-9f2b-5a8f2f6c1d13";
  const count = 20_000;
  // As before the first analyze, however long the test takes.
  await test.rows("alter table ops.replay_item set (autovacuum_enabled = false)");
  const task = { filter: { connection: "zqa-lms" } };
  await test.store.replays.begin({ id, subject: "C", task, organisations: ["ZQA"], selection: task, connectors: {}, by: "test" });
  await test.rows(
    `insert into ops.replay_item (replay_id, n, connection_id, anchors, prints, older)
     select $1, n, 'zqa-lms', array['refused:' || n], array[gen_random_uuid()], false from generate_series(1, ${count}) n`,
    [id],
  );
  const walk = async (page: (after: number) => Promise<readonly { readonly n: number }[]>) => {
    const read: number[] = [];
    const statements = await rowsHandled("ops.replay_item", async () => {
      for (const after of [0, 200, count / 2, count - 200]) read.push(...(await page(after)).map(({ n }) => n));
    });
    expect(statements.filter(({ rows }) => rows > 1_000)).toEqual([]);
    expect(statements).toHaveLength(4);
    expect([read.length, read[0], read[200], read.at(-1)]).toEqual([800, 1, 201, count]);
  };
  await walk((after) => test.store.replays.toPlan(id, after, 200));
  await test.store.replays.cancel(id, "somebody", "another filter was meant");
  expect(await test.store.replays.toPlan(id, 0, 200)).toEqual([]);
  await test.rows("update ops.replay_item set expected = 'change' where replay_id = $1", [id]);
  await walk((after) => test.store.replays.left(id, "zqa-lms", after, 200));
  await test.rows("alter table ops.replay_item reset (autovacuum_enabled)");
});
