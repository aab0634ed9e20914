import type { Clock } from "../platform/clock";

/**
 * The instants at which a connection is read. They order what a vendor says without an order of its own, so they only ever go
 * forward: a machine's clock that is set back, or another machine's that is behind, must not make the later word the older one.
 */
export function readClock(clock: Clock, lastReadAt: Date | undefined): (now?: Date) => string {
  let latest = lastReadAt === undefined ? Number.NEGATIVE_INFINITY : lastReadAt.getTime() + 1;
  return (now = clock.now()) => {
    latest = Math.max(latest, now.getTime());
    return new Date(latest).toISOString();
  };
}
