/**
 * What of one person's awards is due for one employer's ESR. Pure: the same rows, day and settings give the same answer, and
 * every award gets one, with a reason of the closed list where it is "not due".
 */
import type { Engagement } from "../access/facts";
import { nationalFrameworks, parseCompetenceName } from "../schema/codes/competences";
import { DeliveryState, EsrReason } from "../schema/learning/esr-standing";
import { RecordState } from "../schema/record";

/** Dates up to this many days apart are one award told twice. */
export const sameAwardDays = 3;

export type Mode = "observe" | "shadow" | "on";

/** How one connection stands towards ESR. */
export interface Feed {
  readonly mode: Mode;
  readonly fedBy: "hub" | "vendor";
}

/** A competence as the employer's VPD names it: its own CDA rows. */
export interface DefinitionInVpd {
  readonly name: string;
  readonly competence: string;
  readonly startsOn?: string;
  readonly endsOn?: string;
  readonly renewalMonths?: number;
}

export interface AwardToJudge {
  readonly id: string;
  readonly competence: string;
  readonly awardedOn: string;
  readonly state: RecordState;
  readonly controllerOrg: string;
  readonly connectionId: string;
  /** Whether it is a record of this employer's ESR itself. */
  readonly inEsr: boolean;
  readonly awardedBy?: string;
}

/** A row of the ledger for this person and this employer. */
export interface KnownDelivery {
  readonly recordId: string;
  readonly competence: string;
  readonly awardedOn: string;
  readonly state: DeliveryState;
}

export interface PersonToJudge {
  /** undefined: nobody knows yet whose these awards are. */
  readonly staffMember: string | undefined;
  /** Whether the employer's ESR has a person bound to the staff member. */
  readonly inEsr: boolean;
  readonly engagements: readonly Engagement[];
  readonly awards: readonly AwardToJudge[];
  readonly deliveries: readonly KnownDelivery[];
  /** Whether what ESR has refused is tried again: something that ESR judges by has changed since. */
  readonly retryRefused: boolean;
}

export interface Rules {
  /** ODS code of the employer whose ESR it is. */
  readonly organisation: string;
  /** Civil day in London. */
  readonly today: string;
  readonly definitions: readonly DefinitionInVpd[];
  /** Whether an organisation was aligned with the Core Skills Training Framework on a day; undefined: not known here. */
  readonly aligned: (organisation: string, on: string) => boolean | undefined;
  /** A connection without a line is observed only. */
  readonly feeds: ReadonlyMap<string, Feed>;
  /** The employer's own renewal period, in months; null: needs no renewal. */
  readonly ownMonths: (competence: string, on: string) => number | null | undefined;
  /** Whether the employer's ESR may receive this controller's record about the person (access). */
  readonly mayReceive: (controllerOrg: string) => boolean;
}

export type Judgement =
  | { readonly recordId: string; readonly verdict: "due"; readonly mode: "shadow" | "on"; readonly esrName: string }
  | { readonly recordId: string; readonly verdict: "not-due"; readonly reason: EsrReason; readonly daysApart?: number }
  /** On its way, there, or refused and not to be tried again yet: the ledger has it. */
  | { readonly recordId: string; readonly verdict: "delivered" };

const dayMs = 86_400_000;
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs);
}
const isSameAward = (a: string, b: string) => Math.abs(daysBetween(a, b)) <= sameAwardDays;
const isLater = (a: string, b: string) => daysBetween(b, a) > sameAwardDays;

/** ESR holds an employee's record at these; a bank worker's only where nobody else employs the person. */
const mainEmployment: ReadonlySet<string> = new Set(["SUBSTANTIVE", "LEAD_EMPLOYER", "LOCALLY_EMPLOYED"]);
const employment: ReadonlySet<string> = new Set([...mainEmployment, "BANK"]);

function isActive(engagement: Engagement, today: string): boolean {
  return engagement.acceptedOn <= today && (engagement.endsBefore === undefined || today < engagement.endsBefore);
}

