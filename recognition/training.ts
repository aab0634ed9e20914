/** What of the training asked need not be repeated, and why. */
import { suggestCompetences } from "../schema/codes/competence-words";
import { type Route, routesTo } from "./cover";
import { lastDayInDate } from "./days";
import { type Group, groupAwards } from "./grouping";
import { type Acceptance, acceptanceOf, acceptances, isSignatory } from "./issuer";
import type { Answer, AwardEvidence, Question, Requirement, Rules, UnmappedLearning, Verdict, Why } from "./question";

type Statement = AwardEvidence & { readonly authoritative: boolean; readonly fromEsr: boolean };

/** The order of verdicts over several pieces of evidence: a yes on any is a yes; what may yet be one is not a no. */
const preference: readonly Verdict[] = ["NOT_TO_REPEAT", "UNKNOWN", "EXPIRES_BEFORE_START", "REPEAT", "EACH_EMPLOYER_DECIDES"];

export function answerTraining(requirement: Requirement, question: Question, rules: Rules): Answer {
  const nothing: Answer = {
    requirement,
    verdict: "UNKNOWN",
    why: "NOTHING_SENT",
    evidence: undefined,
    awardedBy: undefined,
    awardedOn: undefined,
    inDateUntil: undefined,
    rule: undefined,
    waitsFor: undefined,
    daysApart: 0,
  };
  if (requirement.competence === undefined) return nothing;
  const routes = routesTo(requirement.competence, question, rules);
  const groups = groupAwards<Statement>(question.awards.map((it) => ({ ...it, authoritative: false, fromEsr: it.heldByEsr })));
  const held = routes.flatMap((route) =>
    groups.filter((group) => group.competence === route.held).map((group) => judge(requirement, route, group, question, rules)),
  );
  const best = held.sort(better)[0];
  // A yes needs no course map, and what is already unknown says more of itself than a course without a map would.
  if (best && (best.verdict === "NOT_TO_REPEAT" || best.verdict === "UNKNOWN")) return best;
  return waitingForMap(requirement, routes, question, rules) ?? best ?? { ...nothing, rule: routes[0]!.period };
}

function judge(requirement: Requirement, route: Route, group: Group<Statement>, question: Question, rules: Rules): Answer {
  const { statement, acceptance } = bestStatement(group, question, rules);
  const inDateUntil = route.period?.months == null ? undefined : lastDayInDate(group.awardedOn, route.period.months);
  const { verdict, why, waitsFor } = decide({ route, group, statement, acceptance, inDateUntil, question, rules });
  const { authoritative: _authoritative, fromEsr: _fromEsr, ...evidence } = statement;
  return {
    requirement,
    verdict,
    why,
    evidence,
    awardedBy: statement.awardedBy,
    awardedOn: group.awardedOn,
    inDateUntil,
    rule: route.period,
    waitsFor,
    daysApart: group.daysApart,
    ...(statement.suspected ? { caveat: "EVIDENCE_SUSPECTED" as const } : {}),
  };
}

/** Of the statements of one award, the one whose issuer is taken best; the day is the earliest whoever says it. */
function bestStatement(group: Group<Statement>, question: Question, rules: Rules): { statement: Statement; acceptance: Acceptance } {
  return group.awards
    .filter((it) => !it.withdrawn)
    .map((statement) => ({
      statement,
      acceptance: acceptanceOf({ ...statement, awardedOn: group.awardedOn }, question.organisation, rules),
    }))
    .reduce((best, next) => (reliance(next) < reliance(best) ? next : best));
}

/** Of two that are taken alike, the one that its source still lists. */
function reliance({ statement, acceptance }: { statement: Statement; acceptance: Acceptance }): number {
  return acceptances.indexOf(acceptance) * 2 + Number(statement.suspected === true);
}

interface Case {
  readonly route: Route;
  readonly group: Group<Statement>;
  readonly statement: Statement;
  readonly acceptance: Acceptance;
  readonly inDateUntil: string | undefined;
  readonly question: Question;
  readonly rules: Rules;
}
interface Decision {
  readonly verdict: Verdict;
  readonly why: Why;
  readonly waitsFor: string | undefined;
}

