/** A run's turn among others: at most so many of one organisation at once, and no longer than a slice while others wait. */
import { isHubError } from "../platform/errors";
import { backOffMs } from "../platform/queue/retry";
import type { Lease } from "../store/store";
import type { Engine } from "./engine";

/** Runs of one organisation at once, over all workers; the others' places stay theirs. */
export const runsOfOneOrganisation = 2;
/** So long a run keeps its place although others wait. Whoever waits, waits for slices and never for a million records. */
const sliceMs = 30_000;
/** After the slice it is asked so often whether somebody waits; while nobody does, the run goes on. */
const askEveryMs = 5_000;
/** Who became due this very moment is about to be given a free place. */
const waitsSinceMs = 5_000;
/** A run that comes this much before its time is on time: clocks and queues are not exact. */
const earlyMs = 15_000;

export interface Turn {
  take(asked: { connectionId: string; holder: string; seconds: number }): Promise<Lease | undefined>;
  /** Asked at the border of each page. */
  isOver(): Promise<boolean>;
}

export interface TurnSettings {
  /** Every connection that is polled: those that may wait. */
  readonly connections: readonly string[];
  readonly sliceMs?: number;
}

export function turnOf({ store, clock }: Pick<Engine, "store" | "clock">, settings: TurnSettings): Turn {
  let askAtMs = performance.now() + (settings.sliceMs ?? sliceMs);
  const from = (ms: number) => new Date(clock.now().getTime() + ms);
  return {
    take: (asked) => store.turns.take({ ...asked, now: from(earlyMs), atMost: runsOfOneOrganisation }),
    async isOver() {
      if (performance.now() < askAtMs) return false;
      askAtMs = performance.now() + Math.min(askEveryMs, settings.sliceMs ?? askEveryMs);
      return store.turns.waits(settings.connections, from(-waitsSinceMs));
    },
  };
}

/**
 * A run whose end cannot be written because the database is away has not died: its worker keeps at it until it can, or until
 * somebody else has taken over.
 */
export async function endPatiently<T>(engine: Engine, end: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await end();
    } catch (error) {
      if (!isHubError(error) || error.code !== "DATABASE_UNAVAILABLE" || signal.aborted || tries > 100) throw error;
      await engine.sleep(Math.min(15_000, backOffMs(tries, Math.random)), signal).catch(() => undefined);
    }
  }
}
