/**
 * The one place where access is decided: pure, deny by default. A missing row, an unknown actor, missing facts or any
 * exception denies.
 */
import type { Access } from "../schema/registry";
import type { PolicyFacts } from "./facts";
import type { Principal } from "./principal";
import {
  type Actor,
  type Cell,
  type Condition,
  claimTable,
  employingKinds,
  employmentGraceDays,
  healthItemActors,
  healthSystems,
  listingActors,
  offerGraceDays,
  placementGraceDays,
  placementLeadDays,
  placingKinds,
  readTable,
  rotationActors,
} from "./tables";

export type Action = "read";

export interface Target {
  readonly label: Access;
  readonly controllerOrg: string | undefined;
  readonly staffMember: string | undefined;
}

export interface Decision {
  readonly effect: "allow" | "deny";
  /** Stable kebab-case; technical words only. */
  readonly reason: string;
  /** Fields of the record type that may be seen; all when absent. */
  readonly fields?: readonly string[];
  readonly obligations: readonly ("audit" | "no-store")[];
}

const obligations = ["audit", "no-store"] as const;
const deny = (reason: string): Decision => ({ effect: "deny", reason, obligations });

/** Civil date arithmetic on YYYY-MM-DD. */
function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

const london = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/London", year: "numeric", month: "2-digit", day: "2-digit" });
let lastDay: { at: number; day: string } | undefined;
/** The civil day of an instant. Remembered for the minute: formatting is the dearest step of a decision. */
function dayOf(now: Date): string {
  const minute = Math.floor(now.getTime() / 60_000);
  if (lastDay?.at !== minute) lastDay = { at: minute, day: london.format(now) };
  return lastDay.day;
}

/** `open` is the first day, `close` the first day on which it no longer holds. */
function within(today: string, open: string, close: string | undefined, leadDays = 0, graceDays = 0): boolean {
  if (today < (leadDays === 0 ? open : addDays(open, -leadDays))) return false;
  return close === undefined || today < (graceDays === 0 ? close : addDays(close, graceDays));
}

interface Question {
  readonly principal: Principal;
  readonly target: Target;
  readonly facts: PolicyFacts;
  readonly today: string;
  readonly cell: Cell;
}

const conditions: Readonly<Record<Condition, (question: Question) => boolean>> = {
  tenant: ({ principal, target }) => principal.org !== undefined && principal.org === target.controllerOrg,
  self: ({ principal, target }) => principal.person !== undefined && principal.person === target.staffMember,
  emp: ({ principal, target, facts, today }) =>
    facts.engagements.some(
      (it) =>
        it.staffMember === target.staffMember &&
        it.organisation === principal.org &&
        employingKinds.has(it.kind) &&
        within(today, it.acceptedOn, it.endsBefore, 0, employmentGraceDays),
    ),
  place: ({ principal, target, facts, today }) =>
    facts.placements.some(
      (it) =>
        it.staffMember === target.staffMember &&
        it.organisation === principal.org &&
        placingKinds.has(it.kind) &&
        within(today, it.startsOn, it.endsBefore, placementLeadDays, placementGraceDays),
    ),
  offer: ({ principal, target, facts, today }) =>
    facts.engagements.some(
      (it) =>
        it.staffMember === target.staffMember &&
        it.organisation === principal.org &&
        it.kind === "PRE_HIRE" &&
        within(today, it.acceptedOn, it.endsBefore, 0, offerGraceDays),
    ),
  transfer: ({ principal, target, facts, today }) =>
    target.label !== "R4" &&
    facts.transfers.some(
      (it) =>
        it.staffMember === target.staffMember &&
        it.organisation === principal.org &&
        it.answer === "YES" &&
        it.labels.includes(target.label) &&
        within(today, it.acceptedOn, it.endsBefore),
    ),
  wsa: ({ principal, target, facts, today }) =>
    facts.agreements.some(
      (it) =>
        it.controllerOrg === target.controllerOrg &&
        it.organisation === principal.org &&
        it.signedByBoth &&
        it.labels.includes(target.label) &&
        within(today, it.startsOn, it.endsBefore),
    ),
  share: ({ principal, target, facts, today }) =>
    facts.shares.some(
      (it) =>
        it.staffMember === target.staffMember &&
        it.organisation === principal.org &&
        !it.revoked &&
        it.labels.includes(target.label) &&
        within(today, it.startsOn, it.endsBefore),
    ),
  deleg: ({ principal, target, facts, today }) =>
    principal.act !== undefined &&
    facts.delegations.some(
      (it) => it.staffMember === target.staffMember && it.client === principal.act && within(today, it.startsOn, it.endsBefore),
    ),
  scope: ({ principal, target, facts }) =>
    principal.scope.includes(target.label) &&
    facts.delegations.some(
      (it) => it.client === principal.act && it.staffMember === target.staffMember && it.labels.includes(target.label),
    ),
  aal2: ({ principal }) => principal.aal >= 2,
  aal3: ({ principal }) => principal.aal >= 3,
  purpose: ({ principal, cell }) => cell.purposes.some((purpose) => principal.purposes.includes(purpose)),
  "no-objection": ({ target, facts }) =>
    !facts.objections.some((it) => it.staffMember === target.staffMember && it.labels.includes(target.label)),
};