/** Why this employer's ESR is not the one that receives; undefined when it is. */
export function employerReason(
  person: Pick<PersonToJudge, "inEsr" | "engagements">,
  organisation: string,
  today: string,
): EsrReason | undefined {
  if (!person.inEsr) return EsrReason.NO_EMPLOYER_IN_ESR;
  const active = person.engagements.filter((it) => isActive(it, today));
  const here = active.filter((it) => it.organisation === organisation);
  if (here.some((it) => mainEmployment.has(it.kind))) return undefined;
  if (here.some((it) => it.kind === "BANK")) {
    return active.some((it) => mainEmployment.has(it.kind)) ? EsrReason.NO_EMPLOYER_IN_ESR : undefined;
  }
  const ever = person.engagements.filter((it) => it.organisation === organisation);
  if (ever.some((it) => it.kind === "PRE_HIRE" || (employment.has(it.kind) && it.acceptedOn > today))) return EsrReason.NOT_YET_EMPLOYED;
  if (ever.some((it) => employment.has(it.kind))) return EsrReason.EMPLOYMENT_ENDED;
  return EsrReason.NO_EMPLOYER_IN_ESR;
}

/**
 * The VPD's own name for a competence on the day of the award: national and in use; of several the one with the
 * organisation's own renewal period, else the newest, else the first by name.
 */
