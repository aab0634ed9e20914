import { dayIn, layoutOf, wallClockOf } from "./dates";

describe("times of a report", () => {
  test.each([
    ["Sunday, 30 March 2025, 12:59 AM", "2025-03-30T00:59:00"],
    ["Thursday, 29 February 2024, 12:00 PM", "2024-02-29T12:00:00"],
    ["Friday, 4 April 2025, 2:30 AM", "2025-04-04T02:30:00"],
    ["30 March 2025, 23:05", "2025-03-30T23:05:00"],
    ["Sunday, March 30, 2025, 11:05 PM", "2025-03-30T23:05:00"],
    ["Sunday, 30 March 2025, 12:59\u202fAM", "2025-03-30T00:59:00"],
  ])("are read from %s", (text, expected) => {
    expect(wallClockOf(text)).toBe(expected);
  });

  test.each([
    ["dimanche 30 mars 2025, 00:59"],
    ["Monday, 30 March 2025, 12:59 AM"],
    ["Saturday, 29 February 2025, 1:00 PM"],
    ["30/03/2025"],
    ["Sunday, 30 March 2025, 13:00 PM"],
    [""],
  ])("are refused rather than guessed: %s", (text) => {
    expect(wallClockOf(text)).toBeUndefined();
  });

  test("are quoted in a refusal without their figures", () => {
    expect(layoutOf("dimanche 30 mars 2025, 00:59")).toBe("dimanche 99 mars 9999, 99:99");
  });
});

test("an instant late in the evening of summer belongs to the next day in London", () => {
  expect(dayIn("Europe/London", Date.UTC(2025, 5, 30, 23, 30) / 1000)).toBe("2025-07-01");
  expect(dayIn("Europe/London", Date.UTC(2025, 11, 31, 23, 30) / 1000)).toBe("2025-12-31");
});
