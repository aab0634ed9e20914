import {
  type BackendClasses,
  type Job as BullJob,
  type Queue as BullQueue,
  createPostgresBackend,
  createRedisBackend,
  DelayedError,
  type IQueueBackend,
  runMigrations,
  UnrecoverableError,
  WaitingError,
  type Worker,
  withBackend,
} from "bullmq";
import { Redis } from "ioredis";
import { systemClock } from "./clock";
import { createPool } from "./database";
import { HubError, isHubError } from "./errors";
import type { Log } from "./log";
import { backOffMs, judge, maximumAttempts } from "./queue/retry";

/** The schema that BullMQ's own migrations make and own. */
const schema = "bullmq";

/** Ids and cursors only: what is queued has no row security and may be written to another system's disk. */
export type JobData = Readonly<Record<string, string | number>>;

export interface Job {
  readonly id: string;
  readonly data: JobData;
  /** 1 for the first; waiting as a vendor told us to counts none. */
  readonly attempt: number;
}

/** Stops early when the signal fires: the hub is closing, or another worker has taken the job over. */
export type Handler = (job: Job, signal: AbortSignal) => Promise<void>;

export interface AddOptions {
  delayMs?: number;
  attempts?: number;
  /** 1 is first; without one a job comes before all that have one. */
  priority?: number;
}

export interface Counts {
  waiting: number;
  active: number;
  /** With a scheduler one of these is always its next turn. */
  delayed: number;
  failed: number;
}

export interface Queue {
  /** Connects; on PostgreSQL brings BullMQ's tables up to date. Before anything else. */
  ready(): Promise<void>;
  /** With a job id a job that is still waiting, delayed or running is not doubled; a finished one may come again. */
  add(stage: string, jobId: string | undefined, data: JobData, options?: AddOptions): Promise<void>;
  work(stage: string, concurrency: number, handler: Handler): void;
  /** At once and every so often from now on, by one process of all; the same interval again keeps its next turn, another begins anew. */
  schedule(stage: string, schedulerId: string, everyMs: number, data: JobData): Promise<void>;
  /** A turn that waits for a worker or runs already is not called back. */
  unschedule(stage: string, schedulerId: string): Promise<void>;
  /** Of every stage this process has touched. */
  counts(): Promise<Record<string, Counts>>;
  /** Lets running jobs end (their signals fire), gives back what does not, closes every connection. */
  close(): Promise<void>;
}

export interface QueueSettings {
  /** PostgreSQL unless an address of Redis is given. The connection has to be direct: LISTEN does not pass a transaction pooler. */
  backend: { postgresUrl: string } | { redisUrl: string };
  log: Log;
  /** Full jitter; tests fix it. */
  random?: () => number;
  /** How long a running job may take to notice that the hub closes. */
  closeWithinMs?: number;
}

/** Kept so long for the operator's eye. An age, because a count is enforced by a DELETE on every completion. */
const keepCompletedSeconds = 3600;
const keepFailedSeconds = 14 * 24 * 3600;

/**
 * Where a schedule that missed a turn finds its next: so long after a whole interval of the clock. Without one of ours BullMQ
 * keeps the first interval's for ever: a daily schedule made hourly would, one turn late, rest for up to a day. Nothing larger,
 * because PostgreSQL adds it to the interval; nothing smaller, because 0 reads as none. With an offset only a start date
 * brings the first turn at once.
 */
const catchUpOffsetMs = 1;

/** What differs between the two; everything else of this file does not know which one it has. */
interface Backend {
  classes: BackendClasses<IQueueBackend, unknown>;
  producers: unknown;
  workers: unknown;
  prepare(): Promise<void>;
  /** A worker holds one connection for good (LISTEN) and one per running job at times. */
  makeRoom(concurrency: number): void;
  close(): Promise<void>;
}

