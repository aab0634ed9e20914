import { noFacts, type PolicyFacts } from "../../access/facts";
import { isDay } from "../../platform/clock";
import { isDoctorInTraining, moveOf } from "./move";
import { startAt, startsOf } from "./post";

const staffMember = "s";
const employed = (organisation: string, kind: string, from = "2025-08-06", endsBefore?: string) => ({
  staffMember,
  organisation,
  kind,
  acceptedOn: from,
  endsBefore,
});
const placed = (kind: string, startsOn = "2026-12-02", endsBefore = "2027-04-07", organisation = "ZQB") => ({
  staffMember,
  organisation,
  kind,
  startsOn,
  endsBefore,
});
const facts = (more: Partial<PolicyFacts>): PolicyFacts => ({ ...noFacts, ...more });
const on = "2026-12-02";

test.each([
  [
    "a feed's placement under a lead employer",
    [employed("ZQA", "LEAD_EMPLOYER")],
    [placed("HOST_PLACEMENT")],
    "LEAD_EMPLOYER_PLACEMENT",
    "ZQA",
  ],
  [
    "an honorary entry of somebody with a lead employer",
    [employed("ZQA", "LEAD_EMPLOYER")],
    [placed("HONORARY")],
    "LEAD_EMPLOYER_PLACEMENT",
    "ZQA",
  ],
  ["an honorary entry of somebody employed elsewhere", [employed("ZQA", "SUBSTANTIVE")], [placed("HONORARY")], "SECONDMENT", "ZQA"],
  ["a secondment", [employed("ZQA", "SUBSTANTIVE")], [placed("SECONDMENT_IN")], "SECONDMENT", "ZQA"],
  ["a placement of somebody nobody employs", [], [placed("HOST_PLACEMENT")], "CHANGE_OF_EMPLOYER", undefined],
  [
    "a placement after the employment has ended",
    [employed("ZQA", "LEAD_EMPLOYER", "2025-08-06", on)],
    [placed("HOST_PLACEMENT")],
    "CHANGE_OF_EMPLOYER",
    undefined,
  ],
  [
    "a placement before the employment begins",
    [employed("ZQA", "LEAD_EMPLOYER", "2026-12-03")],
    [placed("HOST_PLACEMENT")],
    "CHANGE_OF_EMPLOYER",
    undefined,
  ],
  [
    "a placement that is over",
    [employed("ZQA", "LEAD_EMPLOYER")],
    [placed("HOST_PLACEMENT", "2026-08-05", on)],
    "CHANGE_OF_EMPLOYER",
    undefined,
  ],
  [
    "a placement elsewhere",
    [employed("ZQA", "LEAD_EMPLOYER")],
    [placed("HOST_PLACEMENT", on, "2027-04-07", "ZQC")],
    "CHANGE_OF_EMPLOYER",
    undefined,
  ],
  ["an offer", [employed("ZQC", "SUBSTANTIVE"), employed("ZQB", "PRE_HIRE")], [], "CHANGE_OF_EMPLOYER", undefined],
  [
    "an offer of the organisation itself for the days of a placement there",
    [employed("ZQA", "LEAD_EMPLOYER"), employed("ZQB", "PRE_HIRE", "2026-11-01", "2026-12-09")],
    [placed("HOST_PLACEMENT")],
    "CHANGE_OF_EMPLOYER",
    undefined,
  ],
  [
    "an offer without a day",
    [employed("ZQA", "LEAD_EMPLOYER"), employed("ZQB", "PRE_HIRE", "2026-11-01")],
    [placed("HOST_PLACEMENT")],
    "CHANGE_OF_EMPLOYER",
    undefined,
  ],
  [
    "an offer for next year",
    [employed("ZQA", "LEAD_EMPLOYER"), employed("ZQB", "PRE_HIRE", "2026-11-01", "2027-08-04")],
    [placed("HOST_PLACEMENT")],
    "LEAD_EMPLOYER_PLACEMENT",
    "ZQA",
  ],
  [
    "a placement that begins long after the start",
    [employed("ZQA", "LEAD_EMPLOYER")],
    [placed("HOST_PLACEMENT", "2026-12-16")],
    "CHANGE_OF_EMPLOYER",
    undefined,
  ],
  [
    "a placement that begins some days after the day of the rotation",
    [employed("ZQA", "LEAD_EMPLOYER")],
    [placed("HOST_PLACEMENT", "2026-12-15")],
    "LEAD_EMPLOYER_PLACEMENT",
    "ZQA",
  ],
  [
    "two employers alike: nobody can say which of them stays",
    [employed("ZQA", "SUBSTANTIVE"), employed("ZQC", "SUBSTANTIVE")],
    [placed("HONORARY")],
    "CHANGE_OF_EMPLOYER",
    undefined,
  ],
  ["a bank contract elsewhere", [employed("ZQA", "BANK")], [placed("HONORARY")], "CHANGE_OF_EMPLOYER", undefined],
  [
    "two employers: the lead employer",
    [employed("ZQC", "SUBSTANTIVE"), employed("ZQA", "LEAD_EMPLOYER")],
    [placed("HONORARY")],
    "LEAD_EMPLOYER_PLACEMENT",
    "ZQA",
  ],
] as const)("%s", (_, engagements, placements, move, employer) => {
  expect(moveOf(facts({ engagements, placements }), "ZQB", on)).toMatchObject({ move, employer });
});

