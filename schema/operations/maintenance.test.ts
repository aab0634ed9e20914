import { type MaintenanceWindow, maintenanceEndsAt, secondsOfService } from "./maintenance";

const nightly: readonly MaintenanceWindow[] = [{ from: "02:00", to: "04:00" }];
const endsAt = (windows: readonly MaintenanceWindow[], at: string) => maintenanceEndsAt(windows, new Date(at))?.toISOString();
const service = (windows: readonly MaintenanceWindow[], from: string, to: string) =>
  secondsOfService(windows, new Date(from), new Date(to)) / 3600;

test.each([
  ["in winter", "2026-11-22T01:59:59Z", undefined],
  ["in winter", "2026-11-22T02:00:00Z", "2026-11-22T04:00:00.000Z"],
  ["in winter", "2026-11-22T03:59:59Z", "2026-11-22T04:00:00.000Z"],
  ["in winter", "2026-11-22T04:00:00Z", undefined],
  ["in summer", "2026-07-01T00:59:59Z", undefined],
  ["in summer", "2026-07-01T01:30:00Z", "2026-07-01T03:00:00.000Z"],
  ["in summer", "2026-07-01T03:00:00Z", undefined],
])("V26: the calendar is London's, %s, at %s", (_, at, ends) => {
  expect(endsAt(nightly, at)).toBe(ends);
});

test("V26: a window over midnight belongs to the day on which it begins, and windows that touch are one", () => {
  const windows: readonly MaintenanceWindow[] = [
    { from: "22:00", to: "01:00", days: ["sun"] },
    { from: "01:00", to: "02:00", days: ["mon"] },
  ];
  expect(endsAt(windows, "2026-11-22T23:00:00Z")).toBe("2026-11-23T02:00:00.000Z");
  expect(endsAt(windows, "2026-11-23T00:30:00Z")).toBe("2026-11-23T02:00:00.000Z");
  expect(endsAt(windows, "2026-11-23T22:30:00Z")).toBeUndefined();
});

test("V26: on the day without an hour a window is as long as the hours that there are", () => {
  // 29 March 2026: 01:00 UTC is 02:00 in London at once.
  expect(endsAt([{ from: "01:00", to: "02:00" }], "2026-03-29T01:00:00Z")).toBeUndefined();
  expect(endsAt([{ from: "01:30", to: "03:00" }], "2026-03-29T00:59:59Z")).toBeUndefined();
  expect(endsAt([{ from: "01:30", to: "03:00" }], "2026-03-29T01:00:00Z")).toBe("2026-03-29T02:00:00.000Z");
  expect(service([{ from: "00:30", to: "03:00" }], "2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z")).toBe(12 - 1.5);
});

test("V26: on the day with an hour twice a window holds from the first to the second", () => {
  // 25 October 2026: 01:00 to 02:00 in London comes twice, at 00:00 and at 01:00 UTC.
  const window: readonly MaintenanceWindow[] = [{ from: "01:30", to: "02:30" }];
  for (const at of ["2026-10-25T00:30:00Z", "2026-10-25T01:10:00Z", "2026-10-25T02:29:59Z"])
    expect(endsAt(window, at)).toBe("2026-10-25T02:30:00.000Z");
  expect(endsAt(window, "2026-10-25T00:29:59Z")).toBeUndefined();
  expect(service(window, "2026-10-25T00:00:00Z", "2026-10-25T12:00:00Z")).toBe(12 - 2);
  expect(service([{ from: "00:30", to: "01:30" }], "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z")).toBe(24 - 2);
});

test("V26: time in maintenance does not count against a target, time beside it does", () => {
  expect(service(nightly, "2026-11-20T12:00:00Z", "2026-11-22T03:00:00Z")).toBe(39 - 2 - 1);
  expect(service(nightly, "2026-11-22T02:30:00Z", "2026-11-22T03:30:00Z")).toBe(0);
  expect(service([], "2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z")).toBe(24);
  // A clock of the vendor's that is ahead stays so.
  expect(service(nightly, "2026-11-22T03:00:00Z", "2026-11-22T02:00:00Z")).toBe(-1);
});
