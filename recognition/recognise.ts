/** What a starter need not repeat: one answer per requirement, in the order asked. Pure: the same question, the same answers. */
import { answerCheck } from "./checks";
import { answerHealth } from "./health";
import { type Answer, healthStandards, type Question, type Requirement, type Rules, type Verdict } from "./question";
import { answerTraining } from "./training";

export function recognise(question: Question, rules: Rules): readonly Answer[] {
  return asked(question).flatMap((requirement) => {
    if (requirement.standard === "TRAINING") return [answerTraining(requirement, question, rules)];
    if (!healthStandards.has(requirement.standard)) return [answerCheck(requirement, question)];
    // Who may not see health gets no health item, not even one that says so.
    return question.clearances === undefined ? [] : [answerHealth(requirement, question, question.clearances)];
  });
}

/** Exposure-prone work asks for its clearance whether or not the organisation's list says it. */
function asked(question: Question): readonly Requirement[] {
  const { requirements, exposureProneWork } = question;
  const listed = requirements.some(({ standard }) => standard === "EXPOSURE_PRONE");
  return exposureProneWork && !listed ? [...requirements, { standard: "EXPOSURE_PRONE" }] : requirements;
}

/** Counts over training only: checks are decided one by one, and health is counted nowhere. */
export interface Summary {
  readonly asked: number;
  readonly notToRepeat: number;
  readonly repeat: number;
  readonly expiresBeforeStart: number;
  readonly unknown: number;
  /** Sum of the stated minutes of what need not be repeated; null when none of it states any. */
  readonly minutesSaved: number | null;
}

export function summarise(answers: readonly Answer[]): Summary {
  const training = answers.filter(({ requirement }) => requirement.standard === "TRAINING");
  const of = (verdict: Verdict) => training.filter((answer) => answer.verdict === verdict);
  const minutes = of("NOT_TO_REPEAT").flatMap(({ requirement }) => requirement.minutes ?? []);
  return {
    asked: training.length,
    notToRepeat: of("NOT_TO_REPEAT").length,
    repeat: of("REPEAT").length,
    expiresBeforeStart: of("EXPIRES_BEFORE_START").length,
    unknown: of("UNKNOWN").length,
    minutesSaved: minutes.length === 0 ? null : minutes.reduce((sum, one) => sum + one, 0),
  };
}
