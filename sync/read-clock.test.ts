import { fixedClock } from "../platform/clock";
import { readClock } from "./read-clock";

test("goes with the clock, never back, and begins after what was read before", () => {
  const clock = fixedClock("2026-11-22T09:00:00Z");
  const first = readClock(clock, undefined);
  expect(first()).toBe("2026-11-22T09:00:00.000Z");
  clock.advance(-3_600_000);
  expect(first()).toBe("2026-11-22T09:00:00.000Z");
  expect(readClock(clock, new Date("2026-11-22T09:00:00.000Z"))()).toBe("2026-11-22T09:00:00.001Z");
  clock.advance(7_200_000);
  expect(first()).toBe("2026-11-22T10:00:00.000Z");
});
