/** When a connection rests, by its vendor's calendar; next-run.ts says when it runs again. */
import { HubError } from "../platform/errors";
import { maintenanceEndsAt } from "../schema/operations/maintenance";
import type { Counts } from "../store/store";
import type { Connection } from "./connection";

/** The ledger takes a run planned much further ahead for a clock that has jumped: a longer rest is looked at again. */
const longestRestMs = 60 * 60_000;

export const nothingRead: Counts = {
  rawIn: 0,
  yielding: 0,
  ignored: 0,
  refusedRaw: 0,
  applied: 0,
  unchanged: 0,
  superseded: 0,
  waiting: 0,
  refused: 0,
};

/** Set while the calendar says maintenance: not an error of anybody's, and it says when to come back. */
export function restOf(connection: Connection, now: Date): HubError | undefined {
  const until = maintenanceEndsAt(connection.pace?.maintenance ?? [], now);
  if (!until) return undefined;
  return new HubError({
    code: "IN_MAINTENANCE",
    class: "throttled",
    retryAfterMs: Math.min(longestRestMs, until.getTime() - now.getTime()),
    detail: { connection: connection.id, until: until.toISOString() },
  });
}

/** What a system in maintenance may do: everything that its errors can be. What is ours stays ours. */
const vendors = new Set<HubError["class"]>(["transient", "throttled", "malformed-page", "auth", "schema"]);

/** The error that counts: in maintenance the system's own failures are expected, and raise nothing. */
export function excused(connection: Connection, error: HubError, now: Date): HubError | undefined {
  return vendors.has(error.class) ? restOf(connection, now) : undefined;
}