export function openQueue(settings: QueueSettings): Queue {
  const log = sparing(settings.log);
  const backend = "redisUrl" in settings.backend ? redis(settings.backend.redisUrl, log) : postgres(settings.backend.postgresUrl, log);
  const queues = new Map<string, BullQueue>();
  const workers: Running[] = [];
  let closing: Promise<void> | undefined;

  const queueOf = (stage: string): BullQueue => {
    if (closing) throw unavailable("closing");
    const known = queues.get(stage);
    if (known) return known;
    const made = new backend.classes.Queue(stage, { connection: backend.producers, prefix: "lanyard" }) as unknown as BullQueue;
    made.on("error", (error) => log.warn({ stage }, "queue connection", error));
    queues.set(stage, made);
    return made;
  };
  const jobOptions = (options: AddOptions) => ({
    attempts: options.attempts ?? maximumAttempts,
    delay: options.delayMs,
    priority: options.priority,
    backoff: { type: "hub" },
    removeOnComplete: { age: keepCompletedSeconds },
    removeOnFail: { age: keepFailedSeconds },
    stackTraceLimit: 1,
  });

  return {
    ready: () => reaching(() => backend.prepare()),
    async add(stage, jobId, data, options = {}) {
      const once = jobId === undefined ? {} : { deduplication: { id: jobId } };
      await reaching(() => queueOf(stage).add(jobId ?? stage, data, { ...jobOptions(options), ...once }));
    },
    work(stage, concurrency, handler) {
      if (closing) throw unavailable("closing");
      backend.makeRoom(concurrency);
      const backOff = (attempt: number) => backOffMs(attempt, settings.random ?? Math.random);
      workers.push(startWorker({ backend, stage, concurrency, handler, log, backOff }));
    },
    async schedule(stage, schedulerId, everyMs, data) {
      const template = { name: schedulerId, data, opts: jobOptions({}) };
      const turns = { offset: catchUpOffsetMs, startDate: systemClock.now() };
      await reaching(() => queueOf(stage).upsertJobScheduler(schedulerId, { ...turns, every: everyMs }, template));
    },
    async unschedule(stage, schedulerId) {
      await reaching(() => queueOf(stage).removeJobScheduler(schedulerId));
    },
    async counts() {
      const counted: Record<string, Counts> = {};
      for (const stage of new Set([...queues.keys(), ...workers.map((one) => one.stage)])) {
        const said = await reaching(() => queueOf(stage).getJobCounts("waiting", "prioritized", "active", "delayed", "failed"));
        const of = (state: string) => said[state] ?? 0;
        counted[stage] = { waiting: of("waiting") + of("prioritized"), active: of("active"), delayed: of("delayed"), failed: of("failed") };
      }
      return counted;
    },
    close() {
      closing ??= (async () => {
        await Promise.all(workers.map((one) => one.close(settings.closeWithinMs ?? 20_000)));
        await Promise.all([...queues.values()].map((one) => one.close().catch(() => undefined)));
        await backend.close();
      })();
      return closing;
    },
  };
}

interface Running {
  readonly stage: string;
  close(withinMs: number): Promise<void>;
}

/** Twice the longest page we allow; renewed at half. A lost lock runs a job twice: the fence in the write transaction decides. */
const lockMs = 60_000;

function startWorker(settings: {
  backend: Backend;
  stage: string;
  concurrency: number;
  handler: Handler;
  log: Log;
  backOff: (attempt: number) => number;
}): Running {
  const { backend, stage, log } = settings;
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();
  let closing = false;

  const process = async (job: BullJob, token?: string): Promise<void> => {
    // Fetched while the worker was being paused: nobody would tell its handler to stop.
    if (closing) return giveBack(job, token);
    const id = job.id ?? "";
    const attempt = job.attemptsMade + 1;
    const controller = new AbortController();
    const known = { id: job.deduplicationId ?? id, data: job.data as JobData, attempt };
    const work = (async () => settings.handler(known, controller.signal))();
    const done = work.then(
      () => undefined,
      () => undefined,
    );
    running.set(id, { controller, done });
    try {
      await work;
    } catch (error) {
      if (closing) return await giveBack(job, token);
      const verdict = judge(error, attempt);
      const code = isHubError(error) ? error.code : "INTERNAL";
      if (verdict.action === "wait") {
        log.info({ stage, job: known.id, code, delayMs: verdict.delayMs }, "job waits as told");
        await job.moveToDelayed(systemClock.now().getTime() + verdict.delayMs, token);
        throw new DelayedError();
      }
      log.warn({ stage, job: known.id, attempt, code }, verdict.action === "stop" ? "job stopped" : "job failed", error);
      throw verdict.action === "stop" ? quiet(new UnrecoverableError(code)) : quiet(new Error(code));
    } finally {
      running.delete(id);
    }
  };

  const worker = new backend.classes.Worker(stage, process, {
    connection: backend.workers,
    prefix: "lanyard",
    concurrency: settings.concurrency,
    lockDuration: lockMs,
    // A worker that was killed outright is not the job's fault either; the attempts bound what really fails.
    maxStalledCount: 5,
    stalledInterval: 30_000,
    runRetryDelay: 1_000,
    settings: { backoffStrategy: settings.backOff },
  }) as unknown as Worker;
  worker.on("error", (error) => log.warn({ stage }, "queue worker", error));
  worker.on("lockRenewalFailed", (ids) => {
    log.warn({ stage, count: ids.length }, "job taken over");
    for (const id of ids) running.get(id)?.controller.abort();
  });

  return {
    stage,
    async close(withinMs) {
      closing = true;
      await worker.pause(true).catch(() => undefined);
      for (const one of running.values()) one.controller.abort();
      const ended = await within(withinMs, Promise.all([...running.values()].map((one) => one.done)));
      // What still runs keeps its lock until it expires; then another worker takes it.
      if (ended === "late") log.warn({ stage, count: running.size }, "jobs did not stop in time");
      // A backend that is away never answers; closing its connections after this ends what still waits for it.
      await within(answerWithinMs, worker.close(ended === "late"));
    },
  };
}

