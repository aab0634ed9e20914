/** Civil days, YYYY-MM-DD. */
const calendarDay = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** `Date.parse` takes 31 February for 3 March. */
export function isDay(text: string): boolean {
  return calendarDay.test(text) && new Date(text).toISOString().startsWith(text);
}

export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
