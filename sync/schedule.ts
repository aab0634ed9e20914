import type { Connection } from "./connection";

/** The stage of the queue on which runs of connections are asked for; a job carries the connection's id and nothing else. */
export const syncStage = "sync";
/** Replays that somebody has started, or that a dead process has left: looked for this often. */
export const replayStage = "replay";
export const replaysEveryMs = 10_000;
/** Name of a connection's schedule. */
export const schedulerOf = (connectionId: string) => `sync-${connectionId}`;

/** What the schedule needs of the queue (platform/queue.ts). */
interface ScheduleQueue {
  schedule(stage: string, schedulerId: string, everyMs: number, data: Record<string, string | number>): Promise<void>;
  unschedule(stage: string, schedulerId: string): Promise<void>;
}

/** One repeated job per connection. Lost jobs do no harm: the schedule is made anew at every start, the ledger decides. */
export async function scheduleConnections(
  queue: ScheduleQueue,
  connections: readonly Connection[],
  retired: readonly string[],
): Promise<void> {
  for (const connection of connections) {
    if (!connection.connector.poll) {
      // It may have been polled under an earlier configuration.
      await queue.unschedule(syncStage, schedulerOf(connection.id));
      continue;
    }
    await queue.schedule(syncStage, schedulerOf(connection.id), connection.everyMinutes * 60_000, { connectionId: connection.id });
  }
  for (const id of retired) await queue.unschedule(syncStage, schedulerOf(id));
}
