/** Two trusts with a learning system each, and workers as processes of their own that read them, over either queue. */
import { fixedClock } from "../../../platform/clock";
import { startMoodle } from "../../../sandbox/moodle/server";
import type { TestDatabase } from "../../builders/database";
import { anEsrPerson } from "../../builders/esr-files";
import { testHub, writeConfiguration } from "../../builders/hub";
import { type Meddler, startMeddler } from "../../builders/meddler";
import { moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import type { Arena } from "../fault";
import { type RunningProcess, startScript, until } from "./processes";
import { type Compared, compareWithTruth } from "./truth";

export interface WorkerWorld {
  readonly database: TestDatabase;
  readonly meddler: Meddler;
  /** Resolves when it is up. */
  worker(options?: { crash?: string; redisUrl?: string; nodeOptions?: readonly string[]; settings?: object }): Promise<RunningProcess>;
  rows(sql: string, values?: unknown[]): Promise<Record<string, any>[]>;
  /** Everything is due now. */
  due(): Promise<unknown>;
  /** Every connection is due: caught up is who has been read to its end since. */
  news(): Promise<void>;
  /** The lease of a dead or frozen worker runs out now instead of in a minute. */
  leasesEnd(): Promise<unknown>;
  /** Every record that the vendor holds is stored, and nobody is at it any more. */
  caughtUp(withinMs?: number): Promise<void>;
  compare(): Promise<Compared>;
}

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
  let asked: Date | undefined;
  const records = () => site.users.map(({ username }) => ({ kind: "achievement" as const, sourceId: `${username}|11` }));
  return {
    database,
    meddler,
    rows,
    due,
    async worker({ crash, redisUrl = "", nodeOptions, settings = {} } = {}) {
      const options = { lookEveryMs: 1_000, ...settings };
      const started = startScript("test/builders/worker-process.ts", [arena.folder, database.url, redisUrl, JSON.stringify(options)], {
        env: { ...moodleValues, LANYARD_CRASH_POINT: crash },
        nodeOptions,
      });
      arena.after(() => started.kill());
      if (crash === undefined) await started.waitFor(/worker up/);
      return started;
    },
    async news() {
      asked = (await rows("select now() as at"))[0]!.at;
      await due();
    },
    leasesEnd: () => rows("update ops.connection set lease_until = now() - interval '1 second' where lease_holder is not null"),
    async caughtUp(withinMs = 60_000) {
      await until(
        "everything is stored and nobody is at it",
        async () => {
          const [found] = await rows(
            `select (select count(*)::int from learning.achievement where source_state = 'IN_FORCE') as stored,
               (select count(*)::int from ops.sync_run where ended_at is null) as open,
               (select count(*)::int from ops.connection where last_success_at is null or last_success_at < $1::timestamptz) as due`,
            [asked ?? new Date(0)],
          );
          return found!.stored === bothConnections.length * site.users.length && found!.open === 0 && found!.due === 0;
        },
        withinMs,
      );
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
