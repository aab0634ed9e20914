/**
 * Calendar arithmetic on civil days, YYYY-MM-DD. No time of day and no time zone takes part, so neither the end of summer
 * time nor a server abroad moves a day. The one place where a period becomes a last day.
 */

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

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

/** Whether a day lies within two days that both count; an open end is open. */
export function holdsOn(day: string, from: string | undefined, to: string | undefined): boolean {
  return (from === undefined || from <= day) && (to === undefined || day <= to);
}

/** Who has started already relies on a clearance today: one that held on the first day and has run out since is none. */
export function neededOn({ startsOn, today }: { readonly startsOn: string; readonly today: string }): string {
  return [startsOn, today].sort()[1]!;
}

/** "3 August 2026". */
export function dayInWords(day: string): string {
  const [year, month, date] = day.split("-").map(Number) as [number, number, number];
  return `${date} ${monthNames[month - 1]} ${year}`;
}
