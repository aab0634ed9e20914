import { nextFullRead } from "./full-read";

const window = { fromMinute: 60, toMinute: 300 };
const inLondon = (at: Date) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);

test("a full read is due within the window of the next night in London, summer and winter, at one minute of its own", () => {
  for (const now of ["2026-07-10T12:00:00Z", "2026-11-22T12:00:00Z"]) {
    const due = nextFullRead("zqa-oh", window, new Date(now));
    expect(due.getTime()).toBeGreaterThan(Date.parse(now));
    expect(due.getTime() - Date.parse(now)).toBeLessThan(86_400_000);
    expect(inLondon(due) >= "01:00" && inLondon(due) < "05:00").toBe(true);
    expect(nextFullRead("zqa-oh", window, new Date(now))).toEqual(due);
  }
});

test("connections are spread over the window", () => {
  const minutes = new Set(
    Array.from({ length: 60 }, (_, n) => inLondon(nextFullRead(`connection-${n}`, window, new Date("2026-11-22T12:00:00Z")))),
  );
  expect(minutes.size).toBeGreaterThan(30);
});

test("in both nights on which the clock changes there is exactly one full read, and the next is a day later", () => {
  for (const eve of ["2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"]) {
    for (let n = 0; n < 40; n += 1) {
      const due = nextFullRead(`connection-${n}`, window, new Date(eve));
      const next = nextFullRead(`connection-${n}`, window, due);
      const hours = (next.getTime() - due.getTime()) / 3_600_000;
      expect(hours).toBeGreaterThanOrEqual(23);
      expect(hours).toBeLessThanOrEqual(25);
    }
  }
});

test("a window over midnight is one night", () => {
  const due = nextFullRead("zqa-oh", { fromMinute: 23 * 60, toMinute: 26 * 60 }, new Date("2026-11-22T12:00:00Z"));
  expect(["23", "00", "01"]).toContain(inLondon(due).slice(0, 2));
  expect(due.getTime() - Date.parse("2026-11-22T12:00:00Z")).toBeLessThan(86_400_000);
});
