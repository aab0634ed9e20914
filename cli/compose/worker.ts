import { runOutbound } from "../../outbound/run";
import { outboundStage, runSoon, scheduleOutbound } from "../../outbound/schedule";
import { openQueue, type Queue } from "../../platform/queue";
import type { Connection } from "../../sync/connection";
import { eventEveryMs, eventStage, fetchEvents } from "../../sync/events";
import { resumeReplays, workReplays } from "../../sync/rederive/apply";
import { runConnection } from "../../sync/run";
import { scheduleConnections, syncStage } from "../../sync/schedule";
import { upkeep, upkeepStage } from "../../sync/upkeep";
import type { Foundation } from "./foundation";
import { holderName } from "./holder";
import { composeOutbound, isEsr } from "./outbound";

/** Runs of connections at once in one worker process; each connection still has one lease. */
const runsAtOnce = 3;

/** A run this much before its time is on time: clocks and queues are not exact. */
const earlyMs = 15_000;

const dayMs = 86_400_000;

/** Replays that somebody has started, or that a dead process has left: looked for this often. */
const replayStage = "replay";
const replaysEveryMs = 10_000;

export interface RunningWorker {
  readonly queue: Queue;
  close(): Promise<void>;
}

/** What a crash left half done. Busy connections are at it, or are read; the next start or the next apply finds it. */
export async function finishReplays({ engine, config, log }: Foundation): Promise<void> {
  await resumeReplays(engine, config.connections, holderName()).catch((error: unknown) =>
    log.warn({}, "an interrupted replay waits to be finished", error),
  );
}

/** Takes runs from the queue and keeps the schedule. Jobs carry a connection's id; everything else is in the ledger. */
export async function startWorker(foundation: Foundation, redisUrl: string | undefined): Promise<RunningWorker> {
  const { engine, config, log, databaseUrl } = foundation;
  const queue = openQueue({ backend: redisUrl ? { redisUrl } : { postgresUrl: databaseUrl }, log });
  await queue.ready();
  const outbound = composeOutbound(foundation);
  const connections = new Map(config.connections.map((connection) => [connection.id, connection]));
  /** ESR's own file brings back what it has loaded; a learning system's run may have found what is due. */
  const esrTargetsOf = (read: readonly Connection[]) =>
    read
      .filter((connection) => connection.esr || isEsr(connection))
      .flatMap(({ organisations }) => organisations.map(({ odsCode }) => odsCode))
      .filter((odsCode) => outbound.targets.has(odsCode));
  queue.work(syncStage, runsAtOnce, async (job, signal) => {
    const connection = connections.get(String(job.data.connectionId));
    // A connection that has left the configuration, or is no longer polled: its job is of an earlier start.
    if (!connection?.connector.poll) return;
    // A schedule that is made anew begins at once: what ran a moment ago (first sync, another worker, a command) is not due.
    const dueAt = await engine.store.connections.nextRunAt(connection.id);
    if (dueAt && job.attempt === 1 && dueAt.getTime() - engine.clock.now().getTime() > earlyMs) return;
    const result = await runConnection(engine, connection, { trigger: "schedule", holder: holderName(), signal });
    if (result?.error) throw result.error;
    if (result) await runSoon(queue, esrTargetsOf([connection]));
  });
  queue.work(outboundStage, 1, async (job) => {
    const result = await runOutbound(outbound, String(job.data.organisation));
    if (result?.error) throw result.error;
  });
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
  await queue.schedule(eventStage, eventStage, eventEveryMs, { v: 1 });
  queue.work(replayStage, 1, async (_, signal) => {
    while (!signal.aborted && (await workReplays(engine, config.connections, holderName(), { signal })) > 0)
      await engine.sleep(1000, signal);
  });
  await queue.schedule(replayStage, replayStage, replaysEveryMs, { v: 1 });
  queue.work(upkeepStage, 1, async () => {
    await upkeep(engine, foundation.store);
  });
  await queue.schedule(upkeepStage, upkeepStage, dayMs, {});
  const configured = new Set(config.connections.map((connection) => connection.id));
  const retired = (await foundation.store.listConnections()).map((connection) => connection.id).filter((id) => !configured.has(id));
  await scheduleConnections(queue, config.connections, retired);
  return { queue, close: () => queue.close() };
}