/** Whether somebody in an HR or OH role is the employer's or the host's follows from the engagement, not from the token. */
/** Whose account may be looked up to find the person: those who read as, or for, one person. */
export function readsForPerson(principal: Principal): boolean {
  return actorsOf(principal).some((actor) => actor === "SELF" || actor === "PASS");
}

/** Whether a list of an organisation's staff may be asked for at all; each person in it is decided separately. */
export function mayListStaff(principal: Principal, organisation: string): boolean {
  return principal.org === organisation && actorsOf(principal).some((actor) => listingActors.has(actor));
}

/** Whether the rotation of an organisation may be asked for; the organisation is the credential's own. */
export function mayReadRotation(principal: Principal, organisation: string): boolean {
  return principal.org === organisation && actorsOf(principal).some((actor) => rotationActors.has(actor));
}

/** Whether derived answers to this caller may hold health items; which records they are built of is decided as ever. */
export function mayHoldHealthItems(principal: Principal): boolean {
  return actorsOf(principal).some((actor) => healthItemActors.has(actor));
}

/**
 * Claims that wait for a decision: training and employment ones belong to the trust's data-quality person, those of an
 * occupational health system to its OH team.
 */
export function decideClaim(principal: Principal, claim: { readonly controllerOrg: string; readonly system: string }): Decision {
  if (principal.org === undefined || principal.org !== claim.controllerOrg) return deny("tenant");
  const cell = actorsOf(principal)
    .map((actor) => claimTable[actor])
    .find((it) => it !== undefined && it.health === healthSystems.has(claim.system));
  if (!cell) return deny("no-row-allows");
  if (principal.aal < cell.aal) return deny("aal");
  if (!cell.purposes.some((purpose) => principal.purposes.includes(purpose))) return deny("purpose");
  return { effect: "allow", reason: "claim:tenant", obligations };
}

export function actorsOf(principal: Principal): readonly Actor[] {
  switch (principal.role) {
    case "self":
      // A token that somebody else acts with is that client's, whatever role it names: it needs the person's approval.
      return principal.act === undefined ? ["SELF"] : ["PASS"];
    case "passport":
      return ["PASS"];
    case "hr":
      return ["LEHR", "HOHR"];
    case "oh":
      return ["OHL", "OHR"];
    case "learning":
      return ["L&D"];
    case "data-quality":
      return ["TDQ"];
    case "recruitment":
      return ["RECR"];
    case "trust-admin":
      return ["TRUSTADM"];
    case "esr":
      return ["ESR"];
    case "ops":
      return ["OPS"];
    case "auditor":
      return ["AUD"];
    default:
      return [];
  }
}

export function decide(principal: Principal, action: Action, target: Target, facts: PolicyFacts, now: Date): Decision {
  try {
    if (action !== "read") return deny("action-unknown");
    if (
      facts.restrictions.some(
        (it) => it.staffMember === target.staffMember && it.controllerOrg === target.controllerOrg && it.labels.includes(target.label),
      )
    ) {
      return deny("processing-restricted");
    }
    const today = dayOf(now);
    let allowed: { reason: string; fields: readonly string[] | undefined } | undefined;
    for (const actor of actorsOf(principal)) {
      const cell = readTable[actor][target.label];
      if (!cell) continue;
      const question = { principal, target, facts, today, cell };
      const path = cell.paths.find((candidate) => candidate.every((condition) => conditions[condition](question)));
      if (!path) continue;
      // Employer and host at once: the union of what either may see.
      const fields = allowed && (!allowed.fields || !cell.fields) ? undefined : [...(allowed?.fields ?? []), ...(cell.fields ?? [])];
      allowed = { reason: `${actor}:${path.join("+")}`, fields: cell.fields || allowed ? fields : undefined };
    }
    if (!allowed) return deny("no-row-allows");
    return { effect: "allow", reason: allowed.reason, ...(allowed.fields ? { fields: allowed.fields } : {}), obligations };
  } catch {
    return deny("decision-failed");
  }
}