test("a doctor in training has a lead employer today", () => {
  expect(isDoctorInTraining(facts({ engagements: [employed("ZQA", "LEAD_EMPLOYER")] }), on)).toBe(true);
  expect(isDoctorInTraining(facts({ engagements: [employed("ZQA", "SUBSTANTIVE")] }), on)).toBe(false);
  expect(isDoctorInTraining(facts({ engagements: [employed("ZQA", "LEAD_EMPLOYER", "2025-08-06", on)] }), on)).toBe(false);
});

const assignment = (controllerOrg: string, engagement: string, startsOn: string, more: object = {}) =>
  ({ controllerOrg, engagement, startsOn, endsOn: null, ...more }) as never;
const placement = (hostOrganisation: string, startsOn: string, endsOn: string | null) =>
  ({ hostOrganisation, startsOn, endsOn, controllerOrg: "ZQA" }) as never;

test("the feed's own first day counts before the host's entry of the same stay, and only of that", () => {
  const starts = startsOf({
    assignments: [assignment("ZQB", "HONORARY", "2026-12-02"), assignment("ZQC", "HONORARY", "2026-08-05")],
    placements: [placement("ZQB", "2026-12-07", "2027-04-06")],
  });
  expect(starts.map(({ organisation, startsOn, by }) => [organisation, startsOn, by])).toEqual([
    ["ZQC", "2026-08-05", "POST"],
    ["ZQB", "2026-12-07", "PLACEMENT"],
  ]);
});

test("an offer starts on its projected day; employments are no starts; a feed does not hide an offer", () => {
  const starts = startsOf({
    assignments: [
      assignment("ZQB", "PRE_HIRE", "2026-11-01", { projectedHireOn: "2026-12-02" }),
      assignment("ZQA", "SUBSTANTIVE", "2020-01-01"),
    ],
    placements: [placement("ZQB", "2026-12-03", "2027-04-06")],
  });
  expect(starts.map(({ startsOn, by }) => [startsOn, by])).toEqual([
    ["2026-12-02", "OFFER"],
    ["2026-12-03", "PLACEMENT"],
  ]);
});

test("the next start is asked about, and the last one when none lies ahead", () => {
  const starts = startsOf({
    assignments: [],
    placements: [placement("ZQB", "2025-12-03", "2026-04-07"), placement("ZQB", "2026-12-02", "2027-04-06")],
  });
  expect(startAt(starts, "ZQB", "2026-11-22")?.startsOn).toBe("2026-12-02");
  expect(startAt(starts, "ZQB", "2027-01-01")?.startsOn).toBe("2026-12-02");
  expect(startAt(starts, "ZQC", "2026-11-22")).toBeUndefined();
});

test.each([
  ["2026-02-28", true],
  ["2026-02-29", false],
  ["2028-02-29", true],
  ["2026-13-01", false],
  ["today", false],
])("%s is a day: %s", (day, is) => {
  expect(isDay(day)).toBe(is);
});
