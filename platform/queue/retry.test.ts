import { type ErrorClass, errorClasses, HubError } from "../errors";
import { backOffMs, judge } from "./retry";

const failure = (errorClass: ErrorClass, retryAfterMs?: number) => new HubError({ code: "X", class: errorClass, retryAfterMs });

test("a vendor that asks us to wait is obeyed to the millisecond", () => {
  expect(judge(failure("throttled", 47_250), 99)).toEqual({ action: "wait", delayMs: 47_250 });
});

test.each(["transient", "internal", "downstream"] as const)("%s is tried again", (one) => {
  expect(judge(failure(one), 1)).toEqual({ action: "retry" });
});

test.each(["auth", "schema", "bad-record", "guard", "settings", "unmatched", "identity-conflict"] as const)(
  "%s is never tried again by itself",
  (one) => {
    expect(judge(failure(one), 1)).toEqual({ action: "stop" });
  },
);

test("a malformed page is tried three times", () => {
  expect([1, 2, 3].map((attempt) => judge(failure("malformed-page"), attempt).action)).toEqual(["retry", "retry", "stop"]);
});

test("every class has a policy, and an unknown error is a fault of ours", () => {
  for (const one of errorClasses) expect(["wait", "retry", "stop"]).toContain(judge(failure(one), 1).action);
  expect(judge(new TypeError("x"), 1)).toEqual({ action: "retry" });
});

test("the wait grows from one second to a quarter of an hour, and chance spreads it over all of that", () => {
  expect([1, 2, 3, 10, 11, 12, 500].map((attempt) => backOffMs(attempt, () => 1))).toEqual([
    1_000, 2_000, 4_000, 512_000, 900_000, 900_000, 900_000,
  ]);
  expect(backOffMs(5, () => 0)).toBe(1);
  expect(backOffMs(5, () => 0.5)).toBe(8_000);
});
