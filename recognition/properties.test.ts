/** What must hold for every question, not only for the planted ones. */
import fc from "fast-check";
import { adults, children, fire, ig, member, questionOf, rulesOf, start, today } from "../test/recognition/question";
import type { AwardEvidence, Question, Verdict } from "./question";
import { recognise } from "./recognise";

const runs = { numRuns: 400 };
const day = (from: string, days: number) =>
  fc.integer({ min: 0, max: days }).map((add) => new Date(Date.parse(`${from}T00:00:00Z`) + add * 86_400_000).toISOString().slice(0, 10));
const organisation = fc.constantFrom("ZQA", "ZQB", "ZQC", "ZQE", "ZQX");
const competence = fc.constantFrom(fire, ig, children(2), children(3), adults(2), adults(3), "LOCAL-992|Blood Fridge|1|");
let ids = 0;
const award = fc
  .record({
    competence,
    awardedOn: fc.oneof(day("2024-06-01", 1000), day("2025-11-18", 12)),
    awardedBy: fc.option(organisation, { nil: undefined }),
    controllerOrg: fc.constantFrom("ZQA", "ZQB", "ZQC"),
    withdrawn: fc.boolean(),
    heldByEsr: fc.boolean(),
  })
  .map((one): AwardEvidence => ({ ...one, id: `id-${(ids += 1)}` }));
const check = fc.record({
  standard: fc.constantFrom("RIGHT_TO_WORK" as const, "CRIMINAL_RECORD" as const, "IDENTITY" as const),
  outcome: fc.constantFrom("COMPLETED", "APPLIED FOR"),
  checkedOn: fc.option(day("2023-10-01", 1200), { nil: undefined }),
  dbsType: fc.option(fc.constantFrom("Basic", "Enhanced", "Full"), { nil: undefined }),
  workforce: fc.constant(undefined),
  controllerOrg: fc.constantFrom("ZQA", "ZQC"),
});
const clearance = fc.record({
  clearedForRole: fc.constantFrom("YES" as const, "CONDITIONAL" as const, "PENDING" as const),
  role: fc.constantFrom("Foundation Year 2", "Consultant", undefined),
  decidedOn: fc.option(day("2026-01-01", 400), { nil: undefined }),
  validUntil: fc.option(day("2026-10-01", 200), { nil: undefined }),
  exposureProne: fc.constantFrom("CLEARED" as const, "NOT_CLEARED" as const, "RESTRICTED" as const, "PENDING" as const, undefined),
  controllerOrg: fc.constantFrom("ZQA", "ZQC"),
});
const agreement = fc.record({
  controllerOrg: fc.constantFrom("ZQA", "ZQC"),
  organisation: fc.constantFrom("ZQB", "ZQC"),
  // Begun before any start here: a later start never finds an agreement that an earlier one did not.
  startsOn: fc.constant("2026-01-01"),
  endsBefore: fc.option(day("2026-11-25", 30), { nil: undefined }),
});
const trainings = [fire, ig, children(2), adults(2), "LOCAL-992|Blood Fridge|1|"];
const question = fc
  .record({
    move: fc.constantFrom("CHANGE_OF_EMPLOYER" as const, "LEAD_EMPLOYER_PLACEMENT" as const, "SECONDMENT" as const),
    doctorInTraining: fc.boolean(),
    exposureProneWork: fc.boolean(),
    startsOn: day(today, 60),
    awards: fc.array(award, { maxLength: 8 }),
    unmapped: fc.array(
      fc.record({
        title: fc.constantFrom("Fire", "SGC L3", "Safeguarding", "Induction"),
        completedOn: day("2024-06-01", 900),
        organisation,
      }),
      { maxLength: 2 },
    ),
    checks: fc.array(check, { maxLength: 4 }),
    clearances: fc.option(fc.array(clearance, { maxLength: 4 }), { nil: undefined }),
    agreements: fc.array(agreement, { maxLength: 3 }),
  })
  .map((more) =>
    questionOf({
      ...more,
      requirements: [
        ...trainings.map((one) => ({ standard: "TRAINING" as const, competence: one })),
        ...(["IDENTITY", "RIGHT_TO_WORK", "EMPLOYMENT_HISTORY", "CRIMINAL_RECORD", "WORK_HEALTH", "EXPOSURE_PRONE"] as const).map(
          (standard) => ({
            standard,
          }),
        ),
      ],
    }),
  );
const rules = rulesOf({
  covers: [{}, { held: adults(3), covers: adults(2), assumed: true }],
  deviations: [
    { organisation: "ZQB", competence: fire, months: 12, reason: "timber-framed wards" },
    { organisation: "ZQB", competence: "LOCAL-992|Blood Fridge|1|", months: 18, reason: "our own" },
  ],
  standings: [member("ZQC", { signatoryTo: "2026-06-01" })],
});

const verdicts = (of: Question) => recognise(of, rules).map(({ verdict }) => verdict);
/** No answer became a "need not repeat" that was none before. */
function noNewYes(before: readonly Verdict[], after: readonly Verdict[]): void {
  expect(after).toHaveLength(before.length);
  for (const [index, verdict] of after.entries()) if (verdict === "NOT_TO_REPEAT") expect(before[index]).toBe("NOT_TO_REPEAT");
}