/** First what no doubt can change (not accepted, run out), then the doubts; a yes is what is left over. */
function decide({ route, group, statement, acceptance, inDateUntil, question, rules }: Case): Decision {
  const { today, startsOn, organisation } = question;
  const say = (verdict: Verdict, why: Why, waitsFor: string | undefined = organisation): Decision => ({ verdict, why, waitsFor });

  if (acceptance === "NOT_TRANSFERABLE") return say("REPEAT", "NOT_TRANSFERABLE");
  if (group.awardedOn > today) return say("UNKNOWN", "AWARD_IN_FUTURE", statement.controllerOrg);
  if (inDateUntil !== undefined && inDateUntil < today) return say("REPEAT", shortened(route, group, startsOn) ?? "EXPIRED");
  if (acceptance === "NOT_ACCEPTED") return say("REPEAT", "ISSUER_NOT_ACCEPTED");
  if (inDateUntil !== undefined && inDateUntil < startsOn)
    return say("EXPIRES_BEFORE_START", shortened(route, group, startsOn) ?? "RUNS_OUT_BEFORE_START");
  if (group.disputed) return say("UNKNOWN", "SOURCES_DISAGREE", group.awards.find((it) => it.withdrawn)?.controllerOrg);
  if (acceptance === "UNKNOWN")
    return say("UNKNOWN", "ISSUER_UNKNOWN", statement.awardedBy === undefined ? statement.controllerOrg : organisation);
  if (acceptance === "ACCEPTED" && !isSignatory(rules.standingOf(organisation), startsOn)) return say("UNKNOWN", "RECEIVER_NOT_SIGNATORY");
  if (route.line?.assumed) return say("UNKNOWN", "COVER_ASSUMED");
  if (route.period === undefined) return say("UNKNOWN", "PERIOD_UNKNOWN");
  const why = route.line ? "COVERED_BY_HIGHER_LEVEL" : inDateUntil === undefined ? "NO_EXPIRY" : "IN_DATE";
  return { verdict: "NOT_TO_REPEAT", why, waitsFor: undefined };
}

/** Run out by the receiving organisation's own period, where the national one would have reached the start day. */
function shortened({ period }: Route, group: Group<Statement>, startsOn: string): Why | undefined {
  if (period?.basis !== "LOCAL_DEVIATION" || period.nationalMonths === undefined) return undefined;
  return lastDayInDate(group.awardedOn, period.nationalMonths) >= startsOn ? "LOCAL_PERIOD_SHORTER" : undefined;
}

const noEnd = "9999-12-31";

/** Best first, and the same whatever the order in which evidence is given. */
function better(a: Answer, b: Answer): number {
  return (
    preference.indexOf(a.verdict) - preference.indexOf(b.verdict) ||
    descending(lastDayOf(a), lastDayOf(b)) ||
    // What was asked for itself says more than what covers it.
    Number(a.evidence?.competence !== a.requirement.competence) - Number(b.evidence?.competence !== b.requirement.competence) ||
    descending(a.awardedOn ?? "", b.awardedOn ?? "") ||
    descending(b.why, a.why) ||
    descending(b.evidence?.id ?? "", a.evidence?.id ?? "")
  );
}

/** No expiry outlasts every day; an unknown period none. */
function lastDayOf(answer: Answer): string {
  return answer.inDateUntil ?? (answer.rule ? noEnd : "");
}

function descending(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}

/**
 * A finished course without a competence may be what is asked, by its title. It counts as waiting only if the award could
 * still help on the start day: nobody is to map a course for a training that has run out anyway.
 */
function waitingForMap(requirement: Requirement, routes: readonly Route[], question: Question, rules: Rules): Answer | undefined {
  const waiting = question.unmapped.flatMap((course) => {
    const suggested = new Set(suggestCompetences(course.title).map(({ identity }) => identity));
    return routes
      .filter((route) => suggested.has(route.held))
      .map((route) => ({ course, answer: judge(requirement, route, supposed(course, route.held), question, rules) }));
  });
  const [best] = waiting
    .filter(({ answer }) => answer.verdict === "NOT_TO_REPEAT" || (answer.verdict === "UNKNOWN" && answer.why !== "AWARD_IN_FUTURE"))
    .sort((a, b) => descending(a.course.completedOn, b.course.completedOn) || descending(b.course.organisation, a.course.organisation));
  if (!best) return undefined;
  return {
    ...best.answer,
    verdict: "UNKNOWN",
    why: "WAITS_FOR_COURSE_MAP",
    evidence: undefined,
    // Nothing is awarded yet: no day and no last day are claimed.
    awardedBy: undefined,
    awardedOn: undefined,
    inDateUntil: undefined,
    waitsFor: best.course.organisation,
  };
}

function supposed(course: UnmappedLearning, competence: string): Group<Statement> {
  const statement: Statement = {
    id: "",
    competence,
    awardedOn: course.completedOn,
    awardedBy: course.organisation,
    controllerOrg: course.organisation,
    withdrawn: false,
    heldByEsr: false,
    authoritative: false,
    fromEsr: false,
  };
  return { competence, awardedOn: course.completedOn, daysApart: 0, disputed: false, awards: [statement] };
}
