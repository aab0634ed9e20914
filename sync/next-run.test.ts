import { type ErrorClass, HubError } from "../platform/errors";
import { type Ended, longestToldMs, nextRunAfter } from "./next-run";

const now = new Date("2026-11-22T09:00:00Z");
const inMs = (ended: Ended, random = 0.999) => nextRunAfter({ everyMinutes: 60 }, ended, now, () => random).getTime() - now.getTime();
const after = (errorClass: ErrorClass, failures = 0, random = 0.999, retryAfterMs?: number) =>
  inMs({ outcome: "FAILED", error: new HubError({ code: "X", class: errorClass, retryAfterMs }), failures }, random);
const hour = 3_600_000;

it("comes by the usual schedule when it went well, and at once when it only made room for others", () => {
  const went = { error: undefined, failures: 0 };
  expect(inMs({ ...went, outcome: "COMPLETED" })).toBe(hour);
  expect(inMs({ ...went, outcome: "HELD" })).toBe(hour);
  expect(inMs({ ...went, outcome: "CONTINUES" })).toBe(0);
});

it.each(["transient", "internal", "downstream"] as const)(
  "V2: %s backs off with full jitter from a second to a quarter of an hour",
  (one) => {
    expect(after(one, 0)).toBe(1_000);
    expect(after(one, 5)).toBeGreaterThan(30_000);
    expect(after(one, 5)).toBeLessThanOrEqual(32_000);
    expect(after(one, 5, 0.5)).toBe(16_000);
    expect(after(one, 5, 0)).toBe(1_000);
    for (const failures of [10, 20, 1_000]) expect(after(one, failures)).toBeLessThanOrEqual(900_000);
  },
);

it.each(["auth", "schema", "settings"] as const)("leaves %s to a person, and looks more and more rarely whether they have acted", (one) => {
  expect([0, 1, 2, 50].map((failures) => after(one, failures))).toEqual([hour, 2 * hour, hour + 6_000_000, hour + 6_000_000]);
});

it.each(["guard", "bad-record"] as const)("leaves %s to the usual schedule or a person", (one) => {
  for (const failures of [0, 1, 50]) expect(after(one, failures)).toBe(hour);
});

it("tries a page that cannot be read three times, then waits for the usual time", () => {
  expect([0, 1, 2].every((failures) => after("malformed-page", failures) <= 4_000)).toBe(true);
  expect(after("malformed-page", 3)).toBe(hour);
});

it("V1: waits as it was told, not all in the same second, and never for years", () => {
  expect(after("throttled", 7, 0, 120_000)).toBe(120_000);
  expect(after("throttled", 7, 0.5, 120_000)).toBe(122_500);
  expect(after("transient", 7, 0, 45_000)).toBe(45_000);
  expect(after("throttled", 0, 0, 1e12)).toBe(longestToldMs);
  expect(after("throttled", 0, 0)).toBe(30_000);
  expect(after("throttled", 0, 0, 0)).toBe(1_000);
});
