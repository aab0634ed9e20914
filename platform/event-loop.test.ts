import { setTimeout as pause } from "node:timers/promises";
import { watchEventLoop } from "./event-loop";
import { createLog } from "./log";

test("Q3: a blocked event loop is measured and written down", async () => {
  const lines: string[] = [];
  const watch = watchEventLoop(createLog({ level: "warn", destination: { write: (line: string) => void lines.push(line) } }));
  expect(watch.lastMs()).toBe(0);
  const until = performance.now() + 3_000;
  while (performance.now() < until);
  while (lines.length === 0) await pause(10);
  watch.stop();
  expect(watch.lastMs()).toBeGreaterThanOrEqual(2_000);
  const line = JSON.parse(lines[0]!);
  expect(line.blockedMs).toBeGreaterThanOrEqual(2_000);
});
