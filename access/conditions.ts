/** The conditions of the tables, each a pure function of caller, record, facts and day. */
import type { Access } from "../schema/registry";
import type { Act } from "./acts";
import type { Agreement, Placement, PolicyFacts, Share } from "./facts";
import type { Principal } from "./principal";
import {
  employingKinds,
  employmentGraceDays,
  healthLabels,
  offerGraceDays,
  placementGraceDays,
  placementLeadDays,
  placingKinds,
  portable,
  shareable,
} from "./tables";
import type { Cell, Condition, Path, RecordType } from "./vocabulary";

/** What is asked about: a record, or the thing that an act is done to. What is not said is not known, and opens nothing. */
export interface Target {
  readonly label?: RecordType;
  readonly controllerOrg?: string | undefined;
  readonly staffMember?: string | undefined;
  /** Whose the thing is where it may be several organisations' at once: for a tenant all of them must be its own. */
  readonly organisations?: readonly string[];
  /** Record types that an act opens to somebody else. */
  readonly opens?: readonly Access[];
  /** Name of the thing under which a second person's yes to the act is kept. */
  readonly subject?: string;
  /** The act that somebody else wants to do, and who: what a second person says yes to. */
  readonly approves?: Act;
  readonly askedBy?: string;
  /** Credential that pushed what a receipt is of. */
  readonly pushedBy?: string;
}

export interface Question {
  readonly principal: Principal;
  readonly action: string;
  readonly target: Target;
  readonly facts: PolicyFacts;
  readonly now: Date;
  readonly today: string;
  readonly cell: Cell;
  readonly path: Path;
  /** Whether the same actor has a row for that act. */
  readonly hasAct: (act: Act) => boolean;
}

/** Under which an approval is kept, and by which two people are told apart. */
export const handOf = ({ issuer, subject }: Pick<Principal, "issuer" | "subject">): string => `${issuer}|${subject}`;

/** Civil date arithmetic on YYYY-MM-DD. */
function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

const london = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/London", year: "numeric", month: "2-digit", day: "2-digit" });
let lastDay: { at: number; day: string } | undefined;
/** The civil day of an instant. Remembered for the minute: formatting is the dearest step of a decision. */
export function dayOf(now: Date): string {
  const minute = Math.floor(now.getTime() / 60_000);
  if (lastDay?.at !== minute) lastDay = { at: minute, day: london.format(now) };
  return lastDay.day;
}

/** `open` is the first day, `close` the first day on which it no longer holds. */
function within(today: string, open: string, close: string | undefined, leadDays = 0, graceDays = 0): boolean {
  if (today < (leadDays === 0 ? open : addDays(open, -leadDays))) return false;
  return close === undefined || today < (graceDays === 0 ? close : addDays(close, graceDays));
}

const lists = (labels: readonly Access[], label: RecordType | undefined) => labels.includes(label as Access);

function agreementsInForce({ principal, target, facts, today }: Question): readonly Agreement[] {
  if (facts.agreements.length === 0) return facts.agreements;
  return facts.agreements.filter(
    (it) =>
      it.controllerOrg === target.controllerOrg &&
      it.organisation === principal.org &&
      it.signedByBoth &&
      within(today, it.startsOn, it.endsBefore),
  );
}

const daysOf = (it: Agreement) => ({ lead: it.placementLeadDays ?? placementLeadDays, grace: it.placementGraceDays ?? placementGraceDays });
const usualDays = { lead: placementLeadDays, grace: placementGraceDays };

/** No end, no place: also where facts come without one. */
const inPlace = (it: Placement, today: string, { lead, grace }: { lead: number; grace: number }) =>
  placingKinds.has(it.kind) &&
  (it.endsBefore as string | undefined) !== undefined &&
  within(today, it.startsOn, it.endsBefore, lead, grace);

const isPlaced = ({ principal, target, facts, today }: Question, days: typeof usualDays) =>
  facts.placements.some((it) => it.staffMember === target.staffMember && it.organisation === principal.org && inPlace(it, today, days));

/** Of health data a later objection closes a share, and so does a second claim on the person's record. */
function opensBy(share: Share, label: Access, { principal, target, facts, today }: Question): boolean {
  if (
    share.staffMember !== target.staffMember ||
    share.organisation !== principal.org ||
    share.revoked ||
    !share.labels.includes(label) ||
    !within(today, share.startsOn, share.endsBefore)
  )
    return false;
  if (!healthLabels.has(label)) return true;
  if (facts.frozen.includes(share.staffMember)) return false;
  const made = Date.parse(share.madeAt);
  // An instant that cannot be read is older than any objection.
  return !facts.objections.some(
    (it) => it.staffMember === share.staffMember && it.labels.includes(label) && !(made >= Date.parse(it.madeAt)),
  );
}

const approvalsOf = ({ facts, action, target }: Question) =>
  target.subject === undefined ? [] : facts.approvals.filter((it) => it.act === action && it.subject === target.subject);
const carriers = ["R3", "R5"] as const;
/** How long a refused payload may be seen after a second person's yes. */
export const glassMs = 60 * 60 * 1000;

