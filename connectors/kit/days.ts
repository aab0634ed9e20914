/** Days as vendors write them. What is not known is left out, never filled in; what is not a day is undefined. */

const londonDays = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/London", year: "numeric", month: "2-digit", day: "2-digit" });

function isRealDay(day: string): boolean {
  const instant = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().slice(0, 10) === day;
}

/**
 * `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or a date and time. A time with an offset is the day it was in Europe/London; a time
 * without one keeps the day that was written.
 */
export function partialDayOf(text: string): string | undefined {
  const value = text.trim();
  if (/^[12]\d{3}$/.test(value)) return value;
  if (/^[12]\d{3}-(0[1-9]|1[0-2])$/.test(value)) return value;
  return dayOf(value);
}

/** The same, for fields where only a whole day is of use. */
export function dayOf(text: string): string | undefined {
  const value = text.trim();
  const parts = /^([12]\d{3}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(value);
  if (!parts || !isRealDay(parts[1] as string)) return undefined;
  if (parts[2] === undefined) return parts[1];
  const instant = new Date(value.replace(" ", "T"));
  return Number.isNaN(instant.getTime()) ? undefined : londonDays.format(instant);
}