test("questions that give a yes, and questions that do not, are both among these", () => {
  const seen = new Map<string, number>();
  for (const one of fc.sample(question, 300)) for (const verdict of verdicts(one)) seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
  for (const verdict of ["NOT_TO_REPEAT", "REPEAT", "EXPIRES_BEFORE_START", "UNKNOWN", "EACH_EMPLOYER_DECIDES"])
    expect([verdict, (seen.get(verdict) ?? 0) > 20]).toEqual([verdict, true]);
});

test("a withdrawn award never makes a yes", () => {
  fc.assert(
    fc.property(question, award, (one, added) => {
      noNewYes(verdicts(one), verdicts({ ...one, awards: [...one.awards, { ...added, withdrawn: true }] }));
    }),
    runs,
  );
});

test("an award withdrawn in its one system never makes a yes", () => {
  fc.assert(
    fc.property(question, fc.nat(), (one, at) => {
      const awards = one.awards.map((it, index) => (index === at % one.awards.length ? { ...it, withdrawn: true } : it));
      // Statements of one award decide by the earliest: which day that is may change with any of them, so they go together.
      if (one.awards.some((a, i) => one.awards.some((b, j) => i < j && near(a, b)))) return;
      noNewYes(verdicts(one), verdicts({ ...one, awards }));
    }),
    runs,
  );
});

test("taking an award away, with all that is said of it, never makes a yes", () => {
  fc.assert(
    fc.property(question, fc.nat(), (one, at) => {
      const gone = one.awards[at % Math.max(1, one.awards.length)];
      if (!gone) return;
      const rest = one.awards.filter((it) => it.competence !== gone.competence || chained(one.awards, gone, it) === false);
      noNewYes(verdicts(one), verdicts({ ...one, awards: rest }));
    }),
    runs,
  );
});

test("taking a completed check, a course without a map, or an agreement away never makes a yes", () => {
  fc.assert(
    fc.property(question, (one) => {
      const before = verdicts(one);
      // A step that is not completed may speak against a completed one: only what speaks for a yes is taken away.
      const taken = one.checks.find(({ outcome }) => outcome === "COMPLETED");
      noNewYes(before, verdicts({ ...one, checks: one.checks.filter((check) => check !== taken) }));
      noNewYes(before, verdicts({ ...one, unmapped: one.unmapped.slice(1) }));
      noNewYes(before, verdicts({ ...one, agreements: one.agreements.slice(1) }));
    }),
    runs,
  );
});

test("a later start never turns a repeat into a yes", () => {
  fc.assert(
    fc.property(question, day(start, 400), (one, later) => {
      const before = verdicts(one);
      const after = verdicts({ ...one, startsOn: [later, one.startsOn].sort()[1]! });
      for (const [index, verdict] of after.entries()) if (before[index] === "REPEAT") expect(verdict).not.toBe("NOT_TO_REPEAT");
    }),
    runs,
  );
});

test("the order of evidence does not matter", () => {
  fc.assert(
    fc.property(question, fc.nat(), (one, turn) => {
      const mixed = <T>(list: readonly T[]): T[] => {
        const cut = turn % Math.max(1, list.length);
        return [...list.slice(cut), ...list.slice(0, cut)].reverse();
      };
      const other = {
        ...one,
        awards: mixed(one.awards),
        unmapped: mixed(one.unmapped),
        checks: mixed(one.checks),
        clearances: one.clearances && mixed(one.clearances),
        agreements: mixed(one.agreements),
      };
      expect(recognise(other, rules)).toEqual(recognise(one, rules));
    }),
    runs,
  );
});

test("a yes for training rests on an award in force that is in date on the start day", () => {
  fc.assert(
    fc.property(question, (one) => {
      for (const answer of recognise(one, rules)) {
        if (answer.requirement.standard !== "TRAINING" || answer.verdict !== "NOT_TO_REPEAT") continue;
        const evidence = one.awards.find(({ id }) => id === answer.evidence?.id);
        expect(evidence).toMatchObject({ withdrawn: false });
        expect(answer.awardedOn! <= one.today).toBe(true);
        expect(answer.inDateUntil! >= one.startsOn && answer.inDateUntil! >= one.today).toBe(true);
        expect(["ZQA", "ZQB", "ZQC"]).toContain(answer.awardedBy);
      }
    }),
    runs,
  );
});

function near(a: AwardEvidence, b: AwardEvidence): boolean {
  return a.competence === b.competence && Math.abs(Date.parse(a.awardedOn) - Date.parse(b.awardedOn)) <= 3 * 86_400_000;
}

/** Whether two statements are joined by steps of up to three days: what is said of one award, and of its neighbours. */
function chained(awards: readonly AwardEvidence[], from: AwardEvidence, to: AwardEvidence): boolean {
  const reached = new Set([from]);
  for (let size = 0; size !== reached.size; ) {
    size = reached.size;
    for (const it of awards) if ([...reached].some((one) => near(one, it))) reached.add(it);
  }
  return reached.has(to);
}
