/**
 * Watches over the embedded server: when it dies under the hub it is started again, at the same port, because every pool knows
 * that address, and its own crash recovery brings back all that was acknowledged. What somebody has stopped stays stopped, and
 * is found again when it runs again. Our own stop ends the watch first.
 */
import { isAlive } from "./processes";

/** stopped: in good order, so that it is not ours to start. */
export type Found = "revived" | "adopted" | "stopped";

export interface GuardSettings {
  readonly pid: () => number;
  /** Under the start lock: of several processes one starts it, and the others find it running. */
  readonly revive: () => Promise<Found>;
  readonly onGone: () => void;
  /** Told once, not at every look at a server that stays stopped. */
  readonly onFound: (what: Found, afterMs: number) => void;
  readonly onFailed: (error: unknown) => void;
}

export interface Guard {
  /** After this nothing is revived any more; waits for a revival that is under way. */
  end(): Promise<void>;
}

const lookEveryMs = 250;
/** After a revival that did not come about: a full disk or a port that is taken does not go away at once. */
const againAfterMs = 5_000;

export function guardServer(settings: GuardSettings): Guard {
  let ended = false;
  let underWay: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  let goneSince: number | undefined;
  let stopped = false;
  const next = (afterMs: number) => {
    if (ended) return;
    timer = setTimeout(() => {
      underWay = look();
    }, afterMs);
    // The watch alone keeps no process alive.
    timer.unref();
  };
  async function look(): Promise<void> {
    if (isAlive(settings.pid())) return next(lookEveryMs);
    if (goneSince === undefined) {
      goneSince = performance.now();
      settings.onGone();
    }
    try {
      const found = await settings.revive();
      if (found !== "stopped" || !stopped) settings.onFound(found, Math.round(performance.now() - goneSince));
      stopped = found === "stopped";
      if (!stopped) goneSince = undefined;
      next(stopped ? againAfterMs : lookEveryMs);
    } catch (error) {
      settings.onFailed(error);
      next(againAfterMs);
    }
  }
  next(lookEveryMs);
  return {
    async end() {
      ended = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
