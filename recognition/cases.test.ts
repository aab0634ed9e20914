/**
 * The planted cases against the hand-written tables of test/recognition. `mutations.test.ts` leaves each rule out in turn
 * and demands that a case here fails.
 */

import { competences, nationalFrameworks } from "../schema/codes/competences";
import { checkCases } from "../test/recognition/check-cases";
import { award, type Case, fire, ig, questionOf, rulesOf, start, today } from "../test/recognition/question";
import { trainingCases } from "../test/recognition/training-cases";
import { healthStandards } from "./question";
import { recognise, summarise } from "./recognise";

const cases = [...trainingCases, ...checkCases];

test.each(cases.map((one): [string, Case] => [`${one.rule}: ${one.name}`, one]))("%s", (_name, one) => {
  const answers = recognise(questionOf(one.question), rulesOf(one.rules ?? {}));
  expect(answers.map(({ verdict, why }) => `${verdict} ${why}`)).toEqual([`${one.verdict} ${one.why}`]);
  if (one.until !== undefined) expect(answers[0]!.inDateUntil).toBe(one.until);
  if (one.waitsFor !== undefined) expect(answers[0]!.waitsFor).toBe(one.waitsFor);
  expect(answers[0]!.caveat).toBe(one.caveat);
});

test("there are more than ninety, and each has a name of its own", () => {
  expect(cases.length).toBeGreaterThan(90);
  expect(new Set(cases.map(({ rule, name }) => `${rule}: ${name}`)).size).toBe(cases.length);
});

test("the list of what is transferable holds national competences only", () => {
  for (const { framework } of competences) expect(nationalFrameworks).toContain(framework);
});

test("who may not see health gets no health item at all, not even for exposure-prone work", () => {
  const requirements = [{ standard: "IDENTITY" }, { standard: "WORK_HEALTH" }, { standard: "EXPOSURE_PRONE" }] as const;
  const asked = (clearances: [] | undefined) =>
    recognise(questionOf({ requirements, exposureProneWork: true, clearances }), rulesOf({})).map(
      ({ requirement }) => requirement.standard,
    );
  expect(asked(undefined)).toEqual(["IDENTITY"]);
  expect(asked([])).toEqual(["IDENTITY", "WORK_HEALTH", "EXPOSURE_PRONE"]);
  expect([...healthStandards]).toEqual(["WORK_HEALTH", "EXPOSURE_PRONE"]);
});

test("exposure-prone work asks for its clearance whether or not the list says so, and once", () => {
  const asked = (requirements: { standard: "EXPOSURE_PRONE" }[], exposureProneWork: boolean) =>
    recognise(questionOf({ requirements, exposureProneWork, clearances: [] }), rulesOf({})).map(({ why }) => why);
  expect(asked([], true)).toEqual(["COUNTS_AS_NEW"]);
  expect(asked([{ standard: "EXPOSURE_PRONE" }], true)).toEqual(["COUNTS_AS_NEW"]);
  expect(asked([], false)).toEqual([]);
});

test("an answer says who awarded it, when, by which rule, and by how many days two systems differ", () => {
  const awards = [award(fire, "2026-03-11", { heldByEsr: true }), award(fire, "2026-03-10")];
  const deviations = [{ organisation: "ZQB", competence: fire, months: 12, reason: "timber-framed wards", approvedBy: "Estates" }];
  const question = questionOf({ requirements: [{ standard: "TRAINING", competence: fire }], awards });
  expect(recognise(question, rulesOf({ deviations }))).toEqual([
    {
      requirement: { standard: "TRAINING", competence: fire },
      verdict: "NOT_TO_REPEAT",
      why: "IN_DATE",
      evidence: awards[0],
      awardedBy: "ZQA",
      awardedOn: "2026-03-10",
      inDateUntil: "2027-03-09",
      rule: { months: 12, basis: "LOCAL_DEVIATION", reason: "timber-framed wards", source: "Estates", nationalMonths: 24 },
      waitsFor: undefined,
      daysApart: 1,
    },
  ]);
});

test("the summary counts training only, and the minutes of what need not be repeated where they are stated", () => {
  const training = (competence: string, minutes?: number) => ({
    standard: "TRAINING" as const,
    competence,
    ...(minutes ? { minutes } : {}),
  });
  const of = (requirements: readonly ReturnType<typeof training>[]) =>
    summarise(
      recognise(
        questionOf({
          requirements: [...requirements, { standard: "IDENTITY" }, { standard: "EXPOSURE_PRONE" }],
          awards: [award(fire, "2026-03-10"), award(ig, "2025-11-30"), award("CSTF|Moving and Handling|2|", "2026-03-10")],
          clearances: [],
        }),
        rulesOf({}),
      ),
    );
  const mixed = [training(fire, 45), training("CSTF|Moving and Handling|2|"), training(ig, 60), training("CSTF|Resuscitation|1|", 60)];
  expect(of(mixed)).toEqual({ asked: 4, notToRepeat: 2, repeat: 0, expiresBeforeStart: 1, unknown: 1, minutesSaved: 45 });
  expect(of([training(fire), training(ig, 60)]).minutesSaved).toBeNull();
  expect(of([])).toEqual({ asked: 0, notToRepeat: 0, repeat: 0, expiresBeforeStart: 0, unknown: 0, minutesSaved: null });
  expect(today < start).toBe(true);
});
