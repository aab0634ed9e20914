import { goDay, goInstant, instantOf, slashDay } from "./dates";

describe("a time without a zone", () => {
  test.each([
    ["2026-01-15T12:00:00", "from", "2026-01-15T12:00:00.000Z"],
    ["2026-07-15T12:00:00", "from", "2026-07-15T11:00:00.000Z"],
    // V15: 29 March 2026 01:30 never was, 25 October 2026 01:30 was twice.
    ["2026-03-29T00:59:59", "from", "2026-03-29T00:59:59.000Z"],
    ["2026-03-29T01:30:00", "from", "2026-03-29T00:30:00.000Z"],
    ["2026-03-29T01:30:00", "until", "2026-03-29T01:30:00.000Z"],
    ["2026-03-29T02:00:00", "from", "2026-03-29T01:00:00.000Z"],
    ["2026-10-25T01:30:00", "from", "2026-10-25T00:30:00.000Z"],
    ["2026-10-25T01:30:00", "until", "2026-10-25T01:30:00.000Z"],
    ["2026-10-25T02:30", "from", "2026-10-25T02:30:00.000Z"],
    // British Standard Time, 1968 to 1971: an hour ahead all year.
    ["1970-01-15T12:00:00", "from", "1970-01-15T11:00:00.000Z"],
  ] as const)("in London: %s, as %s, is %s", (wall, bound, instant) => expect(instantOf(wall, "Europe/London", bound)).toBe(instant));

  test("of another zone has that zone's rules", () =>
    expect(instantOf("2026-07-15T12:00:00", "America/New_York", "from")).toBe("2026-07-15T16:00:00.000Z"));
  test.each(["2026-02-30T00:00:00", "2026-01-01T24:00:00", "yesterday", ""])("is none when there is no such time: %p", (text) =>
    expect(instantOf(text, "Europe/London", "from")).toBeUndefined(),
  );
});

test("dates of Generic Outbound files are days and London times", () => {
  expect(goDay("20260330")).toBe("2026-03-30");
  expect(goDay("20091101 070336")).toBe("2009-11-01");
  for (const nothing of ["", "00000000", "20260230", "2026-03-30"]) expect(goDay(nothing)).toBeUndefined();
  expect(goInstant("20260701 080000")).toBe("2026-07-01T07:00:00.000Z");
  expect(goInstant("00000000 000000")).toBeUndefined();
});

test("dates of flexfields have slashes, times and leading blanks", () => {
  expect(slashDay(" 31/08/2012 00:00:00")).toBe("2012-08-31");
  expect(slashDay("22/04/2009 00:00")).toBe("2009-04-22");
  expect(slashDay("31/02/2012")).toBeUndefined();
});
