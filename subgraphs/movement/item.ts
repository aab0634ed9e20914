/** One answer of recognition in the graph's words. */
import { daysBetween } from "../../recognition/days";
import { sameAwardDays } from "../../recognition/grouping";
import type { Answer, Question } from "../../recognition/question";
import { competenceInWords, monthsInWords, sentenceOf } from "../../recognition/sentences";
import type { EsrStanding } from "../../schema/learning/esr-standing";
import type { LearningRow } from "../../store/read/parts";
import type { RequestContext } from "../kit/context";
import { esrOfAward } from "../kit/esr";
import type { ReadinessItem } from "./types";

export interface ItemContext {
  readonly context: RequestContext;
  readonly question: Question;
  readonly learning: LearningRow | undefined;
  /** Whether somebody may hold it whom the caller may not see: then "nothing sent" would say too much. */
  mayBeHidden(answer: Answer): boolean;
}

/** What is said where somebody may hold it whom the caller may not see. */
const hiddenWords: Readonly<Partial<Record<Answer["why"], string>>> = {
  NOTHING_SENT: "Nothing has been sent that may be seen here; this is not a no",
  COUNTS_AS_NEW: "No evidence of clearance for exposure-prone work may be seen here; counts as new to it until there is some",
};

const titles: Readonly<Record<string, string>> = {
  IDENTITY: "Identity",
  RIGHT_TO_WORK: "Right to work",
  PROFESSIONAL_REGISTRATION: "Professional registration and qualification",
  EMPLOYMENT_HISTORY: "Employment history and references",
  CRIMINAL_RECORD: "Criminal record (DBS)",
  WORK_HEALTH: "Work health assessment",
  EXPOSURE_PRONE: "Exposure-prone work",
};

export function itemOf(answer: Answer, of: ItemContext): ReadinessItem {
  const { context, question } = of;
  const { standard, competence, minutes } = answer.requirement;
  const [, subject, level, variant] = competence?.split("|") ?? [];
  const organisation = (odsCode: string | undefined) => (odsCode === undefined ? null : context.organisation(odsCode));
  const nameOf = (odsCode: string) => context.organisation(odsCode).name ?? odsCode;
  return {
    standard,
    competence: competence ?? null,
    title: competence === undefined ? (titles[standard] ?? standard) : competenceInWords(competence),
    subject: subject || null,
    level: level || null,
    variant: variant || null,
    verdict: answer.verdict,
    why: answer.why,
    caveat: answer.caveat ?? null,
    say: (of.mayBeHidden(answer) ? hiddenWords[answer.why] : undefined) ?? sentenceOf(answer, question, nameOf),
    awardedBy: organisation(answer.awardedBy),
    awardedOn: answer.awardedOn ?? null,
    inDateUntil: answer.inDateUntil ?? null,
    rule: answer.rule
      ? {
          basis: answer.rule.basis,
          period: answer.rule.months === null ? "no renewal" : monthsInWords(answer.rule.months),
          months: answer.rule.months,
          reason: answer.rule.reason ?? null,
          source: answer.rule.source ?? null,
        }
      : null,
    esr: esrOf(answer, of),
    waitsFor: organisation(answer.waitsFor),
    from: organisation(answer.evidence?.controllerOrg),
    daysApart: answer.daysApart,
    minutes: minutes ?? null,
  };
}

/** How far the award has come on its way into ESR, by the best of its statements (up to three days apart). */
function esrOf({ evidence, awardedOn }: Answer, { question, learning }: ItemContext): EsrStanding | null {
  if (!evidence || awardedOn === undefined) return null;
  const told = question.awards
    .filter((it) => it.competence === evidence.competence && Math.abs(daysBetween(awardedOn, it.awardedOn)) <= sameAwardDays)
    .map(({ id, heldByEsr, withdrawn }) => ({ id, fromEsr: heldByEsr, withdrawn }));
  return esrOfAward(told, { deliveries: learning?.deliveries ?? null, judgements: learning?.judgements ?? null });
}
