import fc from "fast-check";
import { goDay, goInstant, instantOf, localInstant, readInstant, slashDay } from "./dates";

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

describe("V15: every instant from 1970 to 2050, as a clock in London shows it", () => {
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/London", dateStyle: "short", timeStyle: "medium" });
  const instants = fc.integer({ min: 0, max: Date.parse("2050-12-31T23:59:59Z") / 1000 });

  test("lies between its two readings, which differ only where the clock shows a time twice, and say so", () => {
    fc.assert(
      fc.property(instants, (seconds) => {
        const wall = shown.format(seconds * 1000);
        const from = localInstant(wall, "Europe/London", "from")!;
        const until = localInstant(wall, "Europe/London", "until")!;
        expect(Date.parse(from.at)).toBeLessThanOrEqual(seconds * 1000);
        expect(Date.parse(until.at)).toBeGreaterThanOrEqual(seconds * 1000);
        expect(until.doubt).toBe(from.at === until.at ? undefined : "twice");
      }),
      { numRuns: 2000 },
    );
  });

  test("a time that the clock never shows has a reading on each side of the gap", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1996, max: 2050 }), fc.integer({ min: 0, max: 3599 }), (year, second) => {
        const last = new Date(Date.UTC(year, 3, 0));
        const day = new Date(last.getTime() - last.getUTCDay() * 86_400_000).toISOString().slice(0, 10);
        const wall = `${day}T01:${String(Math.floor(second / 60)).padStart(2, "0")}:${String(second % 60).padStart(2, "0")}`;
        expect(localInstant(wall, "Europe/London", "from")).toEqual({
          at: new Date(Date.parse(`${wall}Z`) - 3_600_000).toISOString(),
          doubt: "never",
        });
        expect(localInstant(wall, "Europe/London", "until")).toEqual({ at: new Date(`${wall}Z`).toISOString(), doubt: "never" });
      }),
    );
  });

  test("a time with its zone is taken by it, one without by the zone that is named", () => {
    expect(readInstant("2026-10-25T01:30:00+01:00", "Europe/London", "until")).toEqual({ at: "2026-10-25T00:30:00.000Z" });
    expect(readInstant("2026-10-25 01:30:00.123", "Europe/London", "until")).toEqual({ at: "2026-10-25T01:30:00.000Z", doubt: "twice" });
    expect(readInstant("2026-07-01T12:00:00+0100", "Europe/London", "from")).toEqual({ at: "2026-07-01T11:00:00.000Z" });
    expect(readInstant("soon", "Europe/London", "from")).toBeUndefined();
  });
});
