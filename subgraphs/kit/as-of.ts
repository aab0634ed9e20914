/** The moment a part of the record is told for: today as known now, or as it was known at an instant, or of another day. */
import { isDay } from "../../platform/clock";
import type { AsOfStatement } from "../../store/read/as-of";
import type { PartStatement } from "../../store/read/part";
import { badInput } from "./refusals";

export interface Moment {
  /** Undefined: as known now. */
  readonly at: Date | undefined;
  /** YYYY-MM-DD: whose segments are told. */
  readonly day: string;
}

/** The two statements of one part. */
export interface PartStatements {
  readonly name: string;
  readonly now: PartStatement;
  readonly past: AsOfStatement;
}

export const asOfSays =
  "As the hub knew it at this instant: what came or was bound later is not there, what was withdrawn later still stands. Who may read it is decided by today's rules; sources are told as they stand today.";
export const validOnSays = "Of sources that date-track their records: as they hold on this day, YYYY-MM-DD; today when left out.";

export function momentOf(
  context: { readonly now: Date; readonly today: string },
  asOf: Date | null | undefined,
  validOn: string | null | undefined,
): Moment {
  if (validOn != null && !isDay(validOn)) throw badInput("validOn must be a day, YYYY-MM-DD");
  if (asOf != null && asOf.getTime() > context.now.getTime()) throw badInput("asOf must not lie in the future: nobody knows yet");
  return { at: asOf ?? undefined, day: validOn ?? context.today };
}
