/**
 * Makes every job anew from the ledger, and looks whether this process still does any. Every worker process has one: a queue
 * that was flushed, dropped, failed over to a copy that lags, or that never got a job, is whole again within a minute.
 */
import { setTimeout as delay } from "node:timers/promises";
import { everyMinutes as outboundEveryMinutes, outboundStage, scheduleOutbound } from "../../outbound/schedule";
import { HubError, isHubError } from "../../platform/errors";
import type { Queue } from "../../platform/queue";
import { eventEveryMs, eventStage } from "../../sync/events";
import { replayStage, replaysEveryMs, scheduleConnections, schedulerOf, syncStage } from "../../sync/schedule";
import { runsOfOneOrganisation } from "../../sync/turn";
import { upkeepEverySeconds, upkeepStage } from "../../sync/upkeep";
import type { Foundation } from "./foundation";
import { isDeadHolder } from "./holder";

/** At most so long between two looks; half of it is chance, so that many workers do not look together. */
const lookEveryMs = 15_000;
/** Work that waits so long while this worker has room and takes none: it is stuck. */
const stuckAfterMs = 60_000;
/** Opened anew so often without taking one job although the queue answers, it is beyond repair from inside. */
const mostRestarts = 3;

/** Rounds that are made so often whoever asks: what they find is in the ledger. */
const rounds = [
  [eventStage, eventEveryMs],
  [replayStage, replaysEveryMs],
  [upkeepStage, upkeepEverySeconds * 1000],
] as const;

export interface Reconciled {
  readonly queue: Queue;
  readonly foundation: Foundation;
  /** Organisations with an ESR that is read here, and the connections whose runs may make something due for it. */
  readonly outbound: readonly { readonly subject: string; readonly connections: readonly string[] }[];
  /** The worker cannot mend itself: the process has to end, and its supervisor to begin another. */
  readonly onBeyondRepair: (error: HubError) => void;
  readonly lookEveryMs?: number;
  readonly stuckAfterMs?: number;
}
export interface Reconciler {
  /** Hands out what is due now: when a run has ended, its place is free. */
  handOut(): Promise<void>;
  /** Undefined while it works; else why it does not. */
  stuck(): string | undefined;
  close(): Promise<void>;
}

export function startReconciler(parts: Reconciled): Reconciler {
  const { queue, foundation } = parts;
  const { engine, config, log, store } = foundation;
  const polled = config.connections.filter(({ connector }) => connector.poll);
  const ids = polled.map(({ id }) => id);
  const stop = new AbortController();
  let waitsSinceMs: number | undefined;
  let restarts = 0;
  let why: string | undefined;

  const due = () => store.turns.due(ids, engine.clock.now(), runsOfOneOrganisation);
  async function handOut(): Promise<number> {
    const runs = await due();
    for (const { connectionId, lease } of runs) await queue.add(syncStage, `due-${connectionId}-${lease}`, { connectionId });
    return runs.length;
  }

  /** Each part for itself: one that fails keeps no other from its jobs. */
  async function part(what: string, work: () => Promise<unknown>): Promise<boolean> {
    if (stop.signal.aborted) return false;
    try {
      await work();
      return true;
    } catch (error) {
      log.warn({ what, code: isHubError(error) ? error.code : "INTERNAL" }, "not reconciled", error);
      return false;
    }
  }

  async function schedules(): Promise<void> {
    const syncs = await queue.schedules(syncStage);
    await scheduleConnections(
      queue,
      polled.filter(({ id }) => !syncs.has(schedulerOf(id))),
      [],
    );
    const others = await queue.schedules(outboundStage);
    const organisations = parts.outbound.map(({ subject }) => subject).filter((one) => !others.has(`outbound-${one}`));
    await scheduleOutbound(queue, organisations, organisations);
    for (const [stage, everyMs] of rounds) {
      if (!(await queue.schedules(stage)).has(stage)) await queue.schedule(stage, stage, everyMs, {});
    }
  }

  async function look(): Promise<void> {
    await part("dead holders", () => store.connections.releaseDead(isDeadHolder));
    const answers = await part("queue", () => queue.ready());
    if (answers) {
      await part("schedules", schedules);
      await part("runs", handOut);
      await part("outbound", async () => {
        for (const organisation of await store.turns.dueSubjects(outboundStage, parts.outbound, outboundEveryMinutes * 60))
          await queue.add(outboundStage, `outbound-after-${organisation}`, { organisation });
      });
      await part("upkeep", async () => {
        const [subject] = await store.turns.dueSubjects(upkeepStage, [{ subject: upkeepStage, connections: [] }], upkeepEverySeconds);
        if (subject) await queue.add(upkeepStage, "upkeep-due", {});
      });
    }
    await part("own pulse", () => watch(answers));
  }

  async function watch(answers: boolean): Promise<void> {
    const { busy, places, idleMs } = queue.pulse(syncStage);
    const hasRoom = busy < places;
    const waits = hasRoom && (await due()).length > 0;
    const limitMs = parts.stuckAfterMs ?? stuckAfterMs;
    const nowMs = performance.now();
    if (!waits || (waitsSinceMs !== undefined && idleMs < nowMs - waitsSinceMs)) {
      // Nothing waits, or a job has been taken since it began to.
      waitsSinceMs = waits ? nowMs : undefined;
      restarts = 0;
      if (why !== undefined) log.info({}, "worker takes work again");
      why = undefined;
      return;
    }
    waitsSinceMs ??= nowMs;
    if (nowMs - waitsSinceMs < limitMs) return;
    why = answers ? "no job is taken although work waits" : "the queue does not answer";
    const stuck = new HubError({
      code: "WORKER_STUCK",
      class: "internal",
      detail: { seconds: Math.round((nowMs - waitsSinceMs) / 1000), why },
    });
    if (answers && restarts >= mostRestarts) return parts.onBeyondRepair(stuck);
    restarts = answers ? restarts + 1 : 0;
    log.error({ code: stuck.code, restarts }, "worker is stuck: its queue is opened anew", stuck);
    // Another whole time before the next try; until a job is taken it stays unhealthy.
    waitsSinceMs = nowMs;
    await queue.restart();
    await handOut();
  }

  const looking = (async () => {
    const everyMs = parts.lookEveryMs ?? lookEveryMs;
    while (!stop.signal.aborted) {
      await look();
      await delay(everyMs * (0.5 + 0.5 * Math.random()), undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();

  return {
    handOut: async () => {
      await part("runs", handOut);
    },
    stuck: () => why,
    async close() {
      stop.abort();
      await looking;
    },
  };
}
