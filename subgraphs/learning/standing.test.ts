import { lastDayInDate } from "../../recognition/days";
import { type AwardToGroup, groupAwards } from "../../recognition/grouping";
import { createPeriods } from "../../recognition/periods";
import { CompetenceStatus } from "../kit/reasons";
import { standingOf } from "./status";

test.each([
  ["2023-11-01", 24, "2025-10-31"],
  ["2024-02-29", 12, "2025-02-27"],
  ["2023-08-31", 6, "2024-02-28"],
  ["2025-01-01", 1, "2025-01-31"],
  ["2025-03-01", 36, "2028-02-29"],
])("an award of %s with %i months is in date until %s", (awardedOn, months, last) => {
  expect(lastDayInDate(awardedOn, months)).toBe(last);
});

test("the last day is in date, the day after is not, and thirty days before it begins to expire", () => {
  const period = { months: 24, basis: "NATIONAL" } as const;
  const on = (day: string) => standingOf("2023-11-01", period, day, 30).status;
  expect(on("2025-09-30")).toBe(CompetenceStatus.IN_DATE);
  expect(on("2025-10-01")).toBe(CompetenceStatus.EXPIRING);
  expect(on("2025-10-31")).toBe(CompetenceStatus.EXPIRING);
  expect(on("2025-11-01")).toBe(CompetenceStatus.EXPIRED);
  expect(on("2023-10-31")).toBe(CompetenceStatus.NOT_YET_VALID);
});

test("an unknown period is unknown, and only a stated one means no expiry", () => {
  expect(standingOf("2020-01-01", undefined, "2026-01-01", 30)).toEqual({ status: null, statusReason: "PERIOD_UNKNOWN", expiresOn: null });
  expect(standingOf("2020-01-01", { months: null, basis: "NATIONAL" }, "2026-01-01", 30).status).toBe(CompetenceStatus.NO_EXPIRY);
});

test("an organisation's own period holds within its days, and only shortens", () => {
  const national = (competence: string) => (competence === "known" ? 24 : undefined);
  const periodFor = createPeriods(
    [
      { organisation: "ZQB", competence: "known", months: 12, reason: "old wards", from: "2026-01-01", to: "2026-12-31" },
      { organisation: "ZQC", competence: "known", months: 36, reason: "no hurry" },
      { organisation: "ZQC", competence: "own", months: null, reason: "once only" },
    ],
    national,
  );
  expect(periodFor("known", "ZQB", "2026-12-31")).toEqual({
    months: 12,
    basis: "LOCAL_DEVIATION",
    reason: "old wards",
    nationalMonths: 24,
  });
  expect(periodFor("known", "ZQB", "2027-01-01")).toEqual({ months: 24, basis: "NATIONAL" });
  expect(periodFor("known", "ZQC", "2026-06-01")).toEqual({ months: 24, basis: "NATIONAL" });
  expect(periodFor("own", "ZQC", "2026-06-01")).toEqual({ months: null, basis: "LOCAL_DEVIATION", reason: "once only" });
  expect(periodFor("own", "ZQA", "2026-06-01")).toBeUndefined();
});

const award = (id: string, awardedOn: string, more: Partial<AwardToGroup> = {}): AwardToGroup => ({
  id,
  competence: "c",
  awardedOn,
  withdrawn: false,
  authoritative: false,
  fromEsr: false,
  ...more,
});

test("statements up to three days apart are one award of the earliest day; a fourth day is another", () => {
  const groups = groupAwards([award("b", "2026-01-04"), award("a", "2026-01-01"), award("c", "2026-01-05")]);
  expect(groups.map((it) => [it.awardedOn, it.daysApart, it.awards.map(({ id }) => id)])).toEqual([
    ["2026-01-01", 3, ["b", "a"]],
    ["2026-01-05", 0, ["c"]],
  ]);
});

test("the authoritative statement attests first, then ESR's, then the newest", () => {
  const [group] = groupAwards([
    award("newest", "2026-01-03"),
    award("esr", "2026-01-01", { fromEsr: true }),
    award("authoritative", "2026-01-01", { authoritative: true }),
    award("old", "2026-01-02"),
  ]);
  expect(group!.awards.map(({ id }) => id)).toEqual(["authoritative", "esr", "newest", "old"]);
});

test("withdrawn everywhere is gone; withdrawn in one system and in force in another is disputed", () => {
  expect(groupAwards([award("a", "2026-01-01", { withdrawn: true })])).toEqual([]);
  expect(groupAwards([award("a", "2026-01-01", { withdrawn: true }), award("b", "2026-01-02")])[0]).toMatchObject({
    disputed: true,
    awardedOn: "2026-01-02",
  });
});
