/** The employment checks that are not health: who has to make them again. */
import { lastDayInDate } from "./days";
import type { Answer, CheckEvidence, Question, Requirement, Verdict, Why } from "./question";
import { dbsMonths, isPortableDbs, ruleFor } from "./standards";

/** The outcome that says a check is done; a source may state other steps, and none of them is a completed check. */
const completed = "COMPLETED";

type Found = Pick<Answer, "verdict" | "why"> & Partial<Pick<Answer, "awardedBy" | "awardedOn" | "inDateUntil" | "waitsFor" | "caveat">>;

export function answerCheck(requirement: Requirement, question: Question): Answer {
  return checkAnswer(requirement, found(requirement, question));
}

/** Checks and clearances are no awards: of the evidence only whose it is and its days are told. */
export function checkAnswer(requirement: Requirement, of: Found): Answer {
  return {
    requirement,
    verdict: of.verdict,
    why: of.why,
    evidence: undefined,
    awardedBy: of.awardedBy,
    awardedOn: of.awardedOn,
    inDateUntil: of.inDateUntil,
    rule: undefined,
    waitsFor: of.waitsFor,
    daysApart: 0,
    ...(of.caveat ? { caveat: of.caveat } : {}),
  };
}

/** Evidence that its source no longer lists counts until somebody has confirmed that; the answer says so. */
export const caveatOf = ({ suspected }: { readonly suspected?: boolean }): Pick<Answer, "caveat"> =>
  suspected ? { caveat: "EVIDENCE_SUSPECTED" } : {};

function found(requirement: Requirement, question: Question): Found {
  const { rule, why } = ruleFor(requirement.standard, question.move);
  const checks = question.checks.filter((check) => check.standard === requirement.standard);
  switch (rule) {
    case "EMPLOYER_STAYS":
      return employerChecked(checks, why ?? "EMPLOYER_MUST_CHECK", question);
    case "DBS_OF_DOCTORS_IN_TRAINING":
      return portableDbs(checks, question);
    default:
      return eachDecides(question);
  }
}

export function eachDecides(question: Question, why: Why = "EMPLOYER_MUST_CHECK"): Found {
  return { verdict: "EACH_EMPLOYER_DECIDES", why, waitsFor: question.organisation };
}

/** The employer stays the same: its own completed check is enough, but it must be there. */
function employerChecked(checks: readonly CheckEvidence[], why: Why, question: Question): Found {
  const { employer, organisation, today } = question;
  if (employer === undefined || employer === organisation) return eachDecides(question);
  const own = checks.filter((check) => check.controllerOrg === employer);
  const done = own.filter((check) => check.checkedOn === undefined || check.checkedOn <= today).sort(newestFirst)[0];
  // Not completed, begun again since, or found wanting since: what was done before is no evidence any more.
  const reopened = own.some(({ outcome, checkedOn }) => outcome !== completed && notBefore(checkedOn, done?.checkedOn));
  if (done && !reopened) return { verdict: "NOT_TO_REPEAT", why, awardedBy: employer, awardedOn: done.checkedOn, ...caveatOf(done) };
  return { verdict: "UNKNOWN", why: own.length > 0 ? "CHECK_NOT_COMPLETED" : "NOTHING_SENT", waitsFor: employer };
}

const dbsOrder: readonly Verdict[] = ["NOT_TO_REPEAT", "UNKNOWN", "EACH_EMPLOYER_DECIDES", "EXPIRES_BEFORE_START", "REPEAT"];

/** Portable for doctors in training only, under three years old on the start day, and of a known and sufficient type. */
function portableDbs(checks: readonly CheckEvidence[], question: Question): Found {
  if (!question.doctorInTraining) return eachDecides(question);
  const judged = [...checks].sort(newestFirst).map((check) => judgeDbs(check, question));
  // A stable sort: of two alike the newer counts.
  const best = judged.sort((a, b) => dbsOrder.indexOf(a.verdict) - dbsOrder.indexOf(b.verdict))[0];
  return best ?? { verdict: "UNKNOWN", why: "NOTHING_SENT", waitsFor: question.employer };
}

function judgeDbs(check: CheckEvidence, question: Question): Found {
  const { today, startsOn, organisation } = question;
  if (check.outcome !== completed) return { verdict: "UNKNOWN", why: "CHECK_NOT_COMPLETED", waitsFor: check.controllerOrg };
  if (check.checkedOn === undefined || check.checkedOn > today)
    return { verdict: "UNKNOWN", why: "DBS_DATE_UNKNOWN", waitsFor: check.controllerOrg };
  const inDateUntil = lastDayInDate(check.checkedOn, dbsMonths);
  const of = { awardedBy: check.controllerOrg, awardedOn: check.checkedOn, inDateUntil, ...caveatOf(check) };
  if (inDateUntil < startsOn)
    return { ...of, verdict: inDateUntil < today ? "REPEAT" : "EXPIRES_BEFORE_START", why: "DBS_TOO_OLD", waitsFor: organisation };
  const portable = isPortableDbs(check.dbsType);
  if (portable === undefined) return { ...of, verdict: "UNKNOWN", why: "DBS_TYPE_UNKNOWN", waitsFor: check.controllerOrg };
  return portable ? { ...of, verdict: "NOT_TO_REPEAT", why: "DBS_PORTABLE" } : { ...of, ...eachDecides(question) };
}

/** What has no day may be later than anything. */
function notBefore(day: string | undefined, than: string | undefined): boolean {
  return day === undefined || than === undefined || day >= than;
}

/** Undated last; of one day in a fixed order, so that the order of evidence does not matter. */
function newestFirst(a: CheckEvidence, b: CheckEvidence): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  return left < right ? 1 : left > right ? -1 : 0;
}

function keyOf(check: CheckEvidence): string {
  return [check.checkedOn ?? "", check.outcome, check.dbsType ?? "", check.controllerOrg, check.suspected ? "" : "listed"].join("|");
}
