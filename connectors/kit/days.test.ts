import { dayOf, partialDayOf } from "./days";

describe("days as vendors write them", () => {
  it.each([
    ["2019", "2019"],
    ["2019-04", "2019-04"],
    ["2019-04-23", "2019-04-23"],
    [" 2019-04-23 ", "2019-04-23"],
    ["2024-06-30T23:30:00Z", "2024-07-01"],
    ["2024-12-31T23:30:00Z", "2024-12-31"],
    ["2024-07-01T00:30:00+02:00", "2024-06-30"],
    ["2021-02-14T13:28:17.271+00:00", "2021-02-14"],
    ["2024-06-30T23:30:00", "2024-06-30"],
  ])("reads %s as %s", (text, day) => {
    expect(partialDayOf(text)).toBe(day);
  });

  it.each(["", "2019-13", "2024-02-30", "30/06/2024", "2024-06-30T25:00:00Z", "spring 2019", "0000", "20190423"])(
    "reads no day in %p",
    (text) => {
      expect(partialDayOf(text)).toBeUndefined();
    },
  );

  it("wants a whole day where only a whole day is of use", () => {
    expect(dayOf("2019-04")).toBeUndefined();
    expect(dayOf("2024-02-29")).toBe("2024-02-29");
  });
});
