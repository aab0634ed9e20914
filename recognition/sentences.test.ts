import { award, children, fire, questionOf, rulesOf, unmapped } from "../test/recognition/question";
import type { Answer, Question, Why } from "./question";
import { recognise } from "./recognise";
import { competenceInWords, sentenceOf, sentences } from "./sentences";

const names: Record<string, string> = { ZQA: "Northbridge", ZQB: "Eastmoor", ZQC: "Saltmarsh", ZQE: "Harrowdene" };
const nameOf = (odsCode: string) => names[odsCode] ?? odsCode;
const deviations = [{ organisation: "ZQB", competence: fire, months: 12, reason: "timber-framed wards" }];

function said(competence: string, question: Partial<Question>, rules = rulesOf({ deviations, covers: [{}] })): string {
  const asked = questionOf({ requirements: [{ standard: "TRAINING", competence }], ...question });
  return sentenceOf(recognise(asked, rules)[0]!, asked, nameOf);
}

test("a deviation is told as the organisation's own rule, with the day on which the award ran out", () => {
  expect(said(fire, { awards: [award(fire, "2025-08-04")] })).toBe(
    "Eastmoor asks every 12 months (nationally every 24 months); yours ran out on 3 August 2026",
  );
  expect(said(fire, { awards: [award(fire, "2025-11-30")] })).toBe(
    "Eastmoor asks every 12 months (nationally every 24 months); yours runs out on 29 November 2026",
  );
});

test("nothing sent is said not to be a no", () => {
  expect(said(fire, {})).toBe("No system has sent anything; this is not a no");
});

test("a cover names the level held, a course without a map whose move it is, two days that differ the difference", () => {
  expect(said(children(2), { awards: [award(children(3), "2026-03-10")] })).toBe(
    "Covered by Safeguarding children (Level 3), in date until 9 March 2029; awarded by Northbridge on 10 March 2026",
  );
  expect(said(fire, { unmapped: [unmapped("Fire", "2026-05-01")] })).toBe(
    "A finished course may be this; it waits for Northbridge to say what the course awards",
  );
  expect(said(fire, { awards: [award(fire, "2026-03-10"), award(fire, "2026-03-11")] })).toBe(
    "In date until 9 March 2027; awarded by Northbridge on 10 March 2026; two systems differ by a day",
  );
});

test("an issuer that is not accepted is named", () => {
  expect(said(fire, { awards: [award(fire, "2026-03-10", { awardedBy: "ZQE" })] })).toMatch(/^Awarded by Harrowdene on 10 March 2026, /);
});

test("every reason has a sentence that is whole even when nothing else is known", () => {
  const bare: Omit<Answer, "why"> = {
    requirement: { standard: "IDENTITY" },
    verdict: "UNKNOWN",
    evidence: undefined,
    awardedBy: undefined,
    awardedOn: undefined,
    inDateUntil: undefined,
    rule: undefined,
    waitsFor: undefined,
    daysApart: 0,
  };
  for (const why of Object.keys(sentences) as Why[]) {
    const text = sentenceOf({ ...bare, why }, questionOf(), nameOf);
    expect(text).toMatch(/^[A-Z].{15,}[a-z0-9]$/);
    expect(text).not.toMatch(/undefined|null|NaN|_/);
  }
});

test("a competence is told by its name, and what the list does not know by its parts", () => {
  expect(competenceInWords(fire)).toBe("Fire safety");
  expect(competenceInWords("LOCAL-992|Blood Fridge|2|Adult")).toBe("Blood Fridge Adult (Level 2)");
});
