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

/**
 * What only a person can cure is looked at again more and more rarely, and at most so much later than usual, so that a cure of
 * which nobody tells us is still found. (Less than what the ledger would take for a clock that has jumped: store/turns.ts.)
 */
const mostRarerMs = 6_000_000;

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
    // Trying again changes nothing until somebody acts: credentials that are rejected at every turn get an account locked.
    case "auth":
    case "settings":
    case "schema":
      return Math.min(usualMs * 2 ** Math.min(failures, 20), usualMs + mostRarerMs);
    default:
      return usualMs;
  }
}

/** Full jitter, never less than a second: 1 s at first, at most a quarter of an hour. */
const afterFailureMs = (failures: number, random: () => number) => Math.max(1_000, backOffMs(failures + 1, random));
