/** A worker over either queue: what it does is in the ledger, so the queue may lose everything, and nobody keeps the others waiting. */
import { Redis } from "ioredis";
import { type RunningWorker, startWorker } from "../../cli/compose/worker";
import { systemClock } from "../../platform/clock";
import { type RunningMoodle, startMoodle } from "../../sandbox/moodle/server";
import { anEsrPerson } from "../builders/esr-files";
import { type TestHub, testHub } from "../builders/hub";
import { type Meddler, startMeddler } from "../builders/meddler";
import { moodleSite, moodleToken, moodleValues, moodleYaml } from "../builders/moodle-site";
import { type RedisForTests, redisAvailable, startRedis } from "./redis";

const people = Array.from({ length: 24 }, () => anEsrPerson());
const connection = (url: string, id: string, organisation: string) =>
  moodleYaml(url, { settings: "pageSize: 2", options: "everyMinutes: 60" }).replace("zqa-moodle", id).replace("[ZQA]", `[${organisation}]`);

for (const [name, available] of [
  ["PostgreSQL", true],
  ["Redis", redisAvailable()],
] as const) {
  (available ? describe : describe.skip)(`a worker over ${name}`, () => {
    let redis: RedisForTests | undefined;
    let moodle: RunningMoodle;
    let meddler: Meddler;
    let hub: TestHub;
    let worker: RunningWorker | undefined;

    beforeAll(async () => {
      if (name === "Redis") redis = await startRedis();
    });
    afterAll(() => redis?.stop());
    beforeEach(async () => {
      moodle = await startMoodle({ data: moodleSite(people), token: moodleToken, clock: systemClock });
      meddler = await startMeddler(moodle.url);
      const { url } = meddler;
      hub = await testHub({
        yaml: ["zqa-one", "zqa-two", "zqa-three"].map((id) => connection(url, id, "ZQA")).join("") + connection(url, "zqb-moodle", "ZQB"),
        clock: systemClock,
        values: moodleValues,
      });
    });
    afterEach(async () => {
      await worker?.close();
      worker = undefined;
      await hub.close();
      await meddler.close();
      await moodle.close();
    });

    const begin = async (sliceMs = 30_000) => {
      worker = await startWorker(hub.foundation, { redisUrl: redis?.url, lookEveryMs: 200, sliceMs });
    };
    const until = async (sql: string) => {
      while (!(await hub.rows(`select ${sql} as so`))[0]!.so) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const completed = (runs: number) =>
      until(
        `(select count(*) from ops.sync_run where outcome = 'COMPLETED') >= ${runs} and not exists (select 1 from ops.sync_run where ended_at is null)`,
      );

    test("Q6: with everything in the queue wiped, what is due is done all the same, and schedules are there again", async () => {
      await begin();
      await completed(4);
      if (redis) {
        const client = new Redis(redis.url);
        await client.flushall();
        client.disconnect();
      } else await hub.rows("drop schema bullmq cascade");
      await hub.rows("update ops.connection set next_run_at = now()");
      await completed(8);
      for (const [stage, schedules] of [
        ["sync", 4],
        ["events", 1],
        ["replay", 1],
        ["upkeep", 1],
      ] as const)
        while ((await worker!.queue.schedules(stage)).size < schedules) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(worker!.health()).toMatchObject({ healthy: true });
      expect(await hub.count("learning.achievement", "source_state = 'IN_FORCE'")).toBe(4 * people.length);
    });

    test("fair: one organisation's long reads hold up neither another organisation nor each other, and stay one sweep each", async () => {
      meddler.meddle(async ({ path }) => {
        await new Promise((resolve) => setTimeout(resolve, path ? 20 : 0));
        return "pass" as const;
      });
      await begin(100);
      // All that may ever be running of one organisation, as the ledger of runs tells it.
      await completed(4);
      const most = await hub.rows(
        `select max(n)::int as n from (select (select count(*) from ops.sync_run b where b.connection_id like 'zqa-%'
           and b.started_at <= a.started_at and b.ended_at > a.started_at) as n from ops.sync_run a where a.connection_id like 'zqa-%') x`,
      );
      expect(most[0]!.n).toBe(2);
      const [other] = await hub.rows(
        `select (select min(started_at) from ops.sync_run where connection_id = 'zqb-moodle') <
           (select min(ended_at) from ops.sync_run where connection_id like 'zqa-%' and outcome = 'COMPLETED') as before`,
      );
      expect(other!.before).toBe(true);
      expect(await hub.count("ops.sync_run", "outcome = 'CONTINUES'")).toBeGreaterThan(0);
      expect(await hub.count("ops.sync_run", "outcome not in ('CONTINUES', 'COMPLETED')")).toBe(0);
      expect(await hub.count("learning.achievement", "source_state = 'IN_FORCE'")).toBe(4 * people.length);
      expect(await hub.count("ops.seen")).toBe(0);
    });
  });
}
