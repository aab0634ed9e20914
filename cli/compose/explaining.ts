/** Why somebody in a role may see a person's record, or may not: decided, written down, and told by access itself. */
import { decide } from "../../access/decide";
import { type ExplainedPart, explain } from "../../access/explain";
import { noFacts } from "../../access/facts";
import type { Principal, Role } from "../../access/principal";
import { roleTable } from "../../access/roles";
import { personLabels } from "../../access/scope";
import { healthSystems, policyVersion } from "../../access/tables";
import { today as todayOf } from "../../platform/clock";
import { type KnownPerson, loadPeople } from "../../store/facts";
import { findStaffMember } from "../../store/read/find";
import type { Foundation } from "./foundation";
import { commandLine } from "./operations";

export interface AskedAbout {
  /** Who is explained: a role, and its organisation or client. */
  readonly role: Role;
  readonly organisation: string | undefined;
  readonly client: string | undefined;
  /** Id of the staff member. */
  readonly person: string;
  readonly on: string | undefined;
  /** For which organisation information governance asks. */
  readonly askedBy: string;
}

export interface Explanation {
  readonly person: string;
  readonly on: string;
  readonly role: Role;
  readonly organisation: string | undefined;
  readonly policyVersion: string;
  readonly parts: readonly ExplainedPart[];
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** undefined: nobody, or nobody of whom the organisation that asks may be told; the two are not told apart. */
export async function explainAccess({ store, environment }: Foundation, asked: AskedAbout): Promise<Explanation | undefined> {
  const caller = commandLine({ role: "information-governance", purpose: "DATA_RIGHTS", organisation: asked.askedBy });
  const known = uuid.test(asked.person) ? await find(store, asked.person) : undefined;
  const parties = known ? [...new Set([...controllersFor(known, asked.askedBy), ...partiesOf(known)])] : [];
  // One of the two sides asks: whose person it is, or whose people look.
  const organisations = parties.includes(asked.askedBy) ? [asked.askedBy] : [];
  const decision = decide(
    caller,
    "explain-access",
    { organisations, staffMember: known?.staffMember },
    known?.facts ?? noFacts,
    environment.clock.now(),
  );
  const allowed = known !== undefined && decision.effect === "allow";
  await store.audit([
    {
      requestId: `command-${process.pid}-explain`,
      operation: "explain",
      subject: caller.subject,
      organisation: asked.askedBy,
      role: caller.role,
      purpose: "DATA_RIGHTS",
      decision: allowed ? "ALLOW" : "DENY",
      reason: `${decision.reason}: ${asked.role}${asked.organisation ? ` ${asked.organisation}` : ""}`,
      staffMembers: allowed ? [known.staffMember] : [],
      kinds: ["policy-facts"],
      controllers: allowed ? [asked.askedBy] : [],
      counts: {},
      policyVersion,
    },
  ]);
  if (!allowed) return undefined;
  const on = asked.on ?? todayOf(environment.clock);
  const controllers = controllersFor(known, asked.askedBy);
  return {
    person: known.staffMember,
    on,
    role: asked.role,
    organisation: asked.organisation,
    policyVersion,
    parts: explain(principalOf(asked, known.staffMember), known.staffMember, controllers, known.facts, on),
  };
}

async function find(store: Foundation["store"], id: string): Promise<KnownPerson | undefined> {
  return store.withPrincipal({ requestId: `command-${process.pid}-explain`, scope: [] }, async (client) => {
    const staffMember = await findStaffMember(client, id);
    return staffMember === undefined ? undefined : (await loadPeople(client, [staffMember]))[0];
  });
}

/** Organisations that have the person, will have, or have been shared with. */
const partiesOf = ({ facts }: KnownPerson) =>
  [...facts.engagements, ...facts.placements, ...facts.shares, ...facts.transfers].map(({ organisation }) => organisation);

/** That an occupational health system knows somebody is health data: of other organisations it is not told. */
function controllersFor({ controllers, sources }: KnownPerson, askedBy: string): string[] {
  const toHealthOnly = (org: string) => sources.every(({ controllerOrg, system }) => controllerOrg !== org || healthSystems.has(system));
  return controllers.filter((org) => org === askedBy || !toHealthOnly(org)).sort();
}

/** Somebody in that role, signed in at the highest level for all that the role is for: what a token lacks is another matter. */
function principalOf({ role, organisation, client }: AskedAbout, person: string): Principal {
  const { heldBy, purposes } = roleTable[role];
  const byClient = heldBy === "client";
  return {
    issuer: "explained",
    subject: "explained",
    org: organisation,
    role,
    person: byClient || heldBy === "person" ? person : undefined,
    act: byClient ? (client ?? "unnamed") : undefined,
    scope: byClient ? personLabels : [],
    ...(byClient ? { registered: personLabels } : {}),
    aal: 3,
    purposes,
  };
}
