import { HubError } from "../../platform/errors";

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;
export interface ClockLike {
  now(): Date;
}

/** The vendor's budget: a bucket of one second's requests. Waiting callers go in the order in which they came. */
export function tokenBucket(options: { perSecond: number; clock: ClockLike; sleep: Sleep; signal: AbortSignal }): () => Promise<void> {
  const capacity = Math.max(1, options.perSecond);
  let tokens = capacity;
  let at = options.clock.now().getTime();
  return async () => {
    const now = options.clock.now().getTime();
    // A clock that is set back must not take tokens away.
    tokens = Math.min(capacity, tokens + (Math.max(0, now - at) / 1000) * options.perSecond);
    at = now;
    tokens -= 1;
    if (tokens < 0) await options.sleep(Math.ceil((-tokens / options.perSecond) * 1000), options.signal);
  };
}

/**
 * Opens after so many failures in a row and stays open for the rest of the run: a system that is down is not asked once
 * per record. Requests that failed side by side in one burst count once, or concurrency would open it by itself.
 */
export class Breaker {
  private failures = 0;
  private wave = 0;
  private last: HubError | undefined;

  constructor(private readonly limit: number) {}

  /** Throws the last failure when open; answers with the wave to report against. */
  enter(): number {
    if (this.failures >= this.limit && this.last) {
      throw new HubError({
        code: this.last.code,
        class: this.last.class,
        detail: { ...this.last.detail, notAskedAgain: true },
        cause: this.last,
      });
    }
    return this.wave;
  }

  succeeded(): void {
    this.failures = 0;
  }

  failed(wave: number, error: HubError): void {
    if (wave !== this.wave) return;
    this.wave += 1;
    this.failures += 1;
    this.last = error;
  }
}

/** `Retry-After` in milliseconds: seconds or an HTTP date; nonsense is undefined; never more than the cap. */
export function retryAfter(value: string | undefined, now: Date, capMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const ms = /^\d{1,12}(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  if (!Number.isFinite(ms)) return undefined;
  return Math.min(capMs, Math.max(0, Math.ceil(ms)));
}

/** Full jitter: anything between nothing and the doubling ceiling, so that many callers do not come back together. */
export function backOff(attempt: number, random: () => number, baseMs = 1000, capMs = 15 * 60_000): number {
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** attempt));
}
