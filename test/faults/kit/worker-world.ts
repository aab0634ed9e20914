/** Two trusts with a learning system each, and workers as processes of their own that read them, over either queue. */
import { fixedClock, systemClock } from "../../../platform/clock";
import { startMoodle } from "../../../sandbox/moodle/server";
import type { TestDatabase } from "../../builders/database";
import { anEsrPerson } from "../../builders/esr-files";
import { testEnvironment, testHub, writeConfiguration } from "../../builders/hub";
import { type Meddler, startMeddler } from "../../builders/meddler";
import { accountOf, fireCourse, januaryTenth, moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import type { Arena } from "../fault";
import { type RunningProcess, startLanyard, startScript, until } from "./processes";
import { type Compared, compareWithTruth } from "./truth";

export interface WorkerWorld {
  readonly database: TestDatabase;
  readonly meddler: Meddler;
  /** Resolves when it is up. */
  worker(options?: { crash?: string; redisUrl?: string; nodeOptions?: readonly string[]; settings?: object }): Promise<RunningProcess>;
  /** The command line over this world's configuration, database and key. */
  lanyard(args: readonly string[], redisUrl?: string): RunningProcess;
  rows(sql: string, values?: unknown[]): Promise<Record<string, any>[]>;
  /** Everything is due now. */
  due(): Promise<unknown>;
  /**
   * The vendor has news (somebody new, and somebody who has done the course again), and every connection is due: caught up is
   * who holds them and has been read to its end since.
   */
  news(): Promise<void>;
  /** The lease of a dead or frozen worker runs out now instead of in a minute. */
  leasesEnd(): Promise<unknown>;
  /** What the vendor holds, and nothing else, is stored with its days, and nobody is at it any more. */
  caughtUp(withinMs?: number): Promise<void>;
  compare(): Promise<Compared>;
}

/** Sweeps after the one under way, in which what was new meanwhile has to be stored at the latest. */
const mostTurns = 2;

export const bothConnections = ["zqa-moodle", "zqb-moodle"] as const;

export async function workerWorld(arena: Arena, size = 8): Promise<WorkerWorld> {
  const people = Array.from({ length: size + Math.floor(arena.random() * size) }, () => anEsrPerson());
  const site = moodleSite(people);
  const moodle = await startMoodle({ data: site, token: moodleToken, clock: fixedClock("2026-11-22T09:00:00Z") });
  arena.after(() => moodle.close());
  const meddler = await startMeddler(moodle.url);
  arena.after(() => meddler.close());
  const database = await arena.database();
  const own = moodleYaml(meddler.url, { settings: "pageSize: 4", options: "everyMinutes: 60" });
  const yaml = own + own.replace("zqa-moodle", "zqb-moodle").replace("[ZQA]", "[ZQB]");
  writeConfiguration(arena.folder, yaml);
  // Its migrations, and its connections.
  const hub = await testHub({ yaml, folder: arena.folder, databaseUrl: database.url, values: moodleValues });
  await hub.close();
  const rows = async (sql: string, values?: unknown[]) => (await database.pool.query(sql, values)).rows;
  const due = () => rows("update ops.connection set next_run_at = null");
  const dueNow = async (): Promise<Date> => {
    await due();
    return (await rows("select clock_timestamp() as at"))[0]!.at;
  };
  let asked: Date | undefined;
  /** The vendor's own truth: the day of every completion, by its key. */
  const truth = new Map<string, string>();
  const userIds = site.users.map(({ id }) => id);
  const hold = (id: number, seconds: number) =>
    void truth.set(`user${id}|${fireCourse.id}`, new Date(seconds * 1000).toISOString().slice(0, 10));
  for (const { userId, completedAt } of site.enrolments) hold(userId, completedAt!);
  const complete = (id: number, seconds: number) => {
    moodle.control.complete(id, fireCourse.id, seconds);
    hold(id, seconds);
  };
  const records = () => [...truth].map(([sourceId, day]) => ({ kind: "achievement" as const, sourceId, columns: { completed_on: day } }));
  let newsSoFar = 0;
  const workers: RunningProcess[] = [];
  return {
    database,
    meddler,
    rows,
    due,
    async worker({ crash, redisUrl = "", nodeOptions, settings = {} } = {}) {
      const options = { lookEveryMs: 500, ...settings };
      const started = startScript("test/builders/worker-process.ts", [arena.folder, database.url, redisUrl, JSON.stringify(options)], {
        env: { ...moodleValues, LANYARD_CRASH_POINT: crash },
        nodeOptions,
      });
      arena.after(() => started.kill());
      workers.push(started);
      if (crash === undefined) await started.waitFor(/worker up/);
      return started;
    },
    lanyard(args, redisUrl = "") {
      const { key, dataFolder } = testEnvironment(arena.folder, database.url, systemClock);
      const env = { ...moodleValues, DATABASE_URL: database.url, REDIS_URL: redisUrl, LANYARD_KEY: key, LANYARD_DATA: dataFolder };
      const started = startLanyard([...args, "--config", `${arena.folder}/lanyard.yaml`], { env });
      arena.after(() => started.kill());
      workers.push(started);
      return started;
    },
    async news() {
      newsSoFar += 1;
      const id = 1_000 + newsSoFar;
      moodle.control.putUser(accountOf(anEsrPerson(), id));
      userIds.push(id);
      // Days of their own in February, each later than what was stored before.
      const at = januaryTenth + (30 + newsSoFar) * 86_400;
      complete(id, at);
      complete(userIds[Math.floor(arena.random() * (userIds.length - 1))]!, at);
      asked = await dueNow();
    },
    leasesEnd: () => rows("update ops.connection set lease_until = now() - interval '1 second' where lease_holder is not null"),
    async caughtUp(withinMs = 60_000) {
      let turns = mostTurns;
      await until(
        "everything is stored and nobody is at it",
        async () => {
          const [found] = await rows(
            `select (select count(*)::int from learning.achievement where source_state = 'IN_FORCE') as stored,
               (select count(*)::int from learning.achievement a join unnest($2::text[], $3::date[]) as t(source_id, day)
                 on t.source_id = a.source_id and t.day = a.completed_on where a.source_state = 'IN_FORCE') as agreed,
               (select count(*)::int from ops.sync_run where ended_at is null) as open,
               (select count(*)::int from ops.connection where last_success_at is null or last_success_at < $1::timestamptz) as due`,
            [asked ?? new Date(0), [...truth.keys()], [...truth.values()]],
          );
          const all = bothConnections.length * truth.size;
          if (found!.open > 0 || found!.due > 0) return false;
          if (found!.stored === all && found!.agreed === all) return true;
          // A sweep that had begun before the news owes it to the next one, for which nobody waits an hour here.
          if (turns-- > 0) asked = await dueNow();
          return false;
        },
        withinMs,
      ).catch(async (error: unknown) => {
        for (const line of await rows(
          `select id, lease_holder is not null as held, lease_until > now() as leased, lease_number, checkpoint, next_run_at, last_success_at,
             paused_by from ops.connection order by id`,
        ))
          arena.note(JSON.stringify(line));
        for (const line of await rows(
          `select application_name, state, wait_event_type, (now() - xact_start)::text as open, left(query, 100) as query
           from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`,
        ))
          arena.note(JSON.stringify(line));
        for (const one of workers) arena.note(`worker ${one.pid}: ${one.said.replace(/^health .*\n/gm, "").slice(-600)}`);
        throw error;
      });
    },
    async compare() {
      const compared: Compared[] = [];
      for (const id of bothConnections) compared.push(await compareWithTruth(database.pool, id, { records: records() }));
      for (const line of compared.flatMap(({ differences }) => differences)) arena.note(line);
      const sum = (of: "lost" | "uncertain") => compared.reduce((all, one) => all + one[of], 0);
      return {
        lost: sum("lost"),
        doubled: compared[0]!.doubled,
        uncertain: sum("uncertain"),
        differences: compared.flatMap((one) => one.differences),
      };
    },
  };
}

/** One of the two queues, by chance: REDIS_URL or nothing. */
export const backendOf = (arena: Arena, redisUrl: string | undefined): string | undefined =>
  redisUrl !== undefined && arena.random() < 0.5 ? redisUrl : undefined;
