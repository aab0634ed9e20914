/** One BullMQ worker of one stage: takes jobs, judges what becomes of them, gives back what it cannot end. */
import { type Job as BullJob, DelayedError, UnrecoverableError, WaitingError, type Worker } from "bullmq";
import { systemClock } from "../clock";
import { isHubError } from "../errors";
import type { Log } from "../log";
import type { Handler, JobData } from "../queue";
import { within } from "../within";
import type { Backend } from "./backends";
import { judge } from "./retry";

/** The form of a job's payload. A job of another version was made by another build: it is left for one that knows it. */
export const jobVersion = 1;
/** Such a job is looked at again so often; an attempt is not counted. */
const leftForMs = 30_000;

/** Renewed at half. A lost lock runs a job twice: the lease of the ledger, and the fence in the write transaction, decide. */
const lockMs = 30_000;
/** So often it is looked whether a lock has run out: a killed worker's jobs are taken over within a minute. */
const stalledEveryMs = 15_000;

/** How long the backend may take to note what the last jobs came to. */
const answerWithinMs = 5_000;

export interface Running {
  readonly stage: string;
  readonly concurrency: number;
  /** Jobs in hand now. */
  busy(): number;
  /** `patient`: what runs is let come to its end by itself, up to the limit; else its signal fires first. */
  close(withinMs: number, patient?: boolean): Promise<void>;
}

export interface WorkerSettings {
  readonly backend: Backend;
  readonly stage: string;
  readonly concurrency: number;
  readonly handler: Handler;
  readonly log: Log;
  readonly backOff: (attempt: number) => number;
  /** A job was taken, or ended: this worker is alive. */
  readonly onMove: () => void;
  readonly onError: (error: unknown) => void;
}

export function startWorker(settings: WorkerSettings): Running {
  const { backend, stage, concurrency, log, onMove } = settings;
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();
  let closing = false;

  const process = async (job: BullJob, token?: string): Promise<void> => {
    // Fetched while the worker was being paused: nobody would tell its handler to stop.
    if (closing) return giveBack(job, token);
    const { v, ...data } = job.data as JobData & { v?: number };
    if (v !== undefined && v !== jobVersion) return leave(job, token);
    onMove();
    const id = job.id ?? "";
    const attempt = job.attemptsMade + 1;
    const controller = new AbortController();
    const known = { id: job.deduplicationId ?? id, data, attempt };
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
      onMove();
    }
  };

  async function leave(job: BullJob, token: string | undefined): Promise<never> {
    log.warn({ stage, version: Number((job.data as { v?: unknown }).v) }, "job of an unknown version left for a worker that knows it");
    await job.moveToDelayed(systemClock.now().getTime() + leftForMs, token);
    throw new DelayedError();
  }

  const worker = new backend.classes.Worker(stage, process, {
    connection: backend.workers,
    prefix: "lanyard",
    concurrency,
    lockDuration: lockMs,
    // A worker that was killed outright is not the job's fault either; the attempts bound what really fails.
    maxStalledCount: 5,
    stalledInterval: stalledEveryMs,
    runRetryDelay: 1_000,
    settings: { backoffStrategy: settings.backOff },
  }) as unknown as Worker;
  worker.on("error", (error) => settings.onError(error));
  worker.on("lockRenewalFailed", (ids) => {
    log.warn({ stage, count: ids.length }, "job taken over");
    for (const id of ids) running.get(id)?.controller.abort();
  });

  return {
    stage,
    concurrency,
    busy: () => running.size,
    async close(withinMs, patient = false) {
      closing = true;
      await within(answerWithinMs, worker.pause(true)).catch(() => undefined);
      if (!patient) for (const one of running.values()) one.controller.abort();
      const ended = await within(withinMs, Promise.all([...running.values()].map((one) => one.done)));
      // What still runs keeps its lock until it expires; then another worker takes it.
      if (ended === "late") log.warn({ stage, count: running.size }, "jobs did not stop in time");
      // A backend that is away never answers; closing its connections after this ends what still waits for it.
      await within(answerWithinMs, worker.close(ended === "late")).catch(() => undefined);
    },
  };
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
