/** The stage of the queue on which a run towards ESR is asked for; a job carries the organisation's code and nothing else. */
export const outboundStage = "outbound";
/** Files for ESR are made so often, beside the runs that follow a connection's. */
export const everyMinutes = 15;

/** What the schedule needs of the queue (platform/queue.ts). */
interface ScheduleQueue {
  add(stage: string, jobId: string | undefined, data: Record<string, string | number>, options?: { delayMs?: number }): Promise<void>;
  schedule(stage: string, schedulerId: string, everyMs: number, data: Record<string, string | number>): Promise<void>;
  unschedule(stage: string, schedulerId: string): Promise<void>;
}

/** One repeated job per employer. A lost job does no harm: the ledger has what is due, and the next run finds it. */
export async function scheduleOutbound(queue: ScheduleQueue, organisations: readonly string[], all: readonly string[]): Promise<void> {
  for (const organisation of organisations)
    await queue.schedule(outboundStage, `outbound-${organisation}`, everyMinutes * 60_000, { organisation });
  for (const organisation of all)
    if (!organisations.includes(organisation)) await queue.unschedule(outboundStage, `outbound-${organisation}`);
}

/** After a connection has been read: what it told may be due, or may be what came back. A job that waits already is not doubled. */
export async function runSoon(queue: ScheduleQueue, organisations: readonly string[], delayMs = 0): Promise<void> {
  for (const organisation of organisations)
    await queue.add(outboundStage, `outbound-after-${organisation}`, { organisation }, delayMs > 0 ? { delayMs } : {});
}
