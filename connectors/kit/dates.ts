/** Times without a zone, as files and reports write them, made instants by zone data. Dates stay dates. */

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Offset of a zone from UTC at an instant, in milliseconds. */
function offsetAt(zone: string, at: number): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
  const wall = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
  return wall - Math.floor(at / 1000) * 1000;
}

/** Around most days the offset does not change: asking the zone data once per day and zone is enough. */
const around = new Map<string, readonly [number, number]>();
function offsetsAround(zone: string, day: string, at: number): readonly [number, number] {
  const key = `${zone}|${day}`;
  let known = around.get(key);
  if (!known) {
    known = [offsetAt(zone, at - dayMs), offsetAt(zone, at + dayMs)];
    if (around.size > 20_000) around.clear();
    around.set(key, known);
  }
  return known;
}

const wallClock = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?$/;

export interface LocalInstant {
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** twice: the clock showed it two times (October); never: it was left out (March). Either way the other bound is an hour off. */
  readonly doubt?: "twice" | "never";
}

/**
 * The instant at which a clock in `zone` shows this time (`YYYY-MM-DDTHH:MM[:SS]`). A time that the clock shows twice or
 * never is read as the earlier instant for "from" and the later one for "until", and says so. undefined when there is no such
 * day or time.
 */
export function localInstant(localWallClock: string, zone: string, bound: "from" | "until"): LocalInstant | undefined {
  const parts = wallClock.exec(localWallClock.trim());
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(wall);
  if (
    back.getUTCFullYear() !== year ||
    back.getUTCMonth() !== month - 1 ||
    back.getUTCDate() !== day ||
    hour > 23 ||
    minute > 59 ||
    second > 59
  )
    return undefined;
  const offsets = offsetsAround(zone, localWallClock.trim().slice(0, 10), Date.UTC(year, month - 1, day, 12));
  if (offsets[0] === offsets[1]) return { at: new Date(wall - offsets[0]).toISOString() };
  const candidates = offsets.map((offset) => wall - offset);
  const real = candidates.filter((at, index) => offsetAt(zone, at) === offsets[index]);
  const choice = real.length > 0 ? real : candidates;
  const at = new Date(bound === "from" ? Math.min(...choice) : Math.max(...choice)).toISOString();
  return real.length === 1 ? { at } : { at, doubt: real.length === 0 ? "never" : "twice" };
}

/** The same, where nobody needs to be told of the doubt. */
export function instantOf(localWallClock: string, zone: string, bound: "from" | "until"): string | undefined {
  return localInstant(localWallClock, zone, bound)?.at;
}

const withZone = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/i;

/** A time as systems write it: with its zone as it says, without one on a clock in `zone` (fractions of a second are left out). */
export function readInstant(text: string, zone: string, bound: "from" | "until"): LocalInstant | undefined {
  const value = text.trim();
  if (!withZone.test(value)) return localInstant(value.replace(/\.\d{1,9}$/, ""), zone, bound);
  const at = new Date(value.replace(" ", "T").replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  return Number.isNaN(at.getTime()) ? undefined : { at: at.toISOString() };
}

function realDay(year: string, month: string, day: string): string | undefined {
  const text = `${year}-${month}-${day}`;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : undefined;
}

/** `YYYYMMDD` (a time after it is left out) to `YYYY-MM-DD`; undefined for empty, zeros and days that never were. */
export function goDay(text: string): string | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})(?: \d{6})?$/.exec(text.trim());
  return parts ? realDay(parts[1]!, parts[2]!, parts[3]!) : undefined;
}

/** `YYYYMMDD HHMMSS` or `YYYYMMDD`, on a clock in London, to an instant. */
export function goInstant(text: string, bound: "from" | "until" = "from"): string | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})(?: (\d{2})(\d{2})(\d{2}))?$/.exec(text.trim());
  if (!parts) return undefined;
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = parts;
  return instantOf(`${year}-${month}-${day}T${hour}:${minute}:${second}`, "Europe/London", bound);
}

/** `DD/MM/YYYY` with or without a time, as ESR's flexfields write it, also with leading blanks. */
export function slashDay(text: string): string | undefined {
  const parts = /^(\d{2})\/(\d{2})\/(\d{4})(?: \d{2}:\d{2}(?::\d{2})?)?$/.exec(text.trim());
  return parts ? realDay(parts[3]!, parts[2]!, parts[1]!) : undefined;
}
