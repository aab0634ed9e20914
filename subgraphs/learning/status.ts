/** Whether an award is in date: derived for (award, organisation, day), never stored. */
import { daysBetween, lastDayInDate } from "../../recognition/days";
import type { Period } from "../../recognition/question";
import { CompetenceStatus } from "../kit/reasons";

/** Why no status can be given: "unknown" is an answer of its own and never reads as "expired". */
export type StatusReason = "PERIOD_UNKNOWN" | "SOURCES_DISAGREE";

export interface Standing {
  readonly status: CompetenceStatus | null;
  readonly statusReason: StatusReason | null;
  /** Last day in date; null when it does not expire, or when no period is known. */
  readonly expiresOn: string | null;
}

export function standingOf(awardedOn: string, period: Period | undefined, on: string, expiringDays: number): Standing {
  const expiresOn = period?.months == null ? null : lastDayInDate(awardedOn, period.months);
  if (on < awardedOn) return { status: CompetenceStatus.NOT_YET_VALID, statusReason: null, expiresOn };
  // "No expiry" must be stated; a missing period is unknown.
  if (!period) return { status: null, statusReason: "PERIOD_UNKNOWN", expiresOn: null };
  if (expiresOn === null) return { status: CompetenceStatus.NO_EXPIRY, statusReason: null, expiresOn };
  if (expiresOn < on) return { status: CompetenceStatus.EXPIRED, statusReason: null, expiresOn };
  const status = daysBetween(on, expiresOn) <= expiringDays ? CompetenceStatus.EXPIRING : CompetenceStatus.IN_DATE;
  return { status, statusReason: null, expiresOn };
}
