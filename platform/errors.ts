/**
 * The one error of the hub. The class IS the retry policy: see the table in sync/README.md. Codes are stable and
 * SCREAMING_SNAKE; what people read about a code (sentence, owner, next step) stands in schema/codes/problems.ts.
 */
export const errorClasses = [
  "throttled", // the vendor told us to wait: wait as told, no attempt counted
  "transient", // 5xx, reset, timeout, DNS: back off with jitter
  "auth", // credentials rejected, login page, TLS: no retry, connection stops
  "malformed-page", // not what was asked for, truncated: three times, then hold
  "schema", // the vendor's shape has changed: no retry, connection stops
  "bad-record", // one record is invalid: refused, the rest goes on
  "unmatched", // nobody to bind it to yet
  "identity-conflict", // two persons claim it
  "guard", // something would be withdrawn in bulk: a person decides
  "downstream", // ESR refuses or is closed
  "settings", // our configuration is wrong: no retry until it is changed
  "internal", // our bug, our database, our queue: retried, never counted against the vendor
] as const;
export type ErrorClass = (typeof errorClasses)[number];

/** Ids, counts and technical words only: never a name, a date of birth, a result, a header or a raw record. */
export type ErrorDetail = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export class HubError extends Error {
  readonly code: string;
  readonly class: ErrorClass;
  readonly detail: ErrorDetail;
  /** How long the other side asked us to wait, in milliseconds (only with class "throttled"). */
  readonly retryAfterMs: number | undefined;

  constructor(input: {
    code: string;
    class: ErrorClass;
    message?: string;
    detail?: ErrorDetail;
    retryAfterMs?: number;
    cause?: unknown;
  }) {
    super(input.message ?? input.code, input.cause === undefined ? undefined : { cause: input.cause });
    this.name = "HubError";
    this.code = input.code;
    this.class = input.class;
    this.detail = input.detail ?? {};
    this.retryAfterMs = input.retryAfterMs;
  }
}

export function isHubError(error: unknown): error is HubError {
  return error instanceof HubError;
}
