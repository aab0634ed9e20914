/** Who does something here, decided first, and how what was done is told: to the audit, and in histories. */
import { type Act, decide, type Target } from "../../access/decide";
import { noFacts, type PolicyFacts } from "../../access/facts";
import type { Principal } from "../../access/principal";
import { addDays } from "../../platform/clock";
import { wordsOf } from "../../schema/movement/record-types";
import type { Access } from "../../schema/registry";
import type { KnownPerson } from "../../store/facts";
import type { By, Change } from "../../store/movement/who";
import type { RequestContext } from "../kit/context";
import { forbidden } from "../kit/refusals";
import type { RecordedChange } from "./sharing-types";

export interface ActingPerson {
  readonly person: string;
  readonly known: KnownPerson;
  readonly by: By;
}

/** The person, or a client for the person; `opens`: what the act lets somebody see. */
export async function asPerson(context: RequestContext, act: Act, part: string, opens: readonly Access[] = []): Promise<ActingPerson> {
  const principal = await context.principal();
  const { person } = principal;
  const known = person === undefined ? undefined : await context.known(person);
  if (person === undefined || !known || !allows(context, principal, act, { staffMember: person, opens }, known.facts))
    throw forbidden(part);
  context.trail.staffMembers.add(person);
  return { person, known, by: byOf(principal) };
}

/** HR or an administrator, for the own organisation. */
export async function asOrganisation(
  context: RequestContext,
  act: Act,
  part: string,
  target: Target,
  facts: PolicyFacts = noFacts,
): Promise<{ readonly organisation: string; readonly by: By }> {
  const principal = await context.principal();
  if (principal.org === undefined || !allows(context, principal, act, target, facts)) throw forbidden(part);
  return { organisation: principal.org, by: byOf(principal) };
}

function allows(context: RequestContext, principal: Principal, act: Act, target: Target, facts: PolicyFacts): boolean {
  return decide(principal, act, target, facts, context.now).effect === "allow";
}

/** Whether grants may be read: the person's own, or an organisation's agreements. */
export async function mayReadGrants(
  context: RequestContext,
  target: Target,
  known: KnownPerson | undefined,
  field: string,
): Promise<boolean> {
  const asked: Target = { ...target, label: "R11" };
  const { effect, fields } = decide(await context.principal(), "read", asked, known?.facts ?? noFacts, context.now);
  return effect === "allow" && (fields === undefined || fields.includes(field));
}

function byOf({ issuer, subject, role, org, act }: Principal): By {
  return { subject: `${issuer}|${subject}`, role, organisation: org, client: act };
}

/** Kind and id, for the audit; never a value. */
export function changed(context: RequestContext, kind: string, id: string): void {
  context.trail.kinds.add(kind);
  context.changed(kind, id);
}

const byThemselves: Readonly<Record<string, string>> = {
  self: "the person",
  passport: "the person",
  configuration: "the hub's configuration",
};
const people: Readonly<Record<string, string>> = {
  hr: "HR",
  "trust-admin": "an administrator",
  "information-governance": "information governance",
};

function whoOf({ role, organisation, client }: Change): string {
  if (client !== undefined) return `client ${client}, for the person`;
  const alone = byThemselves[role ?? ""];
  if (alone !== undefined) return alone;
  const who = people[role ?? ""] ?? role ?? "somebody";
  return organisation === undefined ? who : `${who} of ${organisation}`;
}

export function historyOf(changes: readonly Change[] | undefined): RecordedChange[] {
  return (changes ?? []).map((change) => {
    const { labels, ends_before: endsBefore } = change.row as { labels?: readonly string[]; ends_before?: string | null };
    return {
      at: change.at,
      change: change.change,
      by: whoOf(change),
      reason: change.reason ?? null,
      recordTypes: labels ? wordsOf(labels) : null,
      lastDay: endsBefore ? addDays(endsBefore, -1) : null,
    };
  });
}

/** The last day of something that ends before a day. */
export const lastDayOf = (endsBefore: string | undefined): string | null => (endsBefore === undefined ? null : addDays(endsBefore, -1));
