/**
 * When a request may go out: the vendor's budget, what the vendor has told us to wait, and the breaker. One ledger holds all
 * three for an instance of a vendor's product, so that every run of every worker keeps the same budget; the run's own `Pace`
 * asks the ledger for turns in chunks, never once per request.
 */
import { HubError } from "../../platform/errors";

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;
export interface ClockLike {
  now(): Date;
}

/** What a worker gets when it asks the ledger for turns. */
export type Turns =
  /** The first of them, in so many milliseconds; the others follow at the budget's distance. A probe is one turn. */
  | { readonly verdict: "granted"; readonly startsInMs: number; readonly wave: number; readonly failures: number; readonly probe: boolean }
  /** The vendor has told somebody to wait longer than a run may sit out. */
  | { readonly verdict: "told"; readonly waitMs: number }
  /** Nobody asks until the probe. */
  | {
      readonly verdict: "open";
      readonly since: string;
      readonly probeInMs: number;
      readonly failures: number;
      readonly why: string;
    };

/** The budget of one product instance. In one process (below) or on a row that all workers share (store/vendor-pace.ts). */
export interface PaceLedger {
  reserve(turns: number, perSecond: number, longestHoldMs: number): Promise<Turns>;
  /** The vendor said so to one; it holds for all. */
  told(waitMs: number): Promise<void>;
  /** A failure against the wave it was sent in: a burst that fails together counts once. `chance` is 0 to 1. */
  failed(wave: number, why: string, limit: number, chance: number): Promise<{ wave: number; failures: number; open: boolean }>;
  succeeded(): Promise<void>;
}

/** One request's leave to go. Whoever has it says how it ended; only the first word counts. */
export interface Turn {
  ended(error?: unknown): Promise<void>;
}
export interface Pace {
  /** Waits for the next turn, in the order of asking. Throws when waiting would hold a worker for nothing. */
  take(): Promise<Turn>;
  told(waitMs: number): Promise<void>;
}

export interface PaceOptions {
  readonly ledger: PaceLedger;
  readonly perSecond: number;
  /** Named in errors. */
  readonly host: string;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
  readonly random: () => number;
  /** Milliseconds on the clock that `sleep` sleeps by. */
  readonly nowMs: () => number;
  readonly failuresInARow: number;
  /** What a run may sit out; beyond it the run ends and comes back. */
  readonly longestHoldMs: number;
}

/** A chunk is what half a second needs, and is of use for half a second: two statements a second at most, and few turns wasted. */
const chunkMs = 500;
const firstChunk = 4;
/** While another worker probes. */
const shortestRestMs = 250;

