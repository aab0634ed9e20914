/** Whether an award is in date: derived for (award, organisation, day), never stored. */
import type { Period } from "../kit/environment";
import { CompetenceStatus } from "../kit/reasons";

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function lengthOf(year: number, month: number): number {
  return month === 1 && ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0) ? 29 : monthLengths[month]!;
}

/** Last day in date: award + period, clamped to the end of the month, minus one day (2023-11-01 + 24 months: 2025-10-31). */
export function lastDayInDate(awardedOn: string, months: number): string {
  const [year, month, day] = awardedOn.split("-").map(Number) as [number, number, number];
  const total = year * 12 + (month - 1) + months;
  const toYear = Math.floor(total / 12);
  const toMonth = total % 12;
  const end = new Date(Date.UTC(toYear, toMonth, Math.min(day, lengthOf(toYear, toMonth)) - 1));
  return end.toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

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
