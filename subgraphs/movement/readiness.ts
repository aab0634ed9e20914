/** What somebody need not repeat, for one caller: rows that the caller may see, asked of recognition, told in words. */
import { readsForPerson } from "../../access/actors";
import { daysBetween } from "../../recognition/days";
import { type Answer, healthStandards, type Question, type Requirement } from "../../recognition/question";
import { recognise, summarise } from "../../recognition/recognise";
import {
  type ChecksRow,
  checksPart,
  type HealthRow,
  healthPart,
  type LearningRow,
  learningPart,
  type MovementRow,
  movementPart,
  type StaffRow,
  staffPart,
} from "../../store/read/parts";
import type { RequestContext, VisiblePerson } from "../kit/context";
import { SourceState, type Withheld } from "../kit/reasons";
import { Mask } from "../kit/records";
import { forbidden } from "../kit/refusals";
import { awardsOf, checksOf, clearancesOf, unmappedOf } from "./evidence";
import { type ItemContext, itemOf } from "./item";
import { isDoctorInTraining, moveOf } from "./move";
import { type MovementRows, postAt, startAt, startsOf } from "./post";
import type { Readiness } from "./types";
import type { UnansweredReason } from "./words";

/** The one line that HR gets of health: the same whether there is anything or not. */
export const healthNote = "Occupational health: ask your OH team";

export interface Asked {
  readonly organisation: string;
  readonly staffGroup?: string | undefined;
  readonly jobRole?: string | undefined;
  readonly startsOn?: string | undefined;
}

/** Posts and placements of a person, as far as the caller may see them; one statement each for everybody asked for at once. */
export async function movementRows(context: RequestContext, person: VisiblePerson): Promise<MovementRows> {
  if (!person.scope.may("R2")) throw forbidden("readiness");
  const [staff, movement] = await Promise.all([
    context.part<StaffRow>("staff", staffPart, ["R1", "R1s", "R2"], person),
    context.part<MovementRow>("movement", movementPart, ["R2"], person),
  ]);
  return { assignments: staff?.assignment ?? [], placements: movement?.placement ?? [] };
}

export async function readinessOf(context: RequestContext, person: VisiblePerson, asked: Asked, given?: MovementRows): Promise<Readiness> {
  const rows = given ?? (await movementRows(context, person));
  const { scope, known } = person;
  const mask = new Mask(context, scope);
  const startsOn = asked.startsOn ?? startAt(startsOf(rows), asked.organisation, context.today)?.startsOn;
  const organisation = context.organisation(asked.organisation);
  const name = organisation.name ?? asked.organisation;
  const principal = await context.principal();
  const holdsHealth = await context.may("answer-health-items", {});
  const base = {
    organisation,
    employer: null,
    move: null,
    startsOn: startsOn ?? null,
    daysLeft: startsOn === undefined ? null : daysBetween(context.today, startsOn),
    staffGroup: asked.staffGroup ?? null,
    jobRole: asked.jobRole ?? null,
    ready: null,
    summary: null,
    items: null,
    partial: null,
    healthNote: holdsHealth ? null : healthNote,
    withheld: [],
  };
  const unanswered = (reason: UnansweredReason, say: string, more: Partial<Readiness> = {}): Readiness => ({
    ...base,
    ...more,
    unanswered: reason,
    say,
  });
  if (startsOn === undefined) return unanswered("START_UNKNOWN", `No placement or offer at ${name} is known; say the day of the start`);
  // Who sees no start there must not learn of one from the kind of move: to them it is as if there were none.
  const seen = startsOf(rows).some((it) => it.organisation === asked.organisation);
  const { move, employer } = moveOf(seen ? known.facts : { ...known.facts, placements: [] }, asked.organisation, startsOn);
  const moving = { move, employer: employer && maySeeEmployer(person, mask) ? context.organisation(employer) : null };
  const post = postAt(rows, asked.organisation, employer, startsOn, mask);
  const staffGroup = asked.staffGroup ?? post.staffGroup;
  const jobRole = asked.jobRole ?? (asked.staffGroup === undefined || asked.staffGroup === post.staffGroup ? post.jobRole : undefined);
  if (staffGroup === undefined)
    return unanswered("STAFF_GROUP_UNKNOWN", "No post that may be seen here says which staff group it is; say the staff group", moving);
  const posted = { ...moving, staffGroup, jobRole: jobRole ?? null };
  const all = context.environment.recognition.requirementsFor({ organisation: asked.organisation, staffGroup, jobRole, startsOn });
  if (all.length === 0) {
    const role = jobRole === undefined ? staffGroup : `${staffGroup}, ${jobRole}`;
    return unanswered("NO_REQUIREMENTS_STATED", `${name} has not stated what it asks of ${role}; this is not "nothing"`, posted);
  }
  const { question, learning, withheld } = await ask(context, person, {
    requirements: all,
    organisation: asked.organisation,
    startsOn,
    staffGroup,
    jobRole,
    move,
    employer,
    holdsHealth,
  });
  const answers = recognise(question, context.environment.recognition.rules);
  const ofPerson = readsForPerson(principal);
  const unseen = unseenLine({ person, ofPerson, mask, name, move, employer, organisation: asked.organisation });
  const mayBeHidden = ({ requirement, waitsFor }: Answer) =>
    healthStandards.has(requirement.standard) || requirement.standard === "TRAINING"
      ? !ofPerson
      : waitsFor !== undefined && !scope.may("R7", waitsFor);
  const of: ItemContext = { context, question, learning, mayBeHidden };
  const counted = scope.may("R3") && answers.some(({ requirement }) => requirement.standard === "TRAINING");
  const summary = counted ? summarise(answers) : null;
  return {
    ...base,
    ...posted,
    ready: summary ? summary.notToRepeat === summary.asked : null,
    summary,
    items: answers.map((answer) => itemOf(answer, of)),
    unanswered: null,
    say: sayOf(answers, summary, name),
    partial: scope.may("R3") ? (unseen ?? null) : null,
    withheld,
  };
}

