import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { createPool } from "../../platform/database";
import { HubError } from "../../platform/errors";
import { createLog } from "../../platform/log";
import { type Job, openQueue, type Queue, type QueueSettings } from "../../platform/queue";
import { type TestDatabase, testDatabase } from "../builders/database";
import { type RedisForTests, redisAvailable, startRedis } from "./redis";

type Opened = { backend: QueueSettings["backend"]; stop(): Promise<void> };

const backends: [string, boolean, () => Promise<Opened>][] = [
  [
    "PostgreSQL",
    true,
    async () => {
      const database: TestDatabase = await testDatabase();
      return { backend: { postgresUrl: database.url }, stop: () => database.drop() };
    },
  ],
  [
    "Redis",
    redisAvailable(),
    async () => {
      const redis: RedisForTests = await startRedis();
      return { backend: { redisUrl: redis.url }, stop: () => redis.stop() };
    },
  ],
];

if (!redisAvailable()) {
  process.stderr.write("\n*** The Redis half of the queue suite is SKIPPED: set REDIS_URL or install redis-server. ***\n\n");
  test("Redis is there when it is required", () => {
    expect(process.env.LANYARD_REQUIRE_REDIS).not.toBe("1");
  });
}

for (const [name, available, open] of backends) {
  (available ? describe : describe.skip)(`the queue on ${name}`, () => {
    let opened: Opened;
    let queue: Queue;
    let lines: string[];
    const others: Queue[] = [];

    const another = (settings: Partial<QueueSettings> = {}): Queue => {
      const log = createLog({ level: "debug", destination: { write: (line: string) => void lines.push(line) } });
      const made = openQueue({ backend: opened.backend, log, random: () => 0, ...settings });
      others.push(made);
      return made;
    };
    /** A stage of its own per test: what one leaves behind is not another's. */
    const newStage = () => `stage-${randomBytes(4).toString("hex")}`;
    /** Resolves when so many jobs were handled; the test's own limit is the only clock. */
    const collect = (
      stage: string,
      expected: number,
      handle: (job: Job, signal: AbortSignal) => Promise<void> | void = () => undefined,
      by = queue,
    ) => {
      const seen: Job[] = [];
      const all = new Promise<Job[]>((resolve) => {
        by.work(stage, 2, async (job, signal) => {
          seen.push(job);
          try {
            await handle(job, signal);
          } finally {
            if (seen.length >= expected) resolve(seen);
          }
        });
      });
      return all;
    };
    const settled = async (stage: string, want: Partial<Record<"waiting" | "active" | "delayed" | "failed", number>>) => {
      for (;;) {
        const counts = (await queue.counts())[stage]!;
        if (Object.entries(want).every(([state, count]) => counts[state as keyof typeof counts] === count)) return counts;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.stop());
    beforeEach(async () => {
      lines = [];
      queue = another();
      await queue.ready();
    });
    afterEach(async () => {
      await Promise.all(others.splice(0).map((one) => one.close()));
    });

    test("a job arrives with its id and its data", async () => {
      const stage = newStage();
      await queue.add(stage, "page:7", { pageId: "p-7", ordinal: 7 });
      const [job] = await collect(stage, 1);
      expect(job).toEqual({ id: "page:7", data: { pageId: "p-7", ordinal: 7 }, attempt: 1 });
    });

    test("getting ready twice, also at once, is no harm", async () => {
      await Promise.all([queue.ready(), another().ready()]);
      await queue.ready();
    });

    test("many jobs are each handled once, by two processes together", async () => {
      const stage = newStage();
      const seen: number[] = [];
      let all: () => void = () => undefined;
      const done = new Promise<void>((resolve) => {
        all = resolve;
      });
      const handle = async (job: Job) => {
        seen.push(job.data.n as number);
        if (seen.length === 60) all();
      };
      queue.work(stage, 4, handle);
      another().work(stage, 4, handle);
      await Promise.all(Array.from({ length: 60 }, (_, n) => queue.add(stage, undefined, { n })));
      await done;
      await settled(stage, { waiting: 0, active: 0 });
      expect(seen.sort((one, two) => one - two)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    });

    test("a job that is still to be done is not doubled; one that is done may come again", async () => {
      const stage = newStage();
      await queue.add(stage, "42", { n: 1 });
      await queue.add(stage, "42", { n: 2 });
      expect((await queue.counts())[stage]).toMatchObject({ waiting: 1 });
      const first = collect(stage, 2);
      await settled(stage, { waiting: 0, active: 0 });
      await queue.add(stage, "42", { n: 3 });
      expect((await first).map((job) => job.data.n)).toEqual([1, 3]);
    });

    test("a job that failed for good may come again too", async () => {
      const stage = newStage();
      const seen = collect(stage, 2, (job) => {
        if (job.data.n === 1) throw new HubError({ code: "SNAPSHOT_SHRANK", class: "guard" });
      });
      await queue.add(stage, "run", { n: 1 });
      await settled(stage, { failed: 1, active: 0 });
      await queue.add(stage, "run", { n: 2 });
      expect((await seen).map((job) => job.data.n)).toEqual([1, 2]);
    });

    test("what fails in passing is tried again and counted", async () => {
      const stage = newStage();
      await queue.add(stage, undefined, { n: 1 });
      const seen = await collect(stage, 3, (job) => {
        if (job.attempt < 3) throw new HubError({ code: "VENDOR_ERROR", class: "transient" });
      });
      expect(seen.map((job) => job.attempt)).toEqual([1, 2, 3]);
      expect(await settled(stage, { waiting: 0, active: 0, delayed: 0 })).toMatchObject({ failed: 0 });
    });

    test("a fault of ours is tried as often as was said, then fails", async () => {
      const stage = newStage();
      await queue.add(stage, undefined, { n: 1 }, { attempts: 2 });
      const seen = await collect(stage, 2, () => {
        throw new TypeError("x");
      });
      await settled(stage, { failed: 1, active: 0, delayed: 0 });
      expect(seen).toHaveLength(2);
    });

    test("waiting as a vendor told us to counts no attempt", async () => {
      const stage = newStage();
      await queue.add(stage, undefined, { n: 1 }, { attempts: 2 });
      let calls = 0;
      const seen = await collect(stage, 6, () => {
        calls += 1;
        if (calls < 6) throw new HubError({ code: "THROTTLED", class: "throttled", retryAfterMs: 5 });
      });
      expect(seen.map((job) => job.attempt)).toEqual([1, 1, 1, 1, 1, 1]);
      expect(await settled(stage, { waiting: 0, active: 0, delayed: 0 })).toMatchObject({ failed: 0 });
    });

    test("a long wait leaves the worker free for other jobs", async () => {
      const stage = newStage();
      await queue.add(stage, "slow", { n: 1 });
      const seen = collect(stage, 2, (job) => {
        if (job.id === "slow") throw new HubError({ code: "THROTTLED", class: "throttled", retryAfterMs: 3_600_000 });
      });
      await settled(stage, { delayed: 1, active: 0 });
      await queue.add(stage, "quick", { n: 2 });
      expect((await seen).map((job) => job.id)).toEqual(["slow", "quick"]);
      expect(await settled(stage, { active: 0 })).toMatchObject({ delayed: 1, failed: 0 });
    });

    test.each(["auth", "guard", "schema", "settings", "bad-record"] as const)("class %s is not tried again", async (errorClass) => {
      const stage = newStage();
      await queue.add(stage, undefined, { n: 1 });
      const seen = await collect(stage, 1, () => {
        throw new HubError({ code: "X", class: errorClass });
      });
      await settled(stage, { failed: 1, active: 0, delayed: 0, waiting: 0 });
      expect(seen).toHaveLength(1);
    });

    test("a more urgent job comes first, and a delayed one not yet", async () => {
      const stage = newStage();
      await queue.add(stage, "later", { n: 0 }, { delayMs: 3_600_000 });
      await queue.add(stage, "low", { n: 1 }, { priority: 10 });
      await queue.add(stage, "high", { n: 2 }, { priority: 1 });
      expect((await queue.counts())[stage]).toEqual({ waiting: 2, active: 0, delayed: 1, failed: 0 });
      const seen = await collect(stage, 2);
      expect(seen.map((job) => job.id)).toEqual(["high", "low"]);
    });

    test("a schedule brings jobs again and again until it is taken away", async () => {
      const stage = newStage();
      await queue.schedule(stage, "sync:zqa-moodle", 3_600_000, { connectionId: "old" });
      await queue.schedule(stage, "sync:zqa-moodle", 40, { connectionId: "zqa-moodle" });
      const seen = await collect(stage, 3, undefined);
      expect(seen.at(-1)!.data).toEqual({ connectionId: "zqa-moodle" });
      await queue.unschedule(stage, "sync:zqa-moodle");
      expect(await settled(stage, { waiting: 0, active: 0, delayed: 0 })).toMatchObject({ failed: 0 });
    });

    test("a shorter interval holds, also after a turn that came late", async () => {
      const stage = newStage();
      await queue.schedule(stage, "sync:zqb-moodle", 3_600_000, { n: 1 });
      // So short that no worker is ever in time: every turn is late.
      await queue.schedule(stage, "sync:zqb-moodle", 2, { n: 2 });
      const seen = await collect(stage, 5);
      expect(seen.map((job) => job.data.n)).toEqual(seen.map(() => 2));
      await queue.unschedule(stage, "sync:zqb-moodle");
      await settled(stage, { waiting: 0, active: 0, delayed: 0 });
    });

    test("the same schedule again, as at every start, brings no turn of its own", async () => {
      const stage = newStage();
      const seen = collect(stage, 1);
      await queue.schedule(stage, "sync:zqc-moodle", 3_600_000, { n: 1 });
      await seen;
      await settled(stage, { waiting: 0, active: 0, delayed: 1 });
      await queue.schedule(stage, "sync:zqc-moodle", 3_600_000, { n: 1 });
      expect((await queue.counts())[stage]).toEqual({ waiting: 0, active: 0, delayed: 1, failed: 0 });
      expect(await seen).toHaveLength(1);
    });

    test("closing tells a running job, and the next process does it again with no attempt counted", async () => {
      const stage = newStage();
      await queue.add(stage, "long", { n: 1 });
      let begun: () => void = () => undefined;
      const started = new Promise<void>((resolve) => {
        begun = resolve;
      });
      queue.work(stage, 1, (_, signal) => {
        begun();
        return new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")));
        });
      });
      await started;
      await queue.close();
      const next = another();
      const [job] = await collect(stage, 1, undefined, next);
      expect(job).toMatchObject({ id: "long", attempt: 1 });
    });

    test("a job that does not notice the closing does not hold it up", async () => {
      const stage = newStage();
      const deaf = another({ closeWithinMs: 10 });
      let end: () => void = () => undefined;
      const started = new Promise<void>((resolve) => {
        deaf.work(stage, 1, () => {
          resolve();
          return new Promise<void>((release) => {
            end = release;
          });
        });
      });
      await deaf.add(stage, undefined, { n: 1 });
      await started;
      await deaf.close();
      end();
      expect(lines.join()).toContain("jobs did not stop in time");
    });

    test("Q6: everything in the backend is wiped under a running worker: what is added afterwards is done, schedules can be made again", async () => {
      const stage = newStage();
      let seen: number[] = [];
      let told: () => void = () => undefined;
      queue.work(stage, 2, async (job) => {
        seen.push(job.data.n as number);
        told();
      });
      const until = async (n: number) => {
        while (!seen.includes(n)) await new Promise<void>((resolve) => (told = resolve));
      };
      await queue.add(stage, "before", { n: 1 });
      await until(1);
      await queue.schedule(stage, "sync:zqd-moodle", 3_600_000, { n: 2 });
      await until(2);
      expect(await queue.schedules(stage)).toEqual(new Set(["sync:zqd-moodle"]));
      await queue.add(stage, "lost", { n: 0 }, { delayMs: 3_600_000 });
      await wipe(opened.backend);
      seen = [];
      expect(await queue.schedules(stage)).toEqual(new Set());
      await queue.add(stage, "lost", { n: 3 });
      await queue.schedule(stage, "sync:zqd-moodle", 3_600_000, { n: 4 });
      await until(3);
      await until(4);
      expect(await settled(stage, { waiting: 0, active: 0 })).toMatchObject({ delayed: 1 });
      await queue.unschedule(stage, "sync:zqd-moodle");
    });

    test("Q6: a job that was running when everything was wiped comes to its end, and its worker takes the next", async () => {
      const stage = newStage();
      let end: () => void = () => undefined;
      let begun: () => void = () => undefined;
      const started = new Promise<void>((resolve) => (begun = resolve));
      const next = new Promise<void>((resolve) => {
        queue.work(stage, 1, (job) => {
          if (job.data.n === 2) return Promise.resolve(resolve());
          begun();
          return new Promise<void>((release) => (end = release));
        });
      });
      await queue.add(stage, "long", { n: 1 });
      await started;
      await wipe(opened.backend);
      await queue.ready();
      end();
      await queue.add(stage, "next", { n: 2 });
      await next;
    });

    test("Q12: a queue that is opened anew as a whole lets what runs come to its end, and takes what waits", async () => {
      const stage = newStage();
      let end: () => void = () => undefined;
      let begun: () => void = () => undefined;
      const aborted: boolean[] = [];
      const started = new Promise<void>((resolve) => (begun = resolve));
      const next = new Promise<void>((resolve) => {
        queue.work(stage, 1, async (job, signal) => {
          if (job.data.n === 2) return resolve();
          begun();
          await new Promise<void>((release) => (end = release));
          aborted.push(signal.aborted);
        });
      });
      await queue.add(stage, "long", { n: 1 });
      await started;
      await queue.restart();
      await queue.add(stage, "next", { n: 2 });
      await next;
      end();
      await settled(stage, { waiting: 0, active: 0 });
      expect(aborted).toEqual([false]);
      expect(queue.pulse(stage)).toMatchObject({ busy: 0, places: 1 });
    });

    test("Q14: a job of a version that this build does not know is left, neither done nor failed, and holds nothing up", async () => {
      const stage = newStage();
      await queue.add(stage, "newer", { v: 2, n: 1 });
      await queue.add(stage, "ours", { n: 2 });
      const [job] = await collect(stage, 1);
      expect(job!.data).toEqual({ n: 2 });
      expect(await settled(stage, { waiting: 0, active: 0 })).toMatchObject({ delayed: 1, failed: 0 });
      expect(lines.join()).toContain("job of an unknown version");
    });

    test("a closed queue says so", async () => {
      await queue.close();
      await expect(queue.add(newStage(), undefined, { n: 1 })).rejects.toMatchObject({ code: "QUEUE_UNAVAILABLE" });
    });

    test("an error's message reaches neither the log nor the queue's own tables", async () => {
      const stage = newStage();
      const canary = "Zebedee Quillfeather";
      await queue.add(stage, "x", { n: 1 }, { attempts: 1 });
      await collect(stage, 1, () => {
        throw new Error(canary);
      });
      await settled(stage, { failed: 1, active: 0 });
      expect(lines.join()).toContain("job failed");
      expect(lines.join()).not.toContain("Quillfeather");
      expect(await everythingStored(opened.backend)).toContain("INTERNAL");
      expect(await everythingStored(opened.backend)).not.toContain("Quillfeather");
    });
  });
}