export function createPace(options: PaceOptions): Pace {
  const { ledger, perSecond, signal } = options;
  const betweenMs = 1000 / perSecond;
  const largest = Math.max(1, Math.floor((perSecond * chunkMs) / 1000));
  let size = Math.min(largest, firstChunk);
  let chunk: { readonly startMs: number; readonly turns: number; used: number } | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  let wave = 0;
  let failures = 0;
  let asked = false;
  let restedMs = 0;
  let probing: Promise<void> | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  /** Turns at hand, or undefined: they are used up, or have had their time. */
  function atHand(): { readonly atMs: number } | undefined {
    if (!chunk) return undefined;
    const over = options.nowMs() > chunk.startMs + Math.max(chunkMs, chunk.turns * betweenMs);
    if (chunk.used < chunk.turns && !over) {
      const atMs = Math.max(chunk.startMs + chunk.used * betweenMs, lastMs + betweenMs);
      chunk.used += 1;
      return { atMs };
    }
    // As many as were needed, and more when they were not enough.
    size = over ? Math.max(1, chunk.used) : Math.min(largest, chunk.turns * 2);
    chunk = undefined;
    return undefined;
  }

  async function next(): Promise<Turn> {
    for (;;) {
      signal.throwIfAborted();
      await probing;
      const turn = atHand();
      if (turn) {
        const waitMs = turn.atMs - options.nowMs();
        if (waitMs >= 1) await options.sleep(Math.ceil(waitMs), signal);
        signal.throwIfAborted();
        lastMs = Math.max(turn.atMs, options.nowMs() - betweenMs);
        asked = true;
        return turnOf(wave);
      }
      const turns = await ledger.reserve(size, perSecond, options.longestHoldMs);
      if (turns.verdict === "told") throw waits(turns.waitMs);
      if (turns.verdict === "open") {
        const restMs = Math.max(turns.probeInMs, shortestRestMs);
        restedMs += restMs;
        // A run that has not asked yet loses nothing by coming back; one in the middle of its work waits for a near probe.
        if (!asked || restedMs > options.longestHoldMs) throw rests(turns);
        await options.sleep(restMs, signal);
        continue;
      }
      ({ wave, failures } = turns);
      if (turns.probe) {
        if (turns.startsInMs >= 1) await options.sleep(Math.ceil(turns.startsInMs), signal);
        asked = true;
        let known: () => void = () => undefined;
        const outcome = new Promise<void>((resolve) => {
          known = resolve;
        });
        probing = outcome;
        return turnOf(wave, () => {
          probing = undefined;
          known();
        });
      }
      chunk = { startMs: options.nowMs() + turns.startsInMs, turns: size, used: 0 };
    }
  }

  function turnOf(sentIn: number, probed?: () => void): Turn {
    let said = false;
    return {
      async ended(error) {
        if (said) return;
        said = true;
        try {
          if (error !== undefined && !(error instanceof HubError)) return; // stopped by us: the vendor has said nothing
          if (error?.class === "transient") {
            const after = await ledger.failed(sentIn, error.code, options.failuresInARow, options.random());
            ({ wave, failures } = after);
            if (after.open) chunk = undefined;
          } else if (failures > 0 || probed) {
            failures = 0;
            restedMs = 0;
            await ledger.succeeded();
          }
        } finally {
          probed?.();
        }
      },
    };
  }

  const waits = (waitMs: number) =>
    new HubError({
      code: "THROTTLED",
      class: "throttled",
      retryAfterMs: waitMs,
      detail: { host: options.host, seconds: Math.ceil(waitMs / 1000), notAskedAgain: true },
    });
  const rests = ({ since, probeInMs, failures, why }: Extract<Turns, { verdict: "open" }>) =>
    new HubError({
      code: "BREAKER_OPEN",
      class: "transient",
      retryAfterMs: probeInMs,
      detail: { host: options.host, since, seconds: Math.ceil(probeInMs / 1000), failures, why, notAskedAgain: true },
    });

  return {
    take() {
      const mine = queue.then(next);
      queue = mine.catch(() => undefined);
      return mine;
    },
    async told(waitMs) {
      chunk = undefined;
      await ledger.told(waitMs);
    },
  };
}

/** After so many openings without a success, at most so long until somebody asks once; anything below it, by chance. */
export const breakerPause = {
  firstMs: 2_000,
  longestMs: 15 * 60_000,
  /** A worker that dies while it probes: another may after this. */
  probeMs: 90_000,
};

/** The ledger of one process alone: contract tests and rehearsals. */
export function inProcessLedger(clock: ClockLike): PaceLedger {
  let nextMs = Number.NEGATIVE_INFINITY;
  let blockedUntilMs = Number.NEGATIVE_INFINITY;
  let wave = 0;
  let failures = 0;
  let openings = 0;
  let open: { readonly since: string; readonly why: string; probeAtMs: number; probeUntilMs: number } | undefined;
  return {
    async reserve(turns, perSecond, longestHoldMs) {
      const nowMs = clock.now().getTime();
      if (blockedUntilMs > nowMs + longestHoldMs) return { verdict: "told", waitMs: blockedUntilMs - nowMs };
      const atMs = open && Math.max(open.probeAtMs, open.probeUntilMs);
      if (open && atMs! > nowMs) return { verdict: "open", since: open.since, probeInMs: atMs! - nowMs, failures, why: open.why };
      if (open) open.probeUntilMs = nowMs + breakerPause.probeMs;
      const startMs = Math.max(nextMs, nowMs, blockedUntilMs);
      nextMs = startMs + ((open ? 1 : turns) * 1000) / perSecond;
      return { verdict: "granted", startsInMs: startMs - nowMs, wave, failures, probe: open !== undefined };
    },
    async told(waitMs) {
      blockedUntilMs = Math.max(blockedUntilMs, clock.now().getTime() + waitMs);
    },
    async failed(sentIn, why, limit, chance) {
      if (sentIn !== wave) return { wave, failures, open: open !== undefined };
      wave += 1;
      failures += 1;
      if (failures >= limit || open) {
        const now = clock.now();
        openings += 1;
        const pauseMs = chance * Math.min(breakerPause.longestMs, breakerPause.firstMs * 2 ** (openings - 1));
        open = { since: open?.since ?? now.toISOString(), why, probeAtMs: now.getTime() + pauseMs, probeUntilMs: Number.NEGATIVE_INFINITY };
      }
      return { wave, failures, open: open !== undefined };
    },
    async succeeded() {
      failures = 0;
      openings = 0;
      open = undefined;
    },
  };
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
