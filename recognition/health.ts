/** Clearances, for the person and occupational health only. A newer decision against outweighs an older one for. */
import { plainName } from "../schema/codes/data";
import { caveatOf, checkAnswer, eachDecides } from "./checks";
import { neededOn } from "./days";
import type { AgreementInForce, Answer, ClearanceEvidence, Question, Requirement, Why } from "./question";
import { ruleFor } from "./standards";

export function answerHealth(requirement: Requirement, question: Question, clearances: readonly ClearanceEvidence[]): Answer {
  switch (ruleFor(requirement.standard, question.move).rule) {
    case "CLEARANCE_OF_LEAD_EMPLOYER":
      return reliedOn(requirement, question, clearances);
    case "EVIDENCE_OF_CLEARANCE":
      return exposureProne(requirement, question, clearances);
    default:
      return checkAnswer(requirement, eachDecides(question));
  }
}

/** The hindrances from the nearest to a yes to the farthest: of several clearances the nearest one is told. */
const hindrances: readonly Why[] = [
  "NO_AGREEMENT",
  "CLEARANCE_END_UNKNOWN",
  "CLEARANCE_RUNS_OUT",
  "CLEARANCE_CONDITIONAL",
  "CLEARANCE_PENDING",
  "CLEARANCE_OTHER_WORK",
];

/** A host relies on the lead employer's clearance, or decides itself: there is no third answer. */
function reliedOn(requirement: Requirement, question: Question, clearances: readonly ClearanceEvidence[]): Answer {
  const { employer, organisation } = question;
  if (employer === undefined || employer === organisation) return checkAnswer(requirement, eachDecides(question));
  const judged = clearances
    .filter((it) => it.controllerOrg === employer)
    .map((it) => ({ clearance: it, against: hindrance(it, clearances, question) }));
  const good = judged.filter(({ against }) => against === undefined).sort((a, b) => lastFirst(a.clearance, b.clearance))[0];
  if (good) return checkAnswer(requirement, { ...telling(good.clearance), verdict: "NOT_TO_REPEAT", why: "CLEARANCE_RELIED_ON" });
  const nearest = hindrances.find((why) => judged.some(({ against }) => against === why));
  return checkAnswer(requirement, eachDecides(question, nearest));
}

function hindrance(clearance: ClearanceEvidence, all: readonly ClearanceEvidence[], question: Question): Why | undefined {
  const { startsOn, today, employer, organisation } = question;
  const on = neededOn(question);
  if (!sameWork(clearance, question)) return "CLEARANCE_OTHER_WORK";
  if (clearance.decidedOn !== undefined && clearance.decidedOn > today) return "CLEARANCE_PENDING";
  // Itself, somebody's later "conditional", or the lead employer's own decision that is open again, outweighs a yes.
  const later = all.filter((it) => sameWork(it, question) && notBefore(it.decidedOn, clearance.decidedOn));
  if (later.some((it) => it.clearedForRole === "CONDITIONAL")) return "CLEARANCE_CONDITIONAL";
  if (later.some((it) => it.clearedForRole === "PENDING" && it.controllerOrg === employer)) return "CLEARANCE_PENDING";
  if (clearance.validUntil === undefined) return "CLEARANCE_END_UNKNOWN";
  if (clearance.validUntil < on) return "CLEARANCE_RUNS_OUT";
  const inForce = (day: string) => question.agreements.some((it) => isInForce(it, employer, organisation, day));
  return inForce(startsOn) && inForce(on) ? undefined : "NO_AGREEMENT";
}

/** Decided for this job role, or for the whole staff group; a clearance that names no work is for no known work. */
function sameWork(clearance: ClearanceEvidence, question: Question): boolean {
  if (clearance.role === undefined) return false;
  const role = plainName(clearance.role);
  return role === plainName(question.staffGroup) || (question.jobRole !== undefined && role === plainName(question.jobRole));
}

/** What has no day may be later than anything. */
function notBefore(day: string | undefined, than: string | undefined): boolean {
  return day === undefined || than === undefined || day >= than;
}

function isInForce(agreement: AgreementInForce, controller: string | undefined, organisation: string, on: string): boolean {
  return (
    agreement.controllerOrg === controller &&
    agreement.organisation === organisation &&
    agreement.startsOn <= on &&
    (agreement.endsBefore === undefined || on < agreement.endsBefore)
  );
}

/**
 * Who moves between exposure-prone posts gives evidence of clearance, from wherever, or is treated as new. That staff who
 * practised before August 2008 need none cannot be told from what systems send.
 */
function exposureProne(requirement: Requirement, question: Question, clearances: readonly ClearanceEvidence[]): Answer {
  const { today, organisation } = question;
  const on = neededOn(question);
  const stated = clearances.filter((it) => it.exposureProne !== undefined);
  const against = stated.filter((it) => it.exposureProne === "RESTRICTED" || it.exposureProne === "NOT_CLEARED");
  const outweighed = (it: ClearanceEvidence) => against.some((other) => notBefore(other.decidedOn, it.decidedOn));
  const cleared = stated
    .filter((it) => it.exposureProne === "CLEARED" && (it.decidedOn === undefined || it.decidedOn <= today) && !outweighed(it))
    .sort(lastFirst);
  const inForce = cleared.find((it) => it.validUntil !== undefined && it.validUntil >= on);
  if (inForce) return checkAnswer(requirement, { ...telling(inForce), verdict: "NOT_TO_REPEAT", why: "CLEARANCE_RELIED_ON" });
  if (against.length > 0) return checkAnswer(requirement, eachDecides(question, "EXPOSURE_PRONE_RESTRICTED"));
  const endless = cleared.find((it) => it.validUntil === undefined);
  if (endless) {
    const waitsFor = endless.controllerOrg;
    return checkAnswer(requirement, { ...telling(endless), verdict: "UNKNOWN", why: "CLEARANCE_END_UNKNOWN", waitsFor });
  }
  const runsOut = cleared[0];
  if (runsOut) {
    const verdict = runsOut.validUntil! < today ? "REPEAT" : "EXPIRES_BEFORE_START";
    return checkAnswer(requirement, { ...telling(runsOut), verdict, why: "CLEARANCE_RUNS_OUT", waitsFor: organisation });
  }
  const open = stated.filter((it) => it.exposureProne === "PENDING").sort(lastFirst)[0];
  if (open) return checkAnswer(requirement, { verdict: "UNKNOWN", why: "CLEARANCE_PENDING", waitsFor: open.controllerOrg });
  return checkAnswer(requirement, { verdict: "REPEAT", why: "COUNTS_AS_NEW", waitsFor: organisation });
}

function telling(clearance: ClearanceEvidence): Pick<Answer, "awardedBy" | "awardedOn" | "inDateUntil" | "caveat"> {
  const { controllerOrg, decidedOn, validUntil } = clearance;
  return { awardedBy: controllerOrg, awardedOn: decidedOn, inDateUntil: validUntil, ...caveatOf(clearance) };
}

/** The one that holds longest first, then by day and whose it is, so that the order of evidence does not matter. */
function lastFirst(a: ClearanceEvidence, b: ClearanceEvidence): number {
  const [left, right] = [a, b].map((it) =>
    [it.validUntil ?? "", it.decidedOn ?? "", it.controllerOrg, it.suspected ? "" : "listed"].join("|"),
  ) as [string, string];
  return left < right ? 1 : left > right ? -1 : 0;
}
