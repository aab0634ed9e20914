import type { ReadMode } from "../connectors/connector";
import type { Connection } from "./connection";
import type { Engine } from "./engine";
import { type RunProgress, type RunResult, runConnection } from "./run";

/** Connections synced at once: two cores, and most of the time is spent waiting for vendors. */
const atOnce = 3;

/** How often a connection that another worker holds is asked for again. */
const againAfterMs = 2000;

export interface SyncSeveral {
  readonly trigger: "schedule" | "command" | "start";
  readonly holder: string;
  readonly signal: AbortSignal;
  /** Wait for connections that another worker holds (a dead one's lease runs out) instead of leaving them out. */
  readonly waitForBusy?: boolean;
  /** full: everything again, also of what only tells what has changed. */
  readonly mode?: ReadMode;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onFinished?: (result: RunResult) => void;
}

/**
 * Runs several connections once each: ESR first, because it is the only source that creates staff members and vendors that
 * are asked person by person need somebody to ask for; then the rest. (Any order ends in the same records.)
 */
export async function syncOnce(engine: Engine, connections: readonly Connection[], options: SyncSeveral): Promise<RunResult[]> {
  const isEsr = (connection: Connection) => connection.delivers.some((delivery) => delivery.system === "esr");
  const results: RunResult[] = [];
  // Who pushes is not asked: it comes by itself.
  const free = connections.filter((connection) => connection.connector.poll && !connection.pausedBecause);
  for (const group of [free.filter(isEsr), free.filter((connection) => !isEsr(connection))]) {
    const waiting = [...group];
    const worker = async () => {
      for (let next = waiting.shift(); next && !options.signal.aborted; next = waiting.shift()) {
        const result = await runConnection(engine, next, options);
        if (!result) {
          // Paused in the meantime: nobody gives it back by itself.
          if (!options.waitForBusy || (await engine.store.connections.isPaused(next.id))) continue;
          waiting.push(next);
          await engine.sleep(againAfterMs, options.signal).catch(() => undefined);
          continue;
        }
        results.push(result);
        options.onFinished?.(result);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, group.length) }, worker));
  }
  return results;
}