/** What an operator's slip, or a disk without persistence, does to the queue. */
async function wipe(backend: QueueSettings["backend"]): Promise<void> {
  if ("postgresUrl" in backend) {
    const pool = createPool({ url: backend.postgresUrl, max: 1, applicationName: "wipe" });
    await pool.query("drop schema bullmq cascade");
    await pool.end();
    return;
  }
  const client = new Redis(backend.redisUrl);
  await client.flushall();
  client.disconnect();
}

/** All that the backend holds, as text. */
async function everythingStored(backend: QueueSettings["backend"]): Promise<string> {
  if ("postgresUrl" in backend) {
    const pool = createPool({ url: backend.postgresUrl, max: 1, applicationName: "look" });
    const { rows } = await pool.query(
      "SELECT (SELECT json_agg(job) FROM bullmq.job)::text || (SELECT json_agg(event) FROM bullmq.event)::text AS all",
    );
    await pool.end();
    return rows[0].all;
  }
  const client = new Redis(backend.redisUrl);
  const found: unknown[] = [];
  for (const key of await client.keys("lanyard:*")) {
    const type = await client.type(key);
    if (type === "hash") found.push(await client.hgetall(key));
    if (type === "stream") found.push(await client.xrange(key, "-", "+"));
  }
  client.disconnect();
  return JSON.stringify(found);
}

test("a queue that cannot be reached is QUEUE_UNAVAILABLE", async () => {
  const log = createLog({ level: "silent" });
  for (const backend of [{ postgresUrl: "postgresql://x:y@127.0.0.1:1/z" }, { redisUrl: "redis://127.0.0.1:1" }]) {
    const queue = openQueue({ backend, log });
    await expect(queue.ready()).rejects.toMatchObject({ code: "QUEUE_UNAVAILABLE", class: "internal" });
    await queue.close();
  }
});
