import { type ErrorClass, type HubError, isHubError } from "../errors";

/** With the waits below: about two hours, then a person looks. */
export const maximumAttempts = 12;
const firstWaitMs = 1_000;
const longestWaitMs = 15 * 60_000;
const malformedAttempts = 3;

/** "wait": as told, no attempt counted. "retry": later, counted. "stop": never by itself. */
export type Verdict = { action: "wait"; delayMs: number } | { action: "retry" } | { action: "stop" };

const verdictOf: Readonly<Record<ErrorClass, "wait" | "retry" | "stop">> = {
  throttled: "wait",
  transient: "retry",
  internal: "retry",
  downstream: "retry",
  "malformed-page": "retry",
  auth: "stop",
  schema: "stop",
  "bad-record": "stop",
  unmatched: "stop",
  "identity-conflict": "stop",
  guard: "stop",
  settings: "stop",
};

/** The class of the error IS the policy. What is no HubError is a fault of ours, and those are retried. */
export function judge(error: unknown, attempt: number): Verdict {
  if (!isHubError(error)) return { action: "retry" };
  const action = verdictOf[error.class];
  if (action === "wait") return { action, delayMs: toldDelayMs(error) };
  if (error.class === "malformed-page" && attempt >= malformedAttempts) return { action: "stop" };
  return { action };
}

/** A vendor that asks us to wait without saying how long gets half a minute. */
function toldDelayMs(error: HubError): number {
  const told = error.retryAfterMs ?? 30_000;
  return Math.max(1, Math.ceil(told));
}

/** Full jitter: many jobs that failed together do not come back together. */
export function backOffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempt - 1, 20));
  return Math.max(1, Math.round(random() * ceiling));
}
