/** Calendar arithmetic on YYYY-MM-DD. Nothing here knows what day it is. */
const millisecondsPerDay = 86_400_000;

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * millisecondsPerDay).toISOString().slice(0, 10);
}

/** Same day of the month, held back to the month's end where the month is shorter. */
export function addMonths(day: string, months: number): string {
  const [year, month, date] = day.split("-").map(Number) as [number, number, number];
  const index = year * 12 + (month - 1) + months;
  const lastDay = new Date(Date.UTC(Math.floor(index / 12), (index % 12) + 1, 0)).getUTCDate();
  const of = new Date(Date.UTC(Math.floor(index / 12), index % 12, Math.min(date, lastDay)));
  return of.toISOString().slice(0, 10);
}

/** Last day on which a training is in date: award + period, less one day. */
export function lastDayInDate(awardedOn: string, months: number): string {
  return addDays(addMonths(awardedOn, months), -1);
}

/** Foundation doctors change posts on the first Wednesday of August, December and April. */
const rotationMonths = [4, 8, 12];

function firstWednesday(year: number, month: number): string {
  const first = new Date(Date.UTC(year, month - 1, 1));
  return addDays(first.toISOString().slice(0, 10), (3 - first.getUTCDay() + 7) % 7);
}

/** The first rotation after `day`. */
export function nextRotation(day: string): string {
  const year = Number(day.slice(0, 4));
  const found = [year, year + 1].flatMap((of) => rotationMonths.map((month) => firstWednesday(of, month))).find((start) => start > day);
  return found!;
}

/** The last rotation on or before `day`. */
export function lastRotation(day: string): string {
  const year = Number(day.slice(0, 4));
  const all = [year - 1, year].flatMap((of) => rotationMonths.map((month) => firstWednesday(of, month)));
  return all.filter((start) => start <= day).at(-1)!;
}

/** Epoch seconds of a time on a day, UTC. */
export function epochSeconds(day: string, hour: number, minute: number, second = 0): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000 + hour * 3600 + minute * 60 + second;
}
