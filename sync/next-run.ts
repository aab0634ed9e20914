/** When a connection runs next: what the class of an error says about trying again, written into the ledger. */
import type { HubError } from "../platform/errors";
import { backOffMs } from "../platform/queue/retry";
import type { RunOutcome } from "../store/store";

/** However long a vendor asks us to wait: a clock or a header that is wrong must not stop a connection for years. */
export const longestToldMs = 3_600_000;
const untoldMs = 30_000;
/** At most so much later than told, by chance: all who were told the same do not come back in the same second. */
const mostLaterMs = 5_000;
/** A page that cannot be read is tried again so often; then the vendor has to mend it, and the usual schedule will do. */
const malformedTries = 3;

export interface Ended {
  readonly outcome: RunOutcome;
  /** What counts: an error with a time of its own (a vendor's word, an open breaker, maintenance) is taken at it. */
  readonly error: HubError | undefined;
  /** Failures in a row before this run. */
  readonly failures: number;
}

/** `random`: 0 <= x < 1. */
export function nextRunAfter(connection: { readonly everyMinutes: number }, ended: Ended, now: Date, random = Math.random): Date {
  return new Date(now.getTime() + Math.ceil(waitMs(connection.everyMinutes * 60_000, ended, random)));
}

function waitMs(usualMs: number, { outcome, error, failures }: Ended, random: () => number): number {
  if (outcome === "CONTINUES") return 0;
  if (!error) return usualMs;
  const told = error.retryAfterMs ?? (error.class === "throttled" ? untoldMs : undefined);
  if (told !== undefined) {
    const cappedMs = Math.min(Math.max(told, 1_000), longestToldMs);
    return cappedMs + random() * Math.min(mostLaterMs, cappedMs / 10);
  }
  switch (error.class) {
    case "transient":
    case "internal":
    case "downstream":
      return afterFailureMs(failures, random);
    case "malformed-page":
      return failures < malformedTries ? afterFailureMs(failures, random) : usualMs;
    // Trying again changes nothing: somebody has to act, and the usual schedule finds out when they have.
    default:
      return usualMs;
  }
}

/** Full jitter, never less than a second: 1 s at first, at most a quarter of an hour. */
const afterFailureMs = (failures: number, random: () => number) => Math.max(1_000, backOffMs(failures + 1, random));
