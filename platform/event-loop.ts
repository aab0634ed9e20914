/** Whether this process is still turning: a blocked event loop renews no lease, answers nobody and looks alive from outside. */
import type { Log } from "./log";

/** A loop that stood still for so long is worth a line: ten times what the slowest page takes. */
const worthALineMs = 2_000;
const tickMs = 500;
/** What is "lately". */
const keptMs = 60_000;

export interface EventLoopWatch {
  /** The longest standstill of the last minute. */
  lastMs(): number;
  stop(): void;
}

export function watchEventLoop(log: Log): EventLoopWatch {
  let stills: { atMs: number; ms: number }[] = [];
  let expectedMs = performance.now() + tickMs;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const ms = Math.round(nowMs - expectedMs);
    expectedMs = nowMs + tickMs;
    stills = [...stills.filter((one) => one.atMs > nowMs - keptMs && one.ms > ms), { atMs: nowMs, ms }];
    if (ms >= worthALineMs) log.warn({ blockedMs: ms }, "event loop was blocked");
  }, tickMs);
  timer.unref();
  return {
    lastMs: () => Math.max(0, ...stills.map(({ ms }) => ms)),
    stop: () => clearInterval(timer),
  };
}
