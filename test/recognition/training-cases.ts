/** The hand-written table of training: every line was worked out with a calendar, not with the code. */
import type { AwardEvidence, Caveat, Question, Verdict, Why } from "../../recognition/question";
import {
  adults,
  award,
  type Case,
  children,
  conflict,
  endless,
  fire,
  ig,
  infection2,
  member,
  noPeriod,
  type RuleInput,
  unmapped,
} from "./question";

interface More extends RuleInput {
  readonly asked?: string;
  readonly until?: string;
  readonly waitsFor?: string;
  readonly caveat?: Caveat;
  readonly question?: Partial<Question>;
}

function it(rule: string, name: string, awards: readonly AwardEvidence[], verdict: Verdict, why: Why, more: More = {}): Case {
  const { asked = fire, until, waitsFor, caveat, question = {}, ...rules } = more;
  const requirements = [{ standard: "TRAINING" as const, competence: asked }];
  return { rule, name, question: { requirements, awards, ...question }, rules, verdict, why, until, waitsFor, caveat };
}

const shorter = { organisation: "ZQB", competence: fire, months: 12, reason: "timber-framed wards" };
const on = (startsOn: string, today = "2026-11-22") => ({ today, startsOn });

export const trainingCases: readonly Case[] = [
  // Missing from a snapshot that nobody has confirmed: the verdict stands, and says so.
  it("suspected", "the only statement", [award(fire, "2026-03-10", { suspected: true })], "NOT_TO_REPEAT", "IN_DATE", {
    caveat: "EVIDENCE_SUSPECTED",
  }),
  it("suspected", "run out all the same", [award(fire, "2023-03-10", { suspected: true })], "REPEAT", "EXPIRED", {
    caveat: "EVIDENCE_SUSPECTED",
  }),
  it(
    "suspected",
    "another system still lists it",
    [award(fire, "2026-03-11", { suspected: true }), award(fire, "2026-03-10", { controllerOrg: "ZQC" })],
    "NOT_TO_REPEAT",
    "IN_DATE",
  ),
  // The last day in date: award + period, held back to the month's end, minus one day. Fire safety: 24 months.
  it("last day", "well in date", [award(fire, "2026-03-10")], "NOT_TO_REPEAT", "IN_DATE", { until: "2028-03-09" }),
  it("last day", "the start day is the last day", [award(fire, "2025-05-03")], "NOT_TO_REPEAT", "IN_DATE", {
    until: "2027-05-02",
    question: on("2027-05-02"),
  }),
  it("last day", "the day after the last day", [award(fire, "2025-05-03")], "EXPIRES_BEFORE_START", "RUNS_OUT_BEFORE_START", {
    until: "2027-05-02",
    question: on("2027-05-03"),
  }),
  it("last day", "ran out yesterday", [award(ig, "2025-11-22")], "REPEAT", "EXPIRED", { asked: ig, until: "2026-11-21" }),
  it("last day", "runs out today", [award(ig, "2025-11-23")], "EXPIRES_BEFORE_START", "RUNS_OUT_BEFORE_START", {
    asked: ig,
    until: "2026-11-22",
  }),
  it("last day", "runs out today, and starts today", [award(ig, "2025-11-23")], "NOT_TO_REPEAT", "IN_DATE", {
    asked: ig,
    until: "2026-11-22",
    question: on("2026-11-22"),
  }),
  it("last day", "runs out the day before the start", [award(ig, "2025-12-02")], "EXPIRES_BEFORE_START", "RUNS_OUT_BEFORE_START", {
    asked: ig,
    until: "2026-12-01",
  }),
  it("last day", "awarded one day later it reaches the start", [award(ig, "2025-12-03")], "NOT_TO_REPEAT", "IN_DATE", {
    asked: ig,
    until: "2026-12-02",
  }),
  it("last day", "awarded on 29 February for a year: until 27 February", [award(ig, "2028-02-29")], "NOT_TO_REPEAT", "IN_DATE", {
    asked: ig,
    until: "2029-02-27",
    question: on("2029-02-27", "2029-01-10"),
  }),
  it(
    "last day",
    "awarded on 29 February: 28 February is too late",
    [award(ig, "2028-02-29")],
    "EXPIRES_BEFORE_START",
    "RUNS_OUT_BEFORE_START",
    { asked: ig, until: "2029-02-27", question: on("2029-02-28", "2029-01-10") },
  ),
  it("last day", "awarded on 1 March before a leap day: until 29 February", [award(ig, "2027-03-01")], "NOT_TO_REPEAT", "IN_DATE", {
    asked: ig,
    until: "2028-02-29",
    question: on("2028-02-29", "2028-01-10"),
  }),
  it("last day", "a month's end is held back: 31 August and 6 months", [award(fire, "2026-08-31")], "NOT_TO_REPEAT", "IN_DATE", {
    until: "2027-02-27",
    deviations: [{ ...shorter, months: 6 }],
    question: on("2027-02-27"),
  }),
  it(
    "last day",
    "a month's end is held back: 28 February is too late",
    [award(fire, "2026-08-31")],
    "EXPIRES_BEFORE_START",
    "LOCAL_PERIOD_SHORTER",
    { until: "2027-02-27", deviations: [{ ...shorter, months: 6 }], question: on("2027-02-28") },
  ),
  it("last day", "the day on which summer time ends counts once", [award(ig, "2025-10-26")], "NOT_TO_REPEAT", "IN_DATE", {
    asked: ig,
    until: "2026-10-25",
    question: on("2026-10-25", "2026-10-24"),
  }),
  it("last day", "the day on which summer time begins is not lost", [award(ig, "2026-03-30")], "NOT_TO_REPEAT", "IN_DATE", {
    asked: ig,
    until: "2027-03-29",
    question: on("2027-03-29", "2027-03-28"),
  }),
  it("last day", "awarded on New Year's Day: until New Year's Eve", [award(ig, "2026-01-01")], "NOT_TO_REPEAT", "IN_DATE", {
    asked: ig,
    until: "2026-12-31",
    question: on("2026-12-31"),
  }),
  it("last day", "a start in the past is judged on its day", [award(ig, "2025-10-20")], "REPEAT", "EXPIRED", {
    asked: ig,
    until: "2026-10-19",
    question: on("2026-10-19"),
  }),

  it("last day", "the end of February in a leap year", [award(fire, "2027-08-31")], "NOT_TO_REPEAT", "IN_DATE", {
    until: "2028-02-28",
    deviations: [{ ...shorter, months: 6 }],
    question: on("2028-02-28", "2028-01-10"),
  }),

  // The period: a missing one is unknown, "no expiry" must be stated, a deviation only shortens and needs its reason.
  it("period", "nobody has stated one", [award(noPeriod, "2026-03-10")], "UNKNOWN", "PERIOD_UNKNOWN", { asked: noPeriod, waitsFor: "ZQB" }),
  it("period", "stated not to expire", [award(endless, "2025-05-01")], "NOT_TO_REPEAT", "NO_EXPIRY", { asked: endless }),
  it("period", "stated not to expire at another organisation only", [award(endless, "2026-03-10")], "UNKNOWN", "PERIOD_UNKNOWN", {
    asked: endless,
    question: { organisation: "ZQC" },
  }),
  it("period", "a deviation shortens: run out", [award(fire, "2025-08-04")], "REPEAT", "LOCAL_PERIOD_SHORTER", {
    until: "2026-08-03",
    deviations: [shorter],
  }),
  it(
    "period",
    "a deviation shortens: runs out before the start",
    [award(fire, "2025-11-30")],
    "EXPIRES_BEFORE_START",
    "LOCAL_PERIOD_SHORTER",
    { until: "2026-11-29", deviations: [shorter] },
  ),
  it("period", "a deviation shortens and the award is in date by it", [award(fire, "2025-12-03")], "NOT_TO_REPEAT", "IN_DATE", {
    until: "2026-12-02",
    deviations: [shorter],
  }),
  it("period", "run out by the national period as well", [award(fire, "2024-08-04", { awardedBy: "ZQB" })], "REPEAT", "EXPIRED", {
    until: "2025-08-03",
    deviations: [shorter],
  }),
  it("period", "a deviation of somebody else", [award(fire, "2025-08-04")], "NOT_TO_REPEAT", "IN_DATE", {
    until: "2027-08-03",
    deviations: [{ ...shorter, organisation: "ZQA" }],
  }),
  it("period", "a deviation for another competence", [award(fire, "2025-08-04")], "NOT_TO_REPEAT", "IN_DATE", {
    until: "2027-08-03",
    deviations: [{ ...shorter, competence: ig }],
  }),
  it(
    "period",
    "a deviation never lengthens",
    [award(fire, "2025-05-01", { awardedBy: "ZQB" })],
    "EXPIRES_BEFORE_START",
    "RUNS_OUT_BEFORE_START",
    { until: "2027-04-30", deviations: [{ ...shorter, months: 60 }], question: on("2027-06-01") },
  ),
  it(
    "period",
    "a deviation to no expiry does not lengthen either",
    [award(fire, "2024-08-04", { awardedBy: "ZQB" })],
    "REPEAT",
    "EXPIRED",
    { until: "2026-08-03", deviations: [{ ...shorter, months: null }] },
  ),
  it("period", "a deviation without its reason does not hold", [award(fire, "2025-08-04")], "NOT_TO_REPEAT", "IN_DATE", {
    until: "2027-08-03",
    deviations: [{ ...shorter, reason: " " }],
  }),
  it("period", "a deviation that begins on the start day", [award(fire, "2025-08-04")], "REPEAT", "LOCAL_PERIOD_SHORTER", {
    until: "2026-08-03",
    deviations: [{ ...shorter, from: "2026-12-02" }],
  }),
  it("period", "a deviation that begins the day after the start", [award(fire, "2025-08-04")], "NOT_TO_REPEAT", "IN_DATE", {
    until: "2027-08-03",
    deviations: [{ ...shorter, from: "2026-12-03" }],
  }),
  it("period", "a deviation that holds today and ended before the start", [award(fire, "2025-08-04")], "NOT_TO_REPEAT", "IN_DATE", {
    until: "2027-08-03",
    deviations: [{ ...shorter, to: "2026-12-01" }],
  }),
  it("period", "a deviation whose last day is the start day", [award(fire, "2025-08-04")], "REPEAT", "LOCAL_PERIOD_SHORTER", {
    until: "2026-08-03",
    deviations: [{ ...shorter, to: "2026-12-02" }],
  }),
  it("period", "of two deviations in force the shorter", [award(fire, "2025-12-20")], "EXPIRES_BEFORE_START", "LOCAL_PERIOD_SHORTER", {
    until: "2026-12-19",
    deviations: [{ ...shorter, months: 18 }, shorter],
    question: on("2026-12-20"),
  }),
  it("period", "an organisation may state one where there is no national", [award(noPeriod, "2026-03-10")], "NOT_TO_REPEAT", "IN_DATE", {
    asked: noPeriod,
    until: "2027-03-09",
    deviations: [{ ...shorter, competence: noPeriod }],
  }),

  // Nothing, not yet, and withdrawn.
  it("evidence", "none at all", [], "UNKNOWN", "NOTHING_SENT"),
  it("evidence", "for something else only", [award(ig, "2026-03-10")], "UNKNOWN", "NOTHING_SENT"),
  it("evidence", "the same subject at another level", [award(adults(1), "2026-03-10")], "UNKNOWN", "NOTHING_SENT", { asked: adults(2) }),
  it(
    "evidence",
    "the same subject and level in another variant",
    [award("CSTF|Resuscitation|2|Paediatric Basic Life Support", "2026-03-10")],
    "UNKNOWN",
    "NOTHING_SENT",
    { asked: "CSTF|Resuscitation|2|Adult Basic Life Support" },
  ),
  it("evidence", "dated tomorrow", [award(fire, "2026-11-23")], "UNKNOWN", "AWARD_IN_FUTURE", { waitsFor: "ZQA" }),
  it("evidence", "dated today", [award(fire, "2026-11-22")], "NOT_TO_REPEAT", "IN_DATE", { until: "2028-11-21" }),
  it("evidence", "dated after the start", [award(fire, "2027-01-10")], "UNKNOWN", "AWARD_IN_FUTURE"),
  it(
    "evidence",
    "a date to come does not hide an award in date",
    [award(fire, "2027-01-10"), award(fire, "2026-03-10")],
    "NOT_TO_REPEAT",
    "IN_DATE",
    { until: "2028-03-09" },
  ),
  it("evidence", "withdrawn everywhere is none", [award(fire, "2026-03-10", { withdrawn: true })], "UNKNOWN", "NOTHING_SENT"),
  it(
    "evidence",
    "withdrawn in two systems is none",
    [award(fire, "2026-03-10", { withdrawn: true }), award(fire, "2026-03-11", { withdrawn: true })],
    "UNKNOWN",
    "NOTHING_SENT",
  ),
  it(
    "disagree",
    "withdrawn in one system and in force in another",
    [award(fire, "2026-03-10"), award(fire, "2026-03-10", { withdrawn: true, controllerOrg: "ZQC" })],
    "UNKNOWN",
    "SOURCES_DISAGREE",
    { waitsFor: "ZQC", until: "2028-03-09" },
  ),
  it(
    "disagree",
    "withdrawn three days off is the same award",
    [award(fire, "2026-03-10"), award(fire, "2026-03-13", { withdrawn: true })],
    "UNKNOWN",
    "SOURCES_DISAGREE",
  ),
  it(
    "disagree",
    "withdrawn three days before is the same award",
    [award(fire, "2026-03-10"), award(fire, "2026-03-07", { withdrawn: true })],
    "UNKNOWN",
    "SOURCES_DISAGREE",
  ),
  it(
    "disagree",
    "withdrawn four days off is another award",
    [award(fire, "2026-03-10"), award(fire, "2026-03-14", { withdrawn: true })],
    "NOT_TO_REPEAT",
    "IN_DATE",
  ),
  it(
    "disagree",
    "a dispute about a new award does not hide an older one in date",
    [award(fire, "2026-03-10"), award(fire, "2026-03-10", { withdrawn: true }), award(fire, "2025-09-01")],
    "NOT_TO_REPEAT",
    "IN_DATE",
    { until: "2027-08-31" },
  ),
  it(
    "disagree",
    "a dispute outlasts an award that has run out",
    [award(ig, "2026-03-10"), award(ig, "2026-03-10", { withdrawn: true }), award(ig, "2025-05-20")],
    "UNKNOWN",
    "SOURCES_DISAGREE",
    { asked: ig },
  ),
  it(
    "disagree",
    "no dispute revives what has run out",
    [award(ig, "2025-05-20"), award(ig, "2025-05-20", { withdrawn: true })],
    "REPEAT",
    "EXPIRED",
    { asked: ig },
  ),

  it(
    "disagree",
    "a withdrawn statement does not move the days of the awards in force",
    [
      award(ig, "2025-11-27", { withdrawn: true }),
      award(ig, "2025-11-28"),
      award(ig, "2025-12-01"),
      award(ig, "2025-12-02"),
      award(ig, "2025-12-05"),
    ],
    "EXPIRES_BEFORE_START",
    "RUNS_OUT_BEFORE_START",
    { asked: ig, until: "2026-12-01" },
  ),

  // Several awards, and one award told twice.
  it(
    "several",
    "the newest that is in date, whatever ran out",
    [award(ig, "2025-05-10"), award(ig, "2026-05-10")],
    "NOT_TO_REPEAT",
    "IN_DATE",
    { asked: ig, until: "2027-05-09" },
  ),
  it(
    "several",
    "a day apart is one award: the earlier day decides",
    [award(ig, "2025-12-02"), award(ig, "2025-12-03")],
    "EXPIRES_BEFORE_START",
    "RUNS_OUT_BEFORE_START",
    { asked: ig, until: "2026-12-01" },
  ),
  it(
    "several",
    "three days apart is one award",
    [award(ig, "2025-12-02"), award(ig, "2025-12-05")],
    "EXPIRES_BEFORE_START",
    "RUNS_OUT_BEFORE_START",
    { asked: ig, until: "2026-12-01" },
  ),
  it("several", "four days apart are two awards", [award(ig, "2025-12-02"), award(ig, "2025-12-06")], "NOT_TO_REPEAT", "IN_DATE", {
    asked: ig,
    until: "2026-12-05",
  }),
  it(
    "several",
    "one award told by an accepted and an unknown issuer is accepted",
    [award(fire, "2026-03-10", { awardedBy: undefined }), award(fire, "2026-03-11")],
    "NOT_TO_REPEAT",
    "IN_DATE",
    { until: "2028-03-09" },
  ),
  it(
    "several",
    "what runs out before the start is told before what ran out",
    [award(ig, "2025-11-25"), award(ig, "2025-05-10")],
    "EXPIRES_BEFORE_START",
    "RUNS_OUT_BEFORE_START",
    { asked: ig, until: "2026-11-24" },
  ),

  it(
    "several",
    "and whichever of the two is the newer",
    [award(fire, "2026-03-10"), award(fire, "2026-03-11", { awardedBy: undefined })],
    "NOT_TO_REPEAT",
    "IN_DATE",
    { until: "2028-03-09" },
  ),
  it(
    "several",
    "of two in date the one that lasts longer",
    [award(fire, "2026-06-10"), award(fire, "2026-03-10")],
    "NOT_TO_REPEAT",
    "IN_DATE",
    { until: "2028-06-09" },
  ),

  // Issuers: signatory and aligned, both on the award day; one's own counts without.
  it(
    "issuer",
    "a certificate of Harrowdene",
    [award(fire, "2026-03-10", { awardedBy: "ZQE", controllerOrg: "ZQB" })],
    "REPEAT",
    "ISSUER_NOT_ACCEPTED",
    { waitsFor: "ZQB" },
  ),
  it(
    "issuer",
    "Harrowdene's does not hide an accepted one",
    [award(fire, "2026-06-10", { awardedBy: "ZQE" }), award(fire, "2025-06-10")],
    "NOT_TO_REPEAT",
    "IN_DATE",
    { until: "2027-06-09" },
  ),
  it("issuer", "Harrowdene's that has run out is just run out", [award(ig, "2025-05-10", { awardedBy: "ZQE" })], "REPEAT", "EXPIRED", {
    asked: ig,
  }),
  it("issuer", "not named", [award(fire, "2026-03-10", { awardedBy: undefined, controllerOrg: "ZQC" })], "UNKNOWN", "ISSUER_UNKNOWN", {
    waitsFor: "ZQC",
  }),
  it("issuer", "named and not listed", [award(fire, "2026-03-10", { awardedBy: "ZQX" })], "UNKNOWN", "ISSUER_UNKNOWN", { waitsFor: "ZQB" }),
  it("issuer", "awarded the day before the agreement began", [award(conflict, "2025-04-30")], "REPEAT", "ISSUER_NOT_ACCEPTED", {
    asked: conflict,
  }),
  it("issuer", "awarded on the day the agreement began", [award(conflict, "2025-05-01")], "NOT_TO_REPEAT", "IN_DATE", {
    asked: conflict,
    until: "2028-04-30",
  }),
  it("issuer", "its membership ended on the award day", [award(fire, "2026-03-10")], "NOT_TO_REPEAT", "IN_DATE", {
    standings: [member("ZQA", { signatoryTo: "2026-03-10" })],
  }),
  it("issuer", "its membership ended the day before the award", [award(fire, "2026-03-10")], "REPEAT", "ISSUER_NOT_ACCEPTED", {
    standings: [member("ZQA", { signatoryTo: "2026-03-09" })],
  }),
  it("issuer", "signatory, aligned the day after the award", [award(fire, "2026-03-10")], "REPEAT", "ISSUER_NOT_ACCEPTED", {
    standings: [member("ZQA", { alignedFrom: "2026-03-11" })],
  }),
  it("issuer", "signatory, aligned on the day of the award", [award(fire, "2026-03-10")], "NOT_TO_REPEAT", "IN_DATE", {
    standings: [member("ZQA", { alignedFrom: "2026-03-10" })],
  }),
  it("issuer", "signatory, its alignment ended the day before the award", [award(fire, "2026-03-10")], "REPEAT", "ISSUER_NOT_ACCEPTED", {
    standings: [member("ZQA", { alignedTo: "2026-03-09" })],
  }),
  it("issuer", "signatory and never aligned", [award(fire, "2026-03-10")], "REPEAT", "ISSUER_NOT_ACCEPTED", {
    standings: [member("ZQA", { alignedFrom: undefined })],
  }),
  it("issuer", "aligned and never a signatory", [award(fire, "2026-03-10")], "REPEAT", "ISSUER_NOT_ACCEPTED", {
    standings: [member("ZQA", { signatoryFrom: undefined })],
  }),
  it(
    "issuer",
    "the day of an award told twice is the earlier one here too",
    [award(conflict, "2025-04-30"), award(conflict, "2025-05-01")],
    "REPEAT",
    "ISSUER_NOT_ACCEPTED",
    { asked: conflict },
  ),
  it(
    "issuer",
    "the receiving organisation's own, before it was a member",
    [award(conflict, "2024-06-10", { awardedBy: "ZQB" })],
    "NOT_TO_REPEAT",
    "IN_DATE",
    { asked: conflict, until: "2027-06-09" },
  ),
  it("issuer", "its own, though it is no member at all", [award(fire, "2026-03-10", { awardedBy: "ZQE" })], "NOT_TO_REPEAT", "IN_DATE", {
    question: { organisation: "ZQE" },
  }),
  it(
    "issuer",
    "another's, where the receiving organisation is no member",
    [award(fire, "2026-03-10")],
    "UNKNOWN",
    "RECEIVER_NOT_SIGNATORY",
    { question: { organisation: "ZQE" }, waitsFor: "ZQE" },
  ),
  it("issuer", "the receiving organisation has left by the start day", [award(fire, "2026-03-10")], "UNKNOWN", "RECEIVER_NOT_SIGNATORY", {
    standings: [member("ZQB", { signatoryTo: "2026-12-01" })],
  }),
  it(
    "issuer",
    "who holds the record does not matter, who awarded it does",
    [award(fire, "2026-03-10", { awardedBy: "ZQC", controllerOrg: "ZQB" })],
    "NOT_TO_REPEAT",
    "IN_DATE",
  ),

  // Only national competences of the list move.
  it(
    "transferable",
    "another organisation's local competence",
    [award("LOCAL-991|Blood Fridge|1|", "2026-03-10")],
    "REPEAT",
    "NOT_TRANSFERABLE",
    { asked: "LOCAL-991|Blood Fridge|1|", deviations: [{ ...shorter, competence: "LOCAL-991|Blood Fridge|1|" }] },
  ),
  it(
    "transferable",
    "the receiving organisation's own local competence",
    [award("LOCAL-992|Blood Fridge|1|", "2026-03-10", { awardedBy: "ZQB" })],
    "NOT_TO_REPEAT",
    "IN_DATE",
    { asked: "LOCAL-992|Blood Fridge|1|", deviations: [{ ...shorter, competence: "LOCAL-992|Blood Fridge|1|" }], until: "2027-03-09" },
  ),
  it(
    "transferable",
    "flagged CSTF and not in the framework",
    [award("CSTF|Dementia Awareness|1|", "2026-03-10")],
    "REPEAT",
    "NOT_TRANSFERABLE",
    { asked: "CSTF|Dementia Awareness|1|" },
  ),
  it(
    "transferable",
    "mandatory outside the framework, and listed",
    [award("MAND|Oliver McGowan Training on Learning Disability and Autism|1|", "2026-03-10")],
    "NOT_TO_REPEAT",
    "IN_DATE",
    { asked: "MAND|Oliver McGowan Training on Learning Disability and Autism|1|" },
  ),
  it(
    "transferable",
    "a local level table cannot carry a local competence across",
    [award("LOCAL-991|Fire|1|", "2026-03-10")],
    "REPEAT",
    "NOT_TRANSFERABLE",
    { covers: [{ held: "LOCAL-991|Fire|1|", covers: fire }], deviations: [{ ...shorter, competence: "LOCAL-991|Fire|1|" }] },
  ),

  // Level tables: per organisation, one step, on the start day, the shorter period, assumed lines unknown.
  it("cover", "a higher level where the table says so", [award(children(3), "2026-03-10")], "NOT_TO_REPEAT", "COVERED_BY_HIGHER_LEVEL", {
    asked: children(2),
    covers: [{}],
    until: "2029-03-09",
  }),
  it("cover", "no table, no cover", [award(children(3), "2026-03-10")], "UNKNOWN", "NOTHING_SENT", { asked: children(2) }),
  it("cover", "another organisation's table", [award(children(3), "2026-03-10")], "UNKNOWN", "NOTHING_SENT", {
    asked: children(2),
    covers: [{ organisation: "ZQC" }],
  }),
  it("cover", "the table does not read backwards", [award(children(2), "2026-03-10")], "UNKNOWN", "NOTHING_SENT", {
    asked: children(3),
    covers: [{}],
  }),
  it("cover", "3 covers 2 and 2 covers 1 does not say that 3 covers 1", [award(children(3), "2026-03-10")], "UNKNOWN", "NOTHING_SENT", {
    asked: children(1),
    covers: [{}, { held: children(2), covers: children(1) }],
  }),
  it("cover", "a line that is only assumed", [award(children(3), "2026-03-10")], "UNKNOWN", "COVER_ASSUMED", {
    asked: children(2),
    covers: [{ assumed: true }],
    waitsFor: "ZQB",
  }),
  it("cover", "an assumed and a confirmed line", [award(children(3), "2026-03-10")], "NOT_TO_REPEAT", "COVERED_BY_HIGHER_LEVEL", {
    asked: children(2),
    covers: [{ assumed: true }, {}],
  }),
  it(
    "cover",
    "an assumed line does not hide the level itself",
    [award(children(3), "2026-06-10"), award(children(2), "2026-03-10")],
    "NOT_TO_REPEAT",
    "IN_DATE",
    { asked: children(2), covers: [{ assumed: true }], until: "2029-03-09" },
  ),
  it("cover", "an assumed line does not make a yes of what has run out", [award(infection2, "2025-05-20")], "REPEAT", "EXPIRED", {
    asked: "CSTF|Infection Prevention and Control|1|",
    covers: [{ held: infection2, covers: "CSTF|Infection Prevention and Control|1|", assumed: true }],
  }),
  it("cover", "the line begins on the start day", [award(children(3), "2026-03-10")], "NOT_TO_REPEAT", "COVERED_BY_HIGHER_LEVEL", {
    asked: children(2),
    covers: [{ from: "2026-12-02" }],
  }),
  it("cover", "the line begins the day after", [award(children(3), "2026-03-10")], "UNKNOWN", "NOTHING_SENT", {
    asked: children(2),
    covers: [{ from: "2026-12-03" }],
  }),
  it("cover", "the line ended the day before", [award(children(3), "2026-03-10")], "UNKNOWN", "NOTHING_SENT", {
    asked: children(2),
    covers: [{ to: "2026-12-01" }],
  }),
  it("cover", "the held level has the shorter period", [award(infection2, "2025-12-02")], "EXPIRES_BEFORE_START", "RUNS_OUT_BEFORE_START", {
    asked: "CSTF|Infection Prevention and Control|1|",
    covers: [{ held: infection2, covers: "CSTF|Infection Prevention and Control|1|" }],
    until: "2026-12-01",
  }),
  it("cover", "the asked level has the shorter period", [award(children(3), "2025-10-01")], "REPEAT", "LOCAL_PERIOD_SHORTER", {
    asked: children(2),
    covers: [{}],
    deviations: [{ ...shorter, competence: children(2) }],
    until: "2026-09-30",
  }),
  it("cover", "the asked level has no period", [award(children(3), "2026-03-10")], "UNKNOWN", "PERIOD_UNKNOWN", {
    asked: noPeriod,
    covers: [{ covers: noPeriod }],
  }),
  it("cover", "the held level has no period", [award(noPeriod, "2026-03-10")], "UNKNOWN", "PERIOD_UNKNOWN", {
    asked: children(2),
    covers: [{ held: noPeriod }],
  }),
  it("cover", "no expiry of the asked level does not lengthen the held one", [award(ig, "2025-05-20")], "REPEAT", "EXPIRED", {
    asked: endless,
    covers: [{ held: ig, covers: endless }],
  }),
  it("cover", "the issuer counts here as well", [award(children(3), "2026-03-10", { awardedBy: "ZQE" })], "REPEAT", "ISSUER_NOT_ACCEPTED", {
    asked: children(2),
    covers: [{}],
  }),

  // A finished course that nobody has mapped.
  it("course map", "may be it by its title", [], "UNKNOWN", "WAITS_FOR_COURSE_MAP", {
    asked: infection2,
    waitsFor: "ZQA",
    question: { unmapped: [unmapped("IPC Level 2 (2026)", "2026-10-02")] },
  }),
  it("course map", "is another level by its title", [], "UNKNOWN", "NOTHING_SENT", {
    asked: infection2,
    question: { unmapped: [unmapped("IPC Level 1", "2026-10-02")] },
  }),
  it("course map", "a title without a level may be it", [], "UNKNOWN", "WAITS_FOR_COURSE_MAP", {
    asked: infection2,
    question: { unmapped: [unmapped("Infection control", "2026-10-02")] },
  }),
  it("course map", "would have run out anyway", [], "UNKNOWN", "NOTHING_SENT", {
    asked: infection2,
    question: { unmapped: [unmapped("IPC Level 2 (2025)", "2025-10-02")] },
  }),
  it("course map", "would come from an issuer that is not accepted", [], "UNKNOWN", "NOTHING_SENT", {
    asked: infection2,
    question: { unmapped: [unmapped("IPC Level 2", "2026-10-02", "ZQE")] },
  }),
  it("course map", "does not hide an award in date", [award(infection2, "2026-05-10")], "NOT_TO_REPEAT", "IN_DATE", {
    asked: infection2,
    question: { unmapped: [unmapped("IPC Level 2", "2026-10-02")] },
  }),
  it("course map", "could help where an award has run out", [award(infection2, "2025-05-20")], "UNKNOWN", "WAITS_FOR_COURSE_MAP", {
    asked: infection2,
    question: { unmapped: [unmapped("IPC Level 2", "2026-10-02")] },
  }),
  it("course map", "may be a level that covers what is asked", [], "UNKNOWN", "WAITS_FOR_COURSE_MAP", {
    asked: children(2),
    covers: [{}],
    question: { unmapped: [unmapped("SGC L3", "2026-10-02")] },
  }),
  it("course map", "finished in the future", [], "UNKNOWN", "NOTHING_SENT", {
    asked: infection2,
    question: { unmapped: [unmapped("IPC Level 2", "2027-01-02")] },
  }),
];
