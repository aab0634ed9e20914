import { spawn } from "node:child_process";
import path from "node:path";
import type { Principal } from "../../../access/principal";
import { replayVerbs } from "../../../cli/compose/replays";
import { fixedClock } from "../../../platform/clock";
import { type RunningMoodle, startMoodle } from "../../../sandbox/moodle/server";
import { workReplays } from "../../../sync/rederive/apply";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { hr, type TestHub, testHub } from "../../builders/hub";
import { fireCourse, januaryTenth, moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";

/** 20 people have finished two courses; one of them is not known to ESR. */
const people = Array.from({ length: 20 }, () => anEsrPerson());
const ipc = { id: 63, idnumber: "ZQA-IPC2", shortname: "IPC2", fullname: "IPC Level 2", visible: true };
const infection2 = "CSTF|Infection Prevention and Control|2|";
const infection1 = "CSTF|Infection Prevention and Control|1|";
const clock = fixedClock("2026-11-22T09:00:00Z");
const ops: Principal = { ...hr("NHS"), role: "ops", purposes: ["SERVICE_OPERATION"] };
const fields =
  "replay { id state records willChange unchanged willFail rawExpired rows withdrawn waiting older olderWillChange failures { code count } changed alreadyThere movedOn left rate } differences userErrors { code field }";
let moodle: RunningMoodle;
let hub: TestHub;

beforeEach(async () => {
  moodle = await startMoodle({ data: moodleSite(people, { courses: [fireCourse, ipc] }), token: moodleToken, clock });
  hub = await testHub({
    yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${moodleYaml(moodle.url, { settings: "pageSize: 5" })}`,
    clock,
    values: moodleValues,
  });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people.slice(1)) });
  await hub.sync("zqa-esr");
  expect((await hub.sync("zqa-moodle")).error).toBeUndefined();
});
afterEach(async () => {
  await hub.close();
  await moodle.close();
});

type Answer = {
  replay: Record<string, any> & { id: string };
  differences: string[];
  userErrors: { code: string; field: string | null }[];
};
const plan = async (filter: object, who = ops): Promise<Answer> =>
  (
    await hub.ask(
      `mutation P($input: PlanReplayInput!) { planReplay(input: $input) { ${fields} } }`,
      { input: { filter, reason: "a test" } },
      who,
    )
  ).planReplay;
const start = async (id: string, rate?: number): Promise<Answer> =>
  (
    await hub.ask(
      `mutation S($input: StartReplayInput!) { startReplay(input: $input) { ${fields} } }`,
      { input: { replay: id, reason: "a test", rate } },
      ops,
    )
  ).startReplay;
const cancel = async (id: string): Promise<Answer> =>
  (
    await hub.ask(
      `mutation C($input: CancelReplayInput!) { cancelReplay(input: $input) { ${fields} } }`,
      { input: { replay: id, reason: "a test" } },
      ops,
    )
  ).cancelReplay;
const status = async (id: string) =>
  (
    await hub.ask(
      `query R($id: ID!) { operations { replay(id: $id) { id state changed alreadyThere movedOn left records lookedAt willChange cancelReason } } }`,
      { id },
      ops,
    )
  ).operations.replay;
const until = async (so: () => Promise<boolean>) => {
  while (!(await so())) await new Promise((resolve) => setTimeout(resolve, 20));
};
const toItsEnd = async () => {
  while ((await workReplays(hub.foundation.engine, hub.config.connections, "test")) > 0);
};
/** A map that came in by another way than its own replay: a file of the configuration, a restored database. */
const map = (competence: string, n = 1) =>
  hub.rows(
    `insert into ops.course_map (id, organisation, course, competence, approved_by, recorded_by, reason)
     values ($1, 'ZQA', $2, $3, 'test', 'test', 'test')`,
    [`0b0c7d5e-6a7c-4d7e-9f2b-5a8f2f6c1d1${n}`, ipc.idnumber, competence],
  );
const unmap = () => hub.rows("update ops.course_map set ended_at = now(), ended_by = 'test', end_reason = 'wrong'");
const awards = (competence: string) => hub.count("learning.competence_award", `competence = '${competence}' and source_state = 'IN_FORCE'`);
/** Everything that a replay may change, without its own ledger. */
const footprint = async () => [
  await hub.rows("select * from learning.achievement order by id"),
  await hub.rows("select * from learning.competence_award order by id"),
  await hub.rows("select record_id, content_hash, why from ops.record_version order by 1, 2, 3"),
  await hub.count("ops.raw_page"),
];

test("an empty filter is refused, and so is one that cannot be meant", async () => {
  expect((await plan({})).userErrors).toEqual([{ code: "REPLAY_FILTER_EMPTY", field: "filter" }]);
  expect((await plan({ connection: "nobody" })).userErrors).toEqual([{ code: "CONNECTION_NOT_CONFIGURED", field: "connection" }]);
  expect((await plan({ kind: "course" })).userErrors).toEqual([{ code: "REPLAY_FILTER_INVALID", field: "kind" }]);
  expect((await plan({ record: "17" })).userErrors).toEqual([{ code: "REPLAY_FILTER_INVALID", field: "record" }]);
  expect((await plan({ since: "yesterday" })).userErrors).toEqual([{ code: "REPLAY_FILTER_INVALID", field: "since" }]);
  expect(await plan({ connection: "zqa-moodle" }, hr("ZQA"))).toBeNull();
  expect(await hub.count("ops.replay")).toBe(0);
});

test("a wrong map corrected: exactly what was planned changes, keeps its instant, and a second replay changes nothing", async () => {
  await map(infection1);
  const wrong = await plan({ connection: "zqa-moodle" });
  // Those of the fire course, and what else was read of each account, are as they should be.
  expect(wrong.replay).toMatchObject({
    records: 60,
    willChange: 20,
    unchanged: 40,
    willFail: 0,
    rawExpired: 0,
    rows: 40,
    waiting: 3,
    older: 0,
  });
  await start(wrong.replay.id);
  await toItsEnd();
  expect(await status(wrong.replay.id)).toMatchObject({ state: "APPLIED", changed: 20, left: 0 });
  expect(await awards(infection1)).toBe(20);
  const versions = await hub.rows("select source_id, source_version, raw_page_id from learning.achievement order by 1");

  await unmap();
  await map(infection2, 2);
  const right = await plan({ connection: "zqa-moodle", kind: "achievement", since: "2026-11-01" });
  expect(right.replay).toMatchObject({ records: 40, unchanged: 20 });
  const all = await plan({ connection: "zqa-moodle" });
  expect(all.replay).toMatchObject({ records: 60, willChange: 20, unchanged: 40, withdrawn: 20 });
  expect((await start(all.replay.id)).userErrors).toEqual([]);
  await toItsEnd();
  expect([await awards(infection1), await awards(infection2)]).toEqual([0, 20]);
  expect(await hub.rows("select source_id, source_version, raw_page_id from learning.achievement order by 1")).toEqual(versions);

  const before = await footprint();
  const again = await plan({ connection: "zqa-moodle" });
  expect(again.replay).toMatchObject({ willChange: 0, unchanged: 60 });
  await start(again.replay.id);
  await start(all.replay.id);
  await toItsEnd();
  expect(await footprint()).toEqual(before);
  const next = await hub.sync("zqa-moodle");
  expect([next.error, next.counts.applied]).toEqual([undefined, 0]);
  expect(
    (await hub.rows("select operation from audit.event where operation like 'replay%' order by id")).map((row) => row.operation),
  ).toEqual(["replay plan", "replay start", "replay plan", "replay plan", "replay start", "replay plan", "replay start", "replay start"]);
});

/** A plan whose items are written down when `gate` opens, asked for by somebody who waits for 20 ms. */
async function planSlowly(gate: Promise<void>) {
  const { engine } = hub.foundation;
  const { replays } = engine.store;
  const planned: typeof replays.planned = async (...said) => {
    await gate;
    return replays.planned(...said);
  };
  const slow = { ...engine, store: { ...engine.store, replays: { ...replays, planned } } };
  const asker = { requestId: "a-test", subject: "a test", organisation: "NHS", role: "ops", purpose: "SERVICE_OPERATION" };
  return (await replayVerbs({ ...hub.foundation, engine: slow }, 20).plan({ connection: "zqa-moodle" }, "a test", asker)).replay;
}

test("a large plan: whoever asked is answered in time, sees how far it is, and starts it when it is planned", async () => {
  await map(infection2);
  let open = () => {};
  const { id, state } = await planSlowly(new Promise<void>((resolve) => (open = resolve)));
  expect(state).toBe("PLANNING");
  expect(await status(id)).toMatchObject({ state: "PLANNING", records: 60, lookedAt: 0, willChange: null });
  expect((await start(id)).userErrors).toEqual([{ code: "REPLAY_IN_PLANNING", field: null }]);
  open();
  await until(async () => (await status(id)).state === "PLANNED");
  const end = await status(id);
  expect(end).toMatchObject({ records: 60, lookedAt: 60, willChange: 20, cancelReason: null });
  await until(async () => (await hub.count("audit.event", "operation = 'replay plan'")) === 1);
  await start(id);
  await toItsEnd();
  expect(await awards(infection2)).toBe(20);
});

test("a large plan that fails, or is cancelled before it is planned, says so and cannot be started", async () => {
  let fail = (_: Error) => {};
  const failing = await planSlowly(new Promise<void>((_, reject) => (fail = reject)));
  fail(new Error("the disk is full"));
  await until(async () => (await status(failing.id)).state === "CANCELLED");
  const end = await status(failing.id);
  expect(end.cancelReason).toMatch(/could not be planned/);
  expect((await start(failing.id)).userErrors[0]!.code).toBe("REPLAY_OVER");

  let open = () => {};
  const { id } = await planSlowly(new Promise<void>((resolve) => (open = resolve)));
  expect((await cancel(id)).replay).toMatchObject({ state: "CANCELLED" });
  open();
  await until(async () => (await status(id)).lookedAt === 60);
  expect(await status(id)).toMatchObject({ state: "CANCELLED", cancelReason: "a test" });
});

test("one record, and by organisation; raw that has expired is not offered and says why", async () => {
  await map(infection2);
  const [row] = await hub.rows("select id, raw_page_id from learning.achievement where course_source_id = '63' order by source_id limit 1");
  expect((await plan({ record: row!.id })).replay).toMatchObject({ records: 1, willChange: 1, rows: 2 });
  const of = await hub.count("learning.achievement", `raw_page_id = ${row!.raw_page_id} and course_source_id = '63'`);
  await hub.rows("update ops.raw_page set expires_on = '2026-11-21' where id = $1", [row!.raw_page_id]);
  const rest = await plan({ organisation: "ZQA", connection: "zqa-moodle" });
  expect(rest.replay.willChange).toBe(20 - of);
  expect(rest.replay.failures).toEqual([{ code: "RAW_EXPIRED", count: rest.replay.rawExpired }]);
  await start(rest.replay.id);
  await toItsEnd();
  expect(await awards(infection2)).toBe(20 - of);
});

test("what moves between plan and start makes the plan stale, and the answer says what", async () => {
  await map(infection2);
  const planned = await plan({ connection: "zqa-moodle" });
  moodle.control.complete(105, ipc.id, januaryTenth + 40 * 86_400);
  await hub.sync("zqa-moodle");
  const stale = await start(planned.replay.id);
  expect(stale).toMatchObject({ replay: { state: "STALE" }, userErrors: [{ code: "REPLAY_STALE" }] });
  expect(stale.differences.join(" ")).toMatch(/changed/);
  const second = await plan({ connection: "zqa-moodle" });
  await unmap();
  expect((await start(second.replay.id)).differences[0]).toMatch(/What derives the records has changed/);
  expect((await start(second.replay.id)).userErrors[0]!.code).toBe("REPLAY_OVER");
});

test("beside a running sync: waits for its lease, and what the sync has stated anew in between is left as it is", async () => {
  await map(infection2);
  const planned = await plan({ connection: "zqa-moodle" });
  await start(planned.replay.id);
  const lease = (await hub.store.connections.lease("zqa-moodle", "somebody else", 60))!;
  expect(await workReplays(hub.foundation.engine, hub.config.connections, "test")).toBe(1);
  expect(await awards(infection2)).toBe(0);
  await hub.store.connections.release("zqa-moodle", lease.number);
  moodle.control.complete(105, ipc.id, januaryTenth + 40 * 86_400);
  await hub.sync("zqa-moodle");
  await toItsEnd();
  const end = await status(planned.replay.id);
  expect(end).toMatchObject({ state: "APPLIED", left: 0 });
  expect(end.changed + end.alreadyThere + end.movedOn).toBe(20);
  // The one that was completed again is another record now: it is not what was planned.
  expect(end.movedOn).toBe(1);
  expect(await awards(infection2)).toBe(20);
  expect(await hub.count("learning.competence_award", `competence = '${infection2}'`)).toBe(20);
});

test("cancelled in the middle: what was stored stays, the rest is not done, and planning it again does the rest", async () => {
  await map(infection2);
  const planned = await plan({ connection: "zqa-moodle" });
  await start(planned.replay.id, 2);
  const { engine } = hub.foundation;
  let steps = 0;
  const dying = {
    ...engine,
    sleep: async (...input: Parameters<typeof engine.sleep>) => {
      if (++steps === 3) await cancel(planned.replay.id);
      return engine.sleep(...input);
    },
  };
  await workReplays(dying, hub.config.connections, "test");
  const stopped = await status(planned.replay.id);
  expect(stopped).toMatchObject({ state: "CANCELLED", changed: await awards(infection2) });
  expect(stopped.changed).toBeGreaterThan(0);
  expect(stopped.left).toBeGreaterThan(0);
  await toItsEnd();
  expect(await status(planned.replay.id)).toEqual(stopped);
  const rest = await plan({ connection: "zqa-moodle" });
  expect(rest.replay.willChange).toBe(stopped.left);
  await start(rest.replay.id);
  await toItsEnd();
  expect(await awards(infection2)).toBe(20);
  expect((await cancel(rest.replay.id)).userErrors).toEqual([{ code: "REPLAY_NOT_CANCELLABLE", field: null }]);
});

test("a connection that leaves the configuration in the middle: the replay comes to its end without it", async () => {
  await map(infection2);
  const planned = await plan({ connection: "zqa-moodle" });
  await start(planned.replay.id, 1000);
  const { engine } = hub.foundation;
  await hub.rows("update ops.connection set retired_at = now() where id = 'zqa-moodle'");
  const others = hub.config.connections.filter(({ id }) => id !== "zqa-moodle");
  expect(await workReplays(engine, others, "test")).toBe(0);
  expect(await status(planned.replay.id)).toMatchObject({ state: "APPLIED", changed: 0, movedOn: 20, left: 0 });
});

test("Q1: a process killed in the middle of a replay leaves nothing half done; another goes on, and nothing is done twice", async () => {
  await map(infection2);
  const planned = await plan({ connection: "zqa-moodle" });
  await start(planned.replay.id, 4);
  const root = path.resolve(__dirname, "..", "..", "..");
  const child = spawn(
    process.execPath,
    [
      "--require",
      path.join(root, "test", "register.cjs"),
      path.join(root, "test", "builders", "replay-process.ts"),
      hub.folder,
      hub.database.url,
    ],
    { cwd: root, env: { ...process.env, ...moodleValues }, stdio: ["ignore", "ignore", "pipe"] },
  );
  const gone = new Promise((resolve) => child.once("exit", resolve));
  while ((await awards(infection2)) === 0 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGKILL");
  await gone;
  const half = await awards(infection2);
  expect(half).toBeGreaterThan(0);
  expect(half).toBeLessThan(20);
  expect(await hub.count("ops.replay_item", "outcome = 'changed'")).toBe(half);
  await hub.rows("update ops.connection set lease_until = null, lease_holder = null");
  await toItsEnd();
  expect(await status(planned.replay.id)).toMatchObject({ state: "APPLIED", changed: 20, movedOn: 0, left: 0 });
  expect(await awards(infection2)).toBe(20);
  expect(await hub.count("ops.record_version", "kind = 'achievement' and why = 'SUPERSEDED'")).toBe(20);
});

test("a newer version of the connector: the plan tells how many an older one has derived; what was withdrawn is not raised", async () => {
  await hub.rows("update learning.achievement set derivation_version = replace(derivation_version, 'moodle/', 'moodle/0')");
  await hub.rows("update learning.achievement set source_state = 'WITHDRAWN' where source_id = 'user104|63'");
  await map(infection2);
  const planned = await plan({ connection: "zqa-moodle" });
  expect(planned.replay).toMatchObject({ older: 39, olderWillChange: 19, willChange: 19 });
  await start(planned.replay.id);
  await toItsEnd();
  expect(await awards(infection2)).toBe(19);
  expect(await hub.count("learning.achievement", "source_state = 'WITHDRAWN'")).toBe(1);
});
