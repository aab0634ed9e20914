import { type ClearanceToJudge, standingsOf } from "./standing";

interface Row extends ClearanceToJudge {
  readonly outcome: string;
}
const clearance = (outcome: string, decidedOn: string | null, more: Partial<Row> = {}): Row => ({
  controllerOrg: "ZQA",
  role: "Registrar",
  outcome,
  decidedOn,
  ...more,
});
const standings = (...rows: Row[]) => standingsOf(rows, "2026-11-22", (a, b) => a.outcome === b.outcome);

test("an older yes never stands beside a newer pending", () => {
  expect(standings(clearance("YES", "2026-01-01"), clearance("PENDING", "2026-10-01"))).toEqual(["SUPERSEDED", "IN_FORCE"]);
});
test("another role, and another organisation, decide for themselves; spelling does not", () => {
  const yes = clearance("YES", "2026-01-01");
  expect(standings(yes, clearance("PENDING", "2026-10-01", { role: "Midwife" }))).toEqual(["IN_FORCE", "IN_FORCE"]);
  expect(standings(yes, clearance("PENDING", "2026-10-01", { controllerOrg: "ZQB" }))).toEqual(["IN_FORCE", "IN_FORCE"]);
  expect(standings(yes, clearance("PENDING", "2026-10-01", { role: " registrar " }))).toEqual(["SUPERSEDED", "IN_FORCE"]);
});
test("without a day, or on one day, two that differ are unknown, two that agree are not", () => {
  expect(standings(clearance("YES", null), clearance("PENDING", "2026-10-01"))).toEqual(["UNKNOWN", "UNKNOWN"]);
  expect(standings(clearance("YES", "2026-10-01"), clearance("PENDING", "2026-10-01"))).toEqual(["UNKNOWN", "UNKNOWN"]);
  expect(standings(clearance("YES", "2026-10-01"), clearance("YES", "2026-10-01"))).toEqual(["IN_FORCE", "IN_FORCE"]);
});
test("its last day is a day on which it holds", () => {
  expect(standings(clearance("YES", "2026-01-01", { validUntil: "2026-11-22" }))).toEqual(["IN_FORCE"]);
  expect(standings(clearance("YES", "2026-01-01", { validUntil: "2026-11-21" }))).toEqual(["EXPIRED"]);
  expect(standings(clearance("YES", "2026-01-01", { validUntil: "2026-11-21" }), clearance("PENDING", "2026-02-01"))).toEqual([
    "SUPERSEDED",
    "IN_FORCE",
  ]);
});
