import { today } from "../platform/clock";
import type { Engine } from "./engine";

/** The stage of the queue for what has to be done once a day whoever asks for records. */
export const upkeepStage = "upkeep";
export const upkeepEverySeconds = 86_400;

interface Kept {
  /** Partitions of the months to come. */
  ensurePartitions(today: string): Promise<readonly string[]>;
  readonly intake: {
    endKeys(now: Date): Promise<number>;
  };
  readonly retention: { run(now: Date): Promise<{ readonly gone: Readonly<Record<string, number>> }> };
}

export interface UpkeepDone {
  readonly rawPages: number;
  readonly keys: number;
  readonly plans: number;
  /** Rows past the retention table's periods: answers, receipts and events among them. */
  readonly retained: number;
}

/** A plan takes minutes; one that is not ready after so long was left by a process that has died. */
const longestPlanningMs = 86_400_000;

/** Raw records, stored answers, receipts and events go when their time is over: kept longer, they would be kept without a reason. */
export async function upkeep({ store, clock, log }: Engine, kept: Kept): Promise<UpkeepDone> {
  const day = today(clock);
  await kept.ensurePartitions(day);
  const rawPages = await store.pages.expireRaw(day);
  const keys = await kept.intake.endKeys(clock.now());
  const plans = await store.replays.forgetUnfinished(new Date(clock.now().getTime() - longestPlanningMs));
  const { gone } = await kept.retention.run(clock.now());
  const retained = Object.values(gone).reduce((sum, rows) => sum + rows, 0);
  const done = { rawPages, keys, plans, retained };
  if (Object.values(done).some((count) => count > 0)) log.info(done, "what has expired is gone");
  return done;
}
