import { today } from "../platform/clock";
import type { Engine } from "./engine";

/** The stage of the queue for what has to be done once a day whoever asks for records. */
export const upkeepStage = "upkeep";

interface Kept {
  /** Partitions of the months to come. */
  ensurePartitions(today: string): Promise<readonly string[]>;
  readonly intake: { expireAnswers(today: string): Promise<number> };
}

/** Raw records and stored answers go when their time is over: kept longer, they would be kept without a reason. */
export async function upkeep({ store, clock, log }: Engine, kept: Kept): Promise<{ rawPages: number; answers: number }> {
  const day = today(clock);
  await kept.ensurePartitions(day);
  const rawPages = await store.pages.expireRaw(day);
  const answers = await kept.intake.expireAnswers(day);
  if (rawPages + answers > 0) log.info({ rawPages, answers }, "what has expired is gone");
  return { rawPages, answers };
}