export const conditions: Readonly<Record<Condition, (question: Question) => boolean>> = {
  /** A registered client, and the person's approval of it in force, which names the type. */
  deleg: (question) => question.principal.registered !== undefined && isApproved(question, typeAsked(question)),
  /** Token and registration of the client name the type. */
  scope: (question) => isCovered(question, typeAsked(question)),
  "scope-shared": (question) =>
    question.target.opens !== undefined &&
    question.target.opens.length > 0 &&
    question.target.opens.every((label) => isCovered(question, label) && isApproved(question, label)),
  aal2: ({ principal }) => principal.aal >= 2,
  aal3: ({ principal }) => principal.aal >= 3,
  unbound: ({ principal }) => principal.person === undefined,
  "not-frozen": ({ principal, facts }) => principal.person === undefined || !facts.frozen.includes(principal.person),
  tenant: ({ principal, target }) =>
    principal.org !== undefined &&
    (target.organisations
      ? target.organisations.length > 0 && target.organisations.every((one) => one === principal.org)
      : principal.org === target.controllerOrg),
  self: ({ principal, target }) => principal.person !== undefined && principal.person === target.staffMember,
  party: ({ principal, target }) => principal.org !== undefined && (target.organisations?.includes(principal.org) ?? false),
  "own-push": ({ principal, target }) => target.pushedBy !== undefined && target.pushedBy === principal.subject,
  label: ({ target, cell }) => target.label !== undefined && lists(cell.labels ?? [], target.label),
  emp: ({ principal, target, facts, today }) =>
    facts.engagements.some(
      (it) =>
        it.staffMember === target.staffMember &&
        it.organisation === principal.org &&
        employingKinds.has(it.kind) &&
        within(today, it.acceptedOn, it.endsBefore, 0, employmentGraceDays),
    ),
  /** Within the usual days, or those of an agreement that says more. */
  place: (question) => isPlaced(question, usualDays) || agreementsInForce(question).some((it) => isPlaced(question, daysOf(it))),
  offer: ({ principal, target, facts, today }) =>
    facts.engagements.some(
      (it) =>
        it.staffMember === target.staffMember &&
        it.organisation === principal.org &&
        it.kind === "PRE_HIRE" &&
        within(today, it.acceptedOn, it.endsBefore, 0, offerGraceDays),
    ),
  programme: ({ target, facts, today }) =>
    facts.placements.some((it) => it.staffMember === target.staffMember && it.kind === "HOST_PLACEMENT" && inPlace(it, today, usualDays)) ||
    facts.engagements.some(
      (it) => it.staffMember === target.staffMember && it.kind === "LEAD_EMPLOYER" && within(today, it.acceptedOn, it.endsBefore),
    ),
  transfer: ({ principal, target, facts, today }) =>
    portable.has(target.label as Access) &&
    facts.transfers.some(
      (it) =>
        it.staffMember === target.staffMember &&
        it.organisation === principal.org &&
        it.answer === "YES" &&
        it.state === "OPEN" &&
        lists(it.labels, target.label) &&
        within(today, it.acceptedOn, it.endsBefore),
    ),
  /** To a host an agreement opens no more than its own days around the placement. */
  wsa: (question) =>
    agreementsInForce(question).some(
      (it) => lists(it.labels, question.target.label) && (!question.path.conditions.includes("place") || isPlaced(question, daysOf(it))),
    ),
  share: (question) => question.facts.shares.some((it) => opensBy(it, question.target.label as Access, question)),
  "share-carries": (question) => question.facts.shares.some((it) => carriers.some((label) => opensBy(it, label, question))),
  shareable: ({ target }) => target.opens !== undefined && target.opens.length > 0 && target.opens.every((label) => shareable.has(label)),
  /** The controller may have decided against one to other types than health, for its own records. */
  "no-objection": ({ target, facts }) =>
    !facts.objections.some(
      (it) =>
        it.staffMember === target.staffMember &&
        lists(it.labels, target.label) &&
        (healthLabels.has(target.label as Access) || target.controllerOrg === undefined || !it.overruledBy?.includes(target.controllerOrg)),
    ),
  second: (question) => approvalsOf(question).some(({ by }) => by !== handOf(question.principal)),
  "other-hand": (question) => !approvalsOf(question).some(({ by }) => by === handOf(question.principal)),
  "first-hand": ({ principal, target, hasAct }) =>
    target.approves !== undefined && hasAct(target.approves) && target.askedBy !== undefined && target.askedBy !== handOf(principal),
  "within-the-hour": (question) =>
    approvalsOf(question).some(({ by, at }) => {
      // Somebody else's: the same person's does not count.
      const age = question.now.getTime() - Date.parse(at ?? "");
      return by !== handOf(question.principal) && age >= 0 && age < glassMs;
    }),
  purpose: ({ principal, cell, path }) => (path.purposes ?? cell.purposes).some((purpose) => principal.purposes.includes(purpose)),
};

/** Of a read the record's type, of an act that of grants. */
const typeAsked = ({ action, target }: Question) => (action === "read" ? target.label : "R11");

function isCovered({ principal }: Question, label: RecordType | undefined): boolean {
  return principal.scope.includes(label as string) && (principal.registered ?? []).includes(label as string);
}

function isApproved({ principal, target, facts, today }: Question, label: RecordType | undefined): boolean {
  if (principal.act === undefined) return false;
  return facts.delegations.some(
    (it) =>
      it.client === principal.act &&
      it.staffMember === target.staffMember &&
      lists(it.labels, label) &&
      within(today, it.startsOn, it.endsBefore),
  );
}
