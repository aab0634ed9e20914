/** What differs between the two backends; everything else of the queue does not know which one it has. */
import { type BackendClasses, createPostgresBackend, createRedisBackend, type IQueueBackend, runMigrations, withBackend } from "bullmq";
import { Redis } from "ioredis";
import { createPool } from "../database";
import type { Log } from "../log";

/** The schema that BullMQ's own migrations make and own. */
const schema = "bullmq";

export interface Backend {
  readonly classes: BackendClasses<IQueueBackend, unknown>;
  readonly producers: unknown;
  readonly workers: unknown;
  prepare(): Promise<void>;
  /** Whether an error says that what `prepare` makes is missing: a schema that was dropped is made anew, not waited for. */
  isUnprepared(error: unknown): boolean;
  /** A worker holds one connection for good (LISTEN) and one per running job at times. */
  makeRoom(concurrency: number): void;
  close(): Promise<void>;
}

/** Undefined schema, table, function. */
const missing = new Set(["3F000", "42P01", "42883"]);

export function postgres(url: string, log: Log): Backend {
  const pool = createPool({
    url,
    max: 4,
    applicationName: "lanyard-queue",
    // Losing the last jobs in a power cut costs nothing (the reconciler adds them again); waiting for the disk costs half
    // the throughput. Of this pool only: records are always committed to disk.
    // A process that was frozen while it took a job, or made the tables, keeps its rows from others no longer than this.
    session: { synchronous_commit: "off", search_path: schema, idle_in_transaction_session_timeout: "5s" },
    onLost: (error) => log.warn({}, "queue connection", error),
  });
  pool.setMaxListeners(0); // every queue and worker adds one
  return {
    classes: withBackend(createPostgresBackend) as unknown as BackendClasses<IQueueBackend, unknown>,
    producers: pool,
    workers: pool,
    async prepare() {
      const client = await pool.connect();
      let broken = true;
      try {
        await runMigrations(client, schema);
        broken = false;
      } finally {
        client.release(broken);
      }
    },
    isUnprepared: (error) => missing.has(String((error as { code?: unknown } | null)?.code)),
    makeRoom(concurrency) {
      // Too few would be a deadlock, not a slowdown: the listeners never give theirs back.
      pool.options.max = (pool.options.max ?? 4) + 1 + concurrency;
    },
    close: () => pool.end(),
  };
}

export function redis(url: string, log: Log): Backend {
  // A worker waits for Redis for ever; adding a job fails soon, so that its caller can say so.
  // The driver's own two seconds after a disconnect would hold the process.
  const workers = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true, disconnectTimeout: 50, keepAlive: 10_000 });
  const producers = new Redis(url, { maxRetriesPerRequest: 2, lazyConnect: true, disconnectTimeout: 50, keepAlive: 10_000 });
  for (const one of [workers, producers]) one.on("error", (error) => log.warn({}, "queue connection", error));
  return {
    classes: withBackend(createRedisBackend) as unknown as BackendClasses<IQueueBackend, unknown>,
    producers,
    workers,
    async prepare() {
      await producers.ping();
    },
    isUnprepared: () => false,
    makeRoom: () => undefined,
    async close() {
      workers.disconnect();
      producers.disconnect();
    },
  };
}
