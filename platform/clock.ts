/** The only source of "now". Tests and `--today` pass a clock of their own; nothing else reads the system time. */
export interface Clock {
  /** The instant, UTC. */
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

export function fixedClock(at: string | Date): Clock & { advance(ms: number): void } {
  let current = new Date(at).getTime();
  return {
    now: () => new Date(current),
    advance: (ms) => {
      current += ms;
    },
  };
}

/** A clock that runs, and that reads `at` now: for rehearsing another day without standing still. */
export function clockFrom(at: string | Date): Clock {
  const shiftMs = new Date(at).getTime() - Date.now();
  return { now: () => new Date(Date.now() + shiftMs) };
}

const londonDay = new Intl.DateTimeFormat("en-CA", {
  timeZone: "Europe/London",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

/** The calendar day in Europe/London, as YYYY-MM-DD. Every civil date of the hub is one of these. */
export function londonDayOf(instant: Date): string {
  return londonDay.format(instant);
}

export function today(clock: Clock): string {
  return londonDayOf(clock.now());
}

/** 1900 to 2199: other years are slips of the keyboard, and arithmetic with them leaves the form of a day. */
const dayShape = /^(19|20|21)\d{2}-\d{2}-\d{2}$/;

/** Whether a text is a calendar day, YYYY-MM-DD, that exists: `Date.parse` alone takes 31 February for 3 March. */
export function isDay(text: string): boolean {
  if (!dayShape.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** Civil days on from a day; back with a negative number. */
export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