export function nameInVpd(
  definitions: readonly DefinitionInVpd[],
  competence: string,
  on: string,
  ownMonths: number | null | undefined,
): string | undefined {
  const usable = definitions.flatMap((definition) => {
    if (definition.competence !== competence) return [];
    if ((definition.startsOn ?? "") > on || (definition.endsOn !== undefined && definition.endsOn < on)) return [];
    const parsed = parseCompetenceName(definition.name);
    if (!parsed?.national || parsed.identity !== competence) return [];
    const months = definition.renewalMonths ?? parsed.renewalMonths;
    return [{ name: definition.name, own: ownMonths != null && months === ownMonths, startsOn: definition.startsOn ?? "" }];
  });
  usable.sort((a, b) => Number(b.own) - Number(a.own) || compare(b.startsOn, a.startsOn) || compare(a.name, b.name));
  return usable[0]?.name;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** States in which something has gone, or is going, to ESR; in the others the award is judged anew. */
const onTheWay: ReadonlySet<DeliveryState> = new Set([
  DeliveryState.WRITTEN,
  DeliveryState.SENT,
  DeliveryState.ACKNOWLEDGED,
  DeliveryState.RETURNED,
]);

interface Candidate {
  readonly award: AwardToJudge;
  readonly mode: "shadow" | "on";
  readonly esrName: string;
}

/** One answer for each award that is not ESR's own. */
export function judge(person: PersonToJudge, rules: Rules): Judgement[] {
  const answers: Judgement[] = [];
  const candidates: Candidate[] = [];
  const ours = person.awards.filter((award) => !award.inEsr);
  const employer = employerReason(person, rules.organisation, rules.today);
  for (const award of ours) {
    const outcome = judgeOne(person, award, employer, rules);
    if ("award" in outcome) candidates.push(outcome);
    else answers.push(outcome);
  }
  for (const competence of new Set(candidates.map(({ award }) => award.competence))) {
    answers.push(...chooseNewest(candidates.filter(({ award }) => award.competence === competence)));
  }
  return answers;
}

function judgeOne(person: PersonToJudge, award: AwardToJudge, employer: EsrReason | undefined, rules: Rules): Judgement | Candidate {
  const not = (reason: EsrReason, daysApart?: number): Judgement => ({
    recordId: award.id,
    verdict: "not-due",
    reason,
    ...(daysApart === undefined ? {} : { daysApart }),
  });
  if (person.staffMember === undefined) return not(EsrReason.WAITING_FOR_PERSON);
  const going = person.deliveries.filter((it) => onTheWay.has(it.state) && it.competence === award.competence);
  if (going.some((it) => it.recordId === award.id && it.awardedOn === award.awardedOn)) return { recordId: award.id, verdict: "delivered" };
  if (award.state === RecordState.WITHDRAWN) return not(EsrReason.WITHDRAWN);

  const alike = person.awards.filter((it) => it.competence === award.competence && it.id !== award.id);
  const inEsr = alike.filter((it) => it.inEsr && it.state !== RecordState.WITHDRAWN);
  const held = inEsr.filter((it) => isSameAward(it.awardedOn, award.awardedOn));
  if (held.length > 0) {
    return not(EsrReason.ESR_HOLDS_IT, Math.min(...held.map((it) => Math.abs(daysBetween(it.awardedOn, award.awardedOn)))));
  }
  if (inEsr.some((it) => isLater(it.awardedOn, award.awardedOn))) return not(EsrReason.ESR_HOLDS_NEWER);
  const refused = person.deliveries.some(
    (it) => it.state === DeliveryState.REFUSED && it.recordId === award.id && it.awardedOn === award.awardedOn,
  );
  if (refused && !person.retryRefused) return { recordId: award.id, verdict: "delivered" };
  if (going.some((it) => isSameAward(it.awardedOn, award.awardedOn))) return not(EsrReason.TOLD_TWICE);
  if (going.some((it) => isLater(it.awardedOn, award.awardedOn))) return not(EsrReason.NOT_NEWEST);
  if (alike.some((it) => it.state === RecordState.WITHDRAWN && isSameAward(it.awardedOn, award.awardedOn))) {
    return not(EsrReason.SOURCES_DISAGREE);
  }
  if (award.state === RecordState.SUSPECTED) return not(EsrReason.SUSPECTED);
  if (award.awardedOn > rules.today) return not(EsrReason.AWARDED_IN_FUTURE);

  const framework = award.competence.split("|")[0] ?? "";
  if (!(nationalFrameworks as readonly string[]).includes(framework)) return not(EsrReason.NOT_NATIONAL);
  const feed = rules.feeds.get(award.connectionId);
  if (!feed || feed.mode === "observe") return not(EsrReason.MODE_OBSERVE);
  if (feed.fedBy === "vendor") return not(EsrReason.FED_BY_VENDOR);
  if (employer) return not(employer);

  // Who only records a training that it names no other issuer for has given it.
  const issuer = rules.aligned(award.awardedBy ?? award.controllerOrg, award.awardedOn);
  if (issuer === undefined) return not(EsrReason.ISSUER_UNKNOWN);
  if (!issuer && framework === "CSTF") return not(EsrReason.ISSUER_NOT_ALIGNED);
  if (!rules.mayReceive(award.controllerOrg)) return not(EsrReason.NOT_PERMITTED);
  const esrName = nameInVpd(rules.definitions, award.competence, award.awardedOn, rules.ownMonths(award.competence, award.awardedOn));
  return esrName === undefined ? not(EsrReason.NAME_NOT_IN_VPD) : { award, mode: feed.mode, esrName };
}

/**
 * Of what could go, the newest award of a competence does; of one told twice, one telling. A rehearsal never stands in the
 * way of what is really sent, but what is sent need not be rehearsed.
 */
function chooseNewest(candidates: readonly Candidate[]): Judgement[] {
  const sent = newestOf(candidates.filter(({ mode }) => mode === "on"));
  const rehearsed = newestOf(candidates);
  return candidates.map((candidate): Judgement => {
    const { award, mode, esrName } = candidate;
    const newest = mode === "on" ? sent! : rehearsed!;
    if (newest === candidate) return { recordId: award.id, verdict: "due", mode, esrName };
    const reason = isSameAward(newest.award.awardedOn, award.awardedOn) ? EsrReason.TOLD_TWICE : EsrReason.NOT_NEWEST;
    return { recordId: award.id, verdict: "not-due", reason };
  });
}

/** Of the newest award: what is sent before what is rehearsed, then the earliest telling (it decides), then by id. */
function newestOf(candidates: readonly Candidate[]): Candidate | undefined {
  const latest =
    candidates
      .map(({ award }) => award.awardedOn)
      .sort()
      .at(-1) ?? "";
  return candidates
    .filter(({ award }) => isSameAward(award.awardedOn, latest))
    .sort(
      (a, b) =>
        Number(b.mode === "on") - Number(a.mode === "on") ||
        compare(a.award.awardedOn, b.award.awardedOn) ||
        compare(a.award.id, b.award.id),
    )[0];
}
