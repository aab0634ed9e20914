/** Each answer in plain English, for the page, the command line and the passport. Names come from the caller. */
import { competenceOf } from "../schema/codes/competences";
import { dayInWords, neededOn } from "./days";
import type { Answer, Caveat, Question, Why } from "./question";

/** Name of an organisation by its ODS code. */
export type NameOf = (odsCode: string) => string;

interface Telling {
  /** The receiving organisation. */
  readonly receiver: string;
  readonly issuer: string;
  /** Whose move it is. */
  readonly mover: string;
  readonly asks: string;
  readonly nationally: string;
  readonly until: string;
  /** Of the last day: "ran out" or "runs out". */
  readonly runs: string;
  readonly awarded: string;
  readonly held: string;
  readonly startsOn: string;
  /** The start, or today for who has started. */
  readonly neededOn: string;
}

/** Sentences begin with a capital and have no full stop, so that they fit into a list and a cell. */
export const sentences: Readonly<Record<Why, (of: Telling) => string>> = {
  IN_DATE: (of) => `In date until ${of.until}; awarded by ${of.issuer} on ${of.awarded}`,
  COVERED_BY_HIGHER_LEVEL: (of) => `Covered by ${of.held}, in date until ${of.until}; awarded by ${of.issuer} on ${of.awarded}`,
  NO_EXPIRY: (of) => `Does not expire; awarded by ${of.issuer} on ${of.awarded}`,
  EXPIRED: (of) => `${of.receiver} asks ${of.asks}; yours ran out on ${of.until}`,
  RUNS_OUT_BEFORE_START: (of) => `${of.receiver} asks ${of.asks}; yours runs out on ${of.until}, before the start on ${of.startsOn}`,
  LOCAL_PERIOD_SHORTER: (of) => `${of.receiver} asks ${of.asks}${of.nationally}; yours ${of.runs} on ${of.until}`,
  NOTHING_SENT: () => "No system has sent anything; this is not a no",
  WAITS_FOR_COURSE_MAP: (of) => `A finished course may be this; it waits for ${of.mover} to say what the course awards`,
  SOURCES_DISAGREE: (of) => `One system says awarded on ${of.awarded}, another has withdrawn it; ${of.mover} can say which is right`,
  PERIOD_UNKNOWN: (of) => `Awarded on ${of.awarded}; nobody has stated how long it is in date at ${of.receiver}`,
  COVER_ASSUMED: (of) => `Perhaps covered by ${of.held}; ${of.receiver} has not confirmed it`,
  ISSUER_UNKNOWN: (of) => `Awarded on ${of.awarded} by ${of.issuer}; whether ${of.receiver} accepts it is not known`,
  ISSUER_NOT_ACCEPTED: (of) =>
    `Awarded by ${of.issuer} on ${of.awarded}, who that day was not aligned or not in the agreement to recognise each other's training`,
  NOT_TRANSFERABLE: (of) => `A competence of ${of.issuer} alone: only national competences count at another organisation`,
  AWARD_IN_FUTURE: (of) => `The award is dated ${of.awarded}, which has not come yet; ${of.mover} can correct it`,
  RECEIVER_NOT_SIGNATORY: (of) =>
    `Awarded by ${of.issuer} on ${of.awarded}; ${of.receiver} is not in the agreement to recognise others' training and decides itself`,
  EMPLOYER_MUST_CHECK: (of) => `${of.receiver} must check this itself`,
  LEAD_EMPLOYER_CHECKED: (of) => `Checked by the lead employer, ${of.issuer}, who stays the employer`,
  SUBSTANTIVE_EMPLOYER_CHECKED: (of) => `Checked by ${of.issuer}, who stays the employer during the secondment`,
  DBS_PORTABLE: (of) => `Issued on ${of.awarded}, under three years old on the start day`,
  DBS_TYPE_UNKNOWN: (of) => `Issued on ${of.awarded}; ${of.mover} has not said which type of check it was`,
  DBS_TOO_OLD: (of) => `Issued on ${of.awarded}, three years old or more on the start day`,
  DBS_DATE_UNKNOWN: (of) => `The day of the check is missing or lies ahead; ${of.mover} can correct it`,
  CHECK_NOT_COMPLETED: (of) => `The check is not completed at ${of.mover}`,
  CLEARANCE_RELIED_ON: (of) => `Cleared by ${of.issuer} until ${of.until}`,
  CLEARANCE_CONDITIONAL: (of) => `The clearance has conditions; ${of.receiver}'s occupational health decides`,
  CLEARANCE_OTHER_WORK: (of) => `The clearance is not for this kind of work; ${of.receiver}'s occupational health decides`,
  CLEARANCE_RUNS_OUT: (of) => `The clearance does not hold on ${of.neededOn}`,
  CLEARANCE_END_UNKNOWN: (of) => `The clearance has no last day, so nothing shows that it holds on ${of.neededOn}`,
  CLEARANCE_PENDING: () => "Occupational health has not decided yet",
  NO_AGREEMENT: (of) => `No agreement with the lead employer is in force on ${of.neededOn}; ${of.receiver}'s occupational health decides`,
  EXPOSURE_PRONE_RESTRICTED: (of) => `Exposure-prone work needs a decision of ${of.receiver}'s occupational health`,
  COUNTS_AS_NEW: () => "No evidence of clearance for exposure-prone work; counts as new to it",
};

/** The sentence of an answer. */
export function sentenceOf(answer: Answer, question: Pick<Question, "organisation" | "startsOn" | "today">, nameOf: NameOf): string {
  const { rule, inDateUntil } = answer;
  const said = sentences[answer.why]({
    receiver: nameOf(question.organisation),
    issuer: answer.awardedBy === undefined ? "an organisation that is not named" : nameOf(answer.awardedBy),
    mover: answer.waitsFor === undefined ? "nobody" : nameOf(answer.waitsFor),
    asks: rule?.months == null ? "for this" : monthsInWords(rule.months),
    nationally: rule?.nationalMonths === undefined ? "" : ` (nationally ${monthsInWords(rule.nationalMonths)})`,
    until: inDateUntil === undefined ? "further notice" : dayInWords(inDateUntil),
    awarded: answer.awardedOn === undefined ? "a day that is not stated" : dayInWords(answer.awardedOn),
    held: answer.evidence ? competenceInWords(answer.evidence.competence) : "a higher level",
    startsOn: dayInWords(question.startsOn),
    neededOn: dayInWords(neededOn(question)),
    runs: inDateUntil !== undefined && inDateUntil < question.today ? "ran out" : "runs out",
  });
  const apart = answer.daysApart === 0 ? "" : `; two systems differ by ${answer.daysApart === 1 ? "a day" : `${answer.daysApart} days`}`;
  const caveat = answer.caveat === undefined ? "" : `; ${caveats[answer.caveat]}`;
  return said + apart + caveat;
}

/** Said after the reason: what whoever relies on it has to know. */
const caveats: Readonly<Record<Caveat, string>> = {
  EVIDENCE_SUSPECTED: "the last list of its source lacks it, which nobody has confirmed yet",
};

/** "every 12 months". */
export function monthsInWords(months: number): string {
  return months === 1 ? "every month" : `every ${months} months`;
}

/** "Safeguarding children (Level 3)"; what the list does not know is told by its parts. */
export function competenceInWords(identity: string): string {
  const known = competenceOf(identity);
  if (known) return known.title;
  const [, subject = identity, level, variant] = identity.split("|");
  return [subject, variant].filter(Boolean).join(" ") + (level && level !== "1" ? ` (Level ${level})` : "");
}