/** How long the backend may take to note what the last jobs came to. */
const answerWithinMs = 5_000;

async function within<T>(ms: number, work: Promise<T>): Promise<T | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Not the job's fault: it goes back untouched and the next process begins it again. */
async function giveBack(job: BullJob, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}

/** The queue stores message and stack for ever; both are only the code. */
function quiet(error: Error): Error {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

/** While a backend is away every connection complains at every try: the same complaint is written once in half a minute. */
function sparing(log: Log): Log {
  const saidAt = new Map<string, number>();
  return {
    ...log,
    warn(fields, message, error) {
      const isConnection = message === "queue connection" || message === "queue worker";
      const key = `${message} ${fields.stage}`;
      const now = performance.now();
      if (isConnection && now - (saidAt.get(key) ?? Number.NEGATIVE_INFINITY) < 30_000) return;
      saidAt.set(key, now);
      log.warn(fields, message, error);
    },
  };
}

/** A queue that is away is our matter; the ledger holds the work. */
async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HubError) throw error;
    const { code, name } = error as { code?: unknown; name?: unknown };
    throw unavailable(typeof code === "string" ? code : typeof name === "string" ? name : "no connection", error);
  }
}

function unavailable(why: string, cause?: unknown): HubError {
  return new HubError({
    code: "QUEUE_UNAVAILABLE",
    class: "internal",
    message: `The queue does not answer (${why})`,
    detail: { why },
    cause,
  });
}

function postgres(url: string, log: Log): Backend {
  const pool = createPool({
    url,
    max: 4,
    applicationName: "lanyard-queue",
    // Losing the last jobs in a power cut costs nothing (the reconciler adds them again); waiting for the disk costs half
    // the throughput. Of this pool only: records are always committed to disk.
    session: { synchronous_commit: "off", search_path: schema },
    onLost: (error) => log.warn({}, "queue connection", error),
  });
  pool.setMaxListeners(0); // every queue and worker adds one
  return {
    classes: withBackend(createPostgresBackend) as unknown as BackendClasses<IQueueBackend, unknown>,
    producers: pool,
    workers: pool,
    async prepare() {
      const client = await pool.connect();
      try {
        await runMigrations(client, schema);
      } finally {
        client.release();
      }
    },
    makeRoom(concurrency) {
      // Too few would be a deadlock, not a slowdown: the listeners never give theirs back.
      pool.options.max = (pool.options.max ?? 4) + 1 + concurrency;
    },
    close: () => pool.end(),
  };
}

function redis(url: string, log: Log): Backend {
  // A worker waits for Redis for ever; adding a job fails soon, so that its caller can say so.
  // The driver's own two seconds after a disconnect would hold the process.
  const workers = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true, disconnectTimeout: 50 });
  const producers = new Redis(url, { maxRetriesPerRequest: 2, lazyConnect: true, disconnectTimeout: 50 });
  for (const one of [workers, producers]) one.on("error", (error) => log.warn({}, "queue connection", error));
  return {
    classes: withBackend(createRedisBackend) as unknown as BackendClasses<IQueueBackend, unknown>,
    producers,
    workers,
    async prepare() {
      await producers.ping();
    },
    makeRoom: () => undefined,
    async close() {
      workers.disconnect();
      producers.disconnect();
    },
  };
}
