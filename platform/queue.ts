import type { Queue as BullQueue } from "bullmq";
import { systemClock } from "./clock";
import { HubError } from "./errors";
import type { Log } from "./log";
import { type Backend, postgres, redis } from "./queue/backends";
import { backOffMs, maximumAttempts } from "./queue/retry";
import { jobVersion, type Running, startWorker } from "./queue/worker";
import { within } from "./within";

/** Ids and cursors only: what is queued has no row security and may be written to another system's disk. */
export type JobData = Readonly<Record<string, string | number>>;

export interface Job {
  readonly id: string;
  /** Without the version of its form, which the queue itself puts there and reads. */
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
  /** Schedules of a stage that the backend knows. */
  schedules(stage: string): Promise<ReadonlySet<string>>;
  /** What this process's workers of a stage are at: jobs in hand, places, and how long ago one was last taken or ended. */
  pulse(stage: string): { readonly busy: number; readonly places: number; readonly idleMs: number };
  /** Everything opened anew (connections, tables, workers); what runs comes to its end beside it. */
  restart(): Promise<void>;
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

const usualCloseMs = 20_000;

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

/** A backend that does not answer by then is away: a caller must be able to say so, and go on. */
const answerMs = 10_000;
/** A schema that was dropped is made anew at most so often. */
const mendEveryMs = 1_000;

interface Opened {
  readonly backend: Backend;
  readonly queues: Map<string, BullQueue>;
  readonly workers: Running[];
}

export function openQueue(settings: QueueSettings): Queue {
  const log = sparing(settings.log);
  const handlers: { stage: string; concurrency: number; handler: Handler }[] = [];
  const moved = new Map<string, number>();
  const open = (): Opened => ({
    backend: "redisUrl" in settings.backend ? redis(settings.backend.redisUrl, log) : postgres(settings.backend.postgresUrl, log),
    queues: new Map(),
    workers: [],
  });
  let current = open();
  let closing: Promise<void> | undefined;
  let mendedAtMs = Number.NEGATIVE_INFINITY;
  const ending = new Set<Promise<unknown>>();

  /** Workers of a backend whose tables have gone would ask for ever without a pause: the tables are made anew at once. */
  const mend = (backend: Backend, error: unknown) => {
    if (closing || !backend.isUnprepared(error) || performance.now() - mendedAtMs < mendEveryMs) return;
    mendedAtMs = performance.now();
    log.warn({}, "the queue's tables are made anew");
    backend.prepare().catch((failed: unknown) => log.warn({}, "queue connection", failed));
  };
  const queueOf = (stage: string): BullQueue => {
    if (closing) throw unavailable("closing");
    const known = current.queues.get(stage);
    if (known) return known;
    const { backend } = current;
    const made = new backend.classes.Queue(stage, { connection: backend.producers, prefix: "lanyard" }) as unknown as BullQueue;
    made.on("error", (error) => {
      log.warn({ stage }, "queue connection", error);
      mend(backend, error);
    });
    current.queues.set(stage, made);
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
  const begin = ({ stage, concurrency, handler }: (typeof handlers)[number]) => {
    const { backend, workers } = current;
    backend.makeRoom(concurrency);
    moved.set(stage, performance.now());
    workers.push(
      startWorker({
        backend,
        stage,
        concurrency,
        handler,
        log,
        backOff: (attempt) => backOffMs(attempt, settings.random ?? Math.random),
        onMove: () => moved.set(stage, performance.now()),
        onError: (error) => {
          log.warn({ stage }, "queue worker", error);
          mend(backend, error);
        },
      }),
    );
  };
  const end = async (one: Opened, patient: boolean) => {
    await Promise.all(one.workers.map((worker) => worker.close(settings.closeWithinMs ?? usualCloseMs, patient)));
    await Promise.all([...one.queues.values()].map((queue) => within(answerMs, queue.close()).catch(() => undefined)));
    await within(answerMs, one.backend.close());
  };
  /** What the backend says, or QUEUE_UNAVAILABLE; tables that have gone are made anew, and it is asked once more. */
  const reaching = async <T>(work: () => Promise<T>): Promise<T> => {
    const { backend } = current;
    try {
      return await answered(work);
    } catch (error) {
      if (!backend.isUnprepared(error instanceof HubError ? error.cause : error)) throw error;
      await answered(() => backend.prepare());
      return answered(work);
    }
  };

  return {
    ready: () => reaching(() => current.backend.prepare()),
    async add(stage, jobId, data, options = {}) {
      const once = jobId === undefined ? {} : { deduplication: { id: jobId } };
      await reaching(() => queueOf(stage).add(jobId ?? stage, { v: jobVersion, ...data }, { ...jobOptions(options), ...once }));
    },
    work(stage, concurrency, handler) {
      if (closing) throw unavailable("closing");
      const one = { stage, concurrency, handler };
      handlers.push(one);
      begin(one);
    },
    async schedule(stage, schedulerId, everyMs, data) {
      const template = { name: schedulerId, data: { v: jobVersion, ...data }, opts: jobOptions({}) };
      const turns = { offset: catchUpOffsetMs, startDate: systemClock.now() };
      await reaching(() => queueOf(stage).upsertJobScheduler(schedulerId, { ...turns, every: everyMs }, template));
    },
    async unschedule(stage, schedulerId) {
      await reaching(() => queueOf(stage).removeJobScheduler(schedulerId));
    },
    async schedules(stage) {
      const known = await reaching(() => queueOf(stage).getJobSchedulers(0, -1));
      return new Set(known.flatMap((one) => (one?.key ? [one.key] : [])));
    },
    pulse(stage) {
      const of = current.workers.filter((one) => one.stage === stage);
      return {
        busy: of.reduce((sum, one) => sum + one.busy(), 0),
        places: of.reduce((sum, one) => sum + one.concurrency, 0),
        idleMs: performance.now() - (moved.get(stage) ?? performance.now()),
      };
    },
    async restart() {
      if (closing) throw unavailable("closing");
      const old = current;
      current = open();
      for (const one of handlers) begin(one);
      const ended = end(old, true).catch((error: unknown) => log.warn({}, "queue connection", error));
      ending.add(ended);
      void ended.then(() => ending.delete(ended));
      await reaching(() => current.backend.prepare());
    },
    async counts() {
      const counted: Record<string, Counts> = {};
      for (const stage of new Set([...current.queues.keys(), ...current.workers.map((one) => one.stage)])) {
        const said = await reaching(() => queueOf(stage).getJobCounts("waiting", "prioritized", "active", "delayed", "failed"));
        const of = (state: string) => said[state] ?? 0;
        counted[stage] = { waiting: of("waiting") + of("prioritized"), active: of("active"), delayed: of("delayed"), failed: of("failed") };
      }
      return counted;
    },
    close() {
      closing ??= Promise.all([end(current, false), ...ending]).then(() => undefined);
      return closing;
    },
  };
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
async function answered<T>(work: () => Promise<T>): Promise<T> {
  let answer: T | "late";
  try {
    answer = await within(answerMs, work());
  } catch (error) {
    if (error instanceof HubError) throw error;
    const { code, name } = error as { code?: unknown; name?: unknown };
    throw unavailable(typeof code === "string" ? code : typeof name === "string" ? name : "no connection", error);
  }
  if (answer === "late") throw unavailable("no answer in time");
  return answer;
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
