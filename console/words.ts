/** Instants, days and lengths of time as people write them. Everything is told in London time, with its zone. */
const zone = "Europe/London";
const time = new Intl.DateTimeFormat("en-GB", {
  timeZone: zone,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});
const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: zone,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});
const date = new Intl.DateTimeFormat("en-GB", { timeZone: zone, day: "numeric", month: "long", year: "numeric" });
const plain = new Intl.NumberFormat("en-GB");

/** "09:12 GMT, 22 November 2026". */
export function instantInWords(instant: string | null | undefined): string {
  if (!instant) return "not yet";
  const at = new Date(instant);
  return `${time.format(at)}, ${date.format(at)}`;
}

/** "09:12:45 GMT, 22 November 2026". */
export function clockInWords(instant: string): string {
  const at = new Date(instant);
  return `${clock.format(at)}, ${date.format(at)}`;
}

/** "22 November 2026", of a calendar day. */
export function dayInWords(day: string): string {
  return date.format(new Date(`${day}T12:00:00Z`));
}

/** "5,120". */
export function numberInWords(count: number): string {
  return plain.format(count);
}

/** "52 minutes", "2 hours", "3 days": the largest unit that leaves at least two of it, or one. */
export function durationInWords(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
    [1, "second"],
  ];
  const [size, word] = units.find(([length]) => seconds >= (length === 1 ? 0 : length === 86_400 ? 2 * length : length)) ?? units[3]!;
  const count = Math.round(seconds / size);
  return `${plain.format(count)} ${word}${count === 1 ? "" : "s"}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${plain.format(count)} ${count === 1 ? one : many}`;
}