interface Asking {
  readonly requirements: readonly Requirement[];
  readonly organisation: string;
  readonly startsOn: string;
  readonly staffGroup: string;
  readonly jobRole: string | undefined;
  readonly move: Question["move"];
  readonly employer: string | undefined;
  readonly holdsHealth: boolean;
}

/** Parts that are not for the caller are not read, and what they would answer is not asked. */
async function ask(context: RequestContext, person: VisiblePerson, asking: Asking) {
  const { scope, known } = person;
  const [training, checks, health] = [scope.may("R3"), scope.may("R7"), asking.holdsHealth && scope.may("R4")];
  const [learning, checked, healthRow] = await Promise.all([
    training ? context.part<LearningRow>("learning", learningPart, ["R3"], person) : undefined,
    checks ? context.part<ChecksRow>("checks", checksPart, ["R1", "R7"], person) : undefined,
    health ? context.part<HealthRow>("health", healthPart, ["R4", "R5"], person) : undefined,
  ]);
  const isAsked = ({ standard }: Requirement) => (standard === "TRAINING" ? training : healthStandards.has(standard) ? health : checks);
  const question: Question = {
    today: context.today,
    startsOn: asking.startsOn,
    move: asking.move,
    organisation: asking.organisation,
    employer: asking.employer,
    staffGroup: asking.staffGroup,
    jobRole: asking.jobRole,
    doctorInTraining: isDoctorInTraining(known.facts, context.today),
    exposureProneWork: asking.requirements.some(({ standard }) => standard === "EXPOSURE_PRONE"),
    requirements: asking.requirements.filter(isAsked),
    awards: awardsOf(context, learning, known.firstDays),
    unmapped: unmappedOf(learning),
    checks: checksOf(checked),
    clearances: health ? clearancesOf(context, person, healthRow) : undefined,
    // A host relies on a clearance only under an agreement that both have signed and that lists clearances.
    agreements: known.facts.agreements.filter((it) => it.signedByBoth && it.labels.includes("R4")),
  };
  const withheld: Withheld[] = [];
  const withhold = (field: string) => withheld.push({ field, reason: SourceState.NOT_PERMITTED });
  if (!checks) withhold("items.checks");
  // HR has its line instead; who may hold health items and cannot read any now is told so.
  if (asking.holdsHealth && !health) withhold("items.health");
  if (!training) withhold("items.training");
  return { question, learning, withheld };
}

/** The lead employer is part of what a host's HR may know; of occupational health's own view it is not. */
function maySeeEmployer(person: VisiblePerson, mask: Mask): boolean {
  return person.scope.controllers("R2").some((controllerOrg) => mask.may("placement", controllerOrg, "leadEmployer"));
}

/** Systems that hold training; that an OH system knows somebody must not show, not even as "there may be more". */
const trainingSystems: ReadonlySet<string> = new Set(["esr", "lms"]);

function seesAllTraining({ known, scope }: VisiblePerson): boolean {
  return known.sources.every(({ system, controllerOrg }) => !trainingSystems.has(system) || scope.may("R3", controllerOrg));
}

interface Unseen {
  readonly person: VisiblePerson;
  readonly ofPerson: boolean;
  readonly mask: Mask;
  readonly name: string;
  readonly move: Question["move"];
  readonly employer: string | undefined;
  readonly organisation: string;
}

/**
 * That there may be more than is counted. Only the person is told whether there is: to everybody else it follows from the kind
 * of move and from what the employer they know of opens, so that it says nothing of employers they do not know of.
 */
function unseenLine({ person, ofPerson, mask, name, move, employer, organisation }: Unseen): string | undefined {
  const closed = "Other organisations hold records that no agreement opens here; they are not counted";
  if (ofPerson) return seesAllTraining(person) ? undefined : closed;
  if (move === "CHANGE_OF_EMPLOYER")
    return person.scope.isOwn(organisation)
      ? `What other employers hold of the training is not visible to ${name} before the person's Yes to a transfer; it is not counted here`
      : "Only what may be seen here is counted; other organisations may hold more of the training";
  if (employer === undefined || person.scope.may("R3", employer)) return undefined;
  return maySeeEmployer(person, mask) ? closed : undefined;
}

function sayOf(answers: readonly Answer[], summary: Readiness["summary"], name: string): string {
  if (!summary) {
    const open = answers.filter(({ verdict }) => verdict !== "NOT_TO_REPEAT").length;
    return `${answers.length} asked by ${name}, ${open} to be decided or done`;
  }
  const { asked, notToRepeat, repeat, expiresBeforeStart, unknown } = summary;
  const parts = [
    `${notToRepeat} need not be repeated`,
    ...(repeat > 0 ? [`${repeat} to repeat`] : []),
    ...(expiresBeforeStart > 0 ? [`${expiresBeforeStart} run out before the start`] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
  ];
  return `${asked} trainings are asked by ${name}: ${parts.join(", ")}`;
}
