/**
 * When a vendor's system is in maintenance, as the trust's calendar says: times of Europe/London. As instants, so that both
 * days on which the clocks change are right: a time that comes twice begins the first and ends the second time; one that does
 * not exist is the instant of the change.
 */
export interface MaintenanceWindow {
  /** HH:MM in Europe/London. */
  readonly from: string;
  /** HH:MM; at or before `from`: of the next day. */
  readonly to: string;
  /** Days on which it begins; every day without. */
  readonly days?: readonly Weekday[];
}
export const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
export type Weekday = (typeof weekdays)[number];

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Further back nobody looks: the connection has long stopped. */
const mostDays = 400;

const london = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London",
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** The civil time of London at an instant, as if it were UTC. */
function civilMs(atMs: number): number {
  const parts = Object.fromEntries(london.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!) + (atMs % 1000);
}

/** The instant of a civil time; London is at UTC or an hour ahead. */
function instantOf(civil: number, which: "first" | "second"): number {
  const [summer, winter] = [civil - hourMs, civil];
  const candidates = [summer, winter].filter((at) => civilMs(at) === civil);
  if (candidates.length > 0) return which === "first" ? candidates[0]! : candidates.at(-1)!;
  return Math.floor(summer / hourMs) * hourMs + hourMs;
}

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

/** All windows that touch a span, joined where they overlap, in order. */
function spansBetween(windows: readonly MaintenanceWindow[], fromMs: number, toMs: number): Span[] {
  const spans: Span[] = [];
  const first = Math.max(fromMs, toMs - mostDays * dayMs);
  const lastDay = Math.floor(civilMs(toMs) / dayMs);
  for (let day = Math.floor(civilMs(first) / dayMs) - 1; day <= lastDay; day += 1) {
    const weekday = weekdays[new Date(day * dayMs).getUTCDay()]!;
    for (const window of windows) {
      if (window.days && !window.days.includes(weekday)) continue;
      const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
      const startMs = instantOf(day * dayMs + from * 60_000, "first");
      const endMs = instantOf((to <= from ? day + 1 : day) * dayMs + to * 60_000, "second");
      if (endMs > startMs && endMs > fromMs && startMs < toMs) spans.push({ startMs, endMs });
    }
  }
  spans.sort((a, b) => a.startMs - b.startMs);
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last && span.startMs <= last.endMs) joined[joined.length - 1] = { startMs: last.startMs, endMs: Math.max(last.endMs, span.endMs) };
    else joined.push(span);
  }
  return joined;
}

/** When the maintenance that is on at this instant ends; undefined: there is none. */
export function maintenanceEndsAt(windows: readonly MaintenanceWindow[], at: Date): Date | undefined {
  if (windows.length === 0) return undefined;
  const now = at.getTime();
  const span = spansBetween(windows, now, now + dayMs).find(({ startMs, endMs }) => startMs <= now && now < endMs);
  return span && new Date(span.endMs);
}

/** Seconds between two instants in which the system was not in maintenance: what counts against a target. */
export function secondsOfService(windows: readonly MaintenanceWindow[], from: Date, to: Date): number {
  const [fromMs, toMs] = [from.getTime(), to.getTime()];
  let ms = toMs - fromMs;
  if (windows.length === 0 || ms <= 0) return ms / 1000;
  for (const { startMs, endMs } of spansBetween(windows, fromMs, toMs)) ms -= Math.min(endMs, toMs) - Math.max(startMs, fromMs);
  return ms / 1000;
}
