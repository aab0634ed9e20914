import { runOutbound } from "../../outbound/run";
import { outboundStage, runSoon, scheduleOutbound } from "../../outbound/schedule";
import type { HubError } from "../../platform/errors";
import { watchEventLoop } from "../../platform/event-loop";
import { openQueue, type Queue } from "../../platform/queue";
import type { Connection } from "../../sync/connection";
import { eventEveryMs, eventStage, fetchEvents } from "../../sync/events";
import { resumeReplays, workReplays } from "../../sync/rederive/apply";
import { type RunResult, runConnection } from "../../sync/run";
import { replayStage, replaysEveryMs, scheduleConnections, syncStage } from "../../sync/schedule";
import { turnOf } from "../../sync/turn";
import { upkeep, upkeepStage } from "../../sync/upkeep";
import type { Foundation } from "./foundation";
import { holderName } from "./holder";
import { composeOutbound, isEsr } from "./outbound";
import { startReconciler } from "./reconciler";
import { readerOf } from "./rights";

/** Runs of connections at once in one worker process; each connection still has one lease. */
const runsAtOnce = 3;

/** Jobs that run have so long to come to a border of a page; what is left is in the ledger anyway. */
const closeWithinMs = 15_000;

export interface WorkerHealth {
  readonly healthy: boolean;
  readonly why?: string;
  /** The longest standstill of the event loop lately. */
  readonly blockedMs: number;
}
export interface RunningWorker {
  readonly queue: Queue;
  health(): WorkerHealth;
  close(): Promise<void>;
}
export interface WorkerSettings {
  readonly redisUrl: string | undefined;
  readonly onBeyondRepair?: (error: HubError) => void;
  /** Shorter in tests only. */
  readonly lookEveryMs?: number;
  readonly stuckAfterMs?: number;
  readonly sliceMs?: number;
}

/** What a crash left half done. Busy connections are at it, or are read; the next start or the next apply finds it. */
export async function finishReplays({ engine, config, log }: Foundation): Promise<void> {
  await resumeReplays(engine, config.connections, holderName()).catch((error: unknown) =>
    log.warn({}, "an interrupted replay waits to be finished", error),
  );
}

/**
 * Takes runs from the queue and keeps the schedule. A job carries ids and only asks: whether there is anything to do, and whose
 * turn it is, is decided by the ledger when the job comes. What fails comes again when the ledger says so.
 */
export async function startWorker(foundation: Foundation, settings: WorkerSettings): Promise<RunningWorker> {
  const { engine, config, log, databaseUrl, store } = foundation;
  const { redisUrl } = settings;
  const queue = openQueue({ backend: redisUrl ? { redisUrl } : { postgresUrl: databaseUrl }, log, closeWithinMs });
  await queue.ready();
  const outbound = composeOutbound(foundation);
  const connections = new Map(config.connections.map((connection) => [connection.id, connection]));
  /** ESR's own file brings back what it has loaded; a learning system's run may have found what is due. */
  const esrTargetsOf = (read: readonly Connection[]) =>
    read
      .filter((connection) => connection.esr || isEsr(connection))
      .flatMap(({ organisations }) => organisations.map(({ odsCode }) => odsCode))
      .filter((odsCode) => outbound.targets.has(odsCode));
  const polled = config.connections.filter(({ connector }) => connector.poll).map(({ id }) => id);
  const targets = [...outbound.targets.keys()].map((organisation) => ({
    subject: organisation,
    connections: config.connections
      .filter((one) => (one.esr || isEsr(one)) && one.organisations.some(({ odsCode }) => odsCode === organisation))
      .map(({ id }) => id),
  }));
  const loop = watchEventLoop(log);

  /** What follows from a run. A queue that is away is no matter: the reconciler finds all of it in the ledger. */
  async function followUp(result: RunResult): Promise<void> {
    const { connectionId, nextRunAt } = result;
    const connection = connections.get(connectionId)!;
    const inMs = nextRunAt.getTime() - engine.clock.now().getTime();
    if (result.error && inMs < connection.everyMinutes * 60_000)
      await queue.add(syncStage, `again-${connectionId}-${nextRunAt.getTime()}`, { connectionId }, { delayMs: Math.max(0, inMs) });
    if (!result.error) await runSoon(queue, esrTargetsOf([connection]));
    await reconciler.handOut();
  }

  queue.work(syncStage, runsAtOnce, async (job, signal) => {
    const connection = connections.get(String(job.data.connectionId));
    // A connection that has left the configuration, or is no longer polled: its job is of an earlier start.
    if (!connection?.connector.poll) return;
    const turn = turnOf(engine, { connections: polled, sliceMs: settings.sliceMs });
    const result = await runConnection(engine, connection, { trigger: "schedule", holder: holderName(), signal, turn });
    if (!result || signal.aborted) return;
    await followUp(result).catch((error: unknown) => log.warn({ connection: connection.id }, "left to the reconciler", error));
  });
  queue.work(outboundStage, 1, async (job) => {
    const organisation = String(job.data.organisation);
    const asOf = await store.turns.instant();
    const result = await runOutbound(outbound, organisation);
    if (result?.error) throw result.error;
    await store.turns.ended(outboundStage, organisation, asOf);
  });
  queue.work(upkeepStage, 1, async () => {
    const asOf = await store.turns.instant();
    await upkeep(engine, foundation.store);
    // What a crash interrupted is ended: nobody has to remember it.
    await foundation.store.erasures.resume(readerOf(foundation), () => engine.clock.now());
    await store.turns.ended(upkeepStage, upkeepStage, asOf);
  });
  queue.work(replayStage, 1, async (_, signal) => {
    while (!signal.aborted && (await workReplays(engine, config.connections, holderName(), { signal })) > 0)
      await engine.sleep(1000, signal);
  });
  const reconciler = startReconciler({
    queue,
    foundation,
    outbound: targets,
    lookEveryMs: settings.lookEveryMs,
    stuckAfterMs: settings.stuckAfterMs,
    onBeyondRepair: (error) => {
      log.error({ code: error.code }, "worker cannot mend itself", error);
      settings.onBeyondRepair?.(error);
    },
  });
  // Intervals may have changed since the last start; what is missing later on is the reconciler's.
  const configured = new Set(config.connections.map((connection) => connection.id));
  const retired = (await store.listConnections()).map((connection) => connection.id).filter((id) => !configured.has(id));
  await scheduleConnections(queue, config.connections, retired);
  await scheduleOutbound(
    queue,
    [...outbound.targets.keys()],
    config.organisations.map(({ odsCode }) => odsCode),
  );
  queue.work(eventStage, 1, async (job, signal) => {
    const { connectionId } = job.data;
    const { read } = await fetchEvents(engine, foundation.store.vendorEvents, connections, {
      holder: holderName(),
      signal,
      ...(connectionId === undefined ? {} : { connectionId: String(connectionId) }),
    });
    await runSoon(queue, esrTargetsOf([...read].map((id) => connections.get(id)!)));
  });
  await queue.schedule(eventStage, eventStage, eventEveryMs, {});
  await queue.schedule(replayStage, replayStage, replaysEveryMs, {});
  return {
    queue,
    health() {
      const why = reconciler.stuck();
      return { healthy: why === undefined, ...(why === undefined ? {} : { why }), blockedMs: loop.lastMs() };
    },
    async close() {
      await Promise.all([reconciler.close(), queue.close()]);
      loop.stop();
    },
  };
}
