/** A job acts as its connector's principal, never as "the system": which one that is, and what it does when it brings records. */
import type { Access } from "../schema/registry";
import { type Act, decide } from "./decide";
import { noFacts } from "./facts";
import type { Principal, Role } from "./principal";
import { roleTable } from "./roles";

/** The sorts of source system, as connectors declare them. */
export type SourceSort = "lms" | "oh" | "esr" | "recruitment";

const writers: Readonly<Record<SourceSort, { readonly role: Role; readonly act: Act }>> = {
  lms: { role: "vendor-lms", act: "push-training" },
  oh: { role: "vendor-oh", act: "push-health" },
  esr: { role: "esr", act: "write-esr" },
  recruitment: { role: "feed", act: "push-employment" },
};

/** One organisation's credential for one connection. */
export function connectorPrincipal(connectionId: string, sort: SourceSort, organisation: string): Principal {
  const { role } = writers[sort];
  return {
    issuer: "lanyard:connector",
    subject: `connection:${connectionId}`,
    org: organisation,
    role,
    person: undefined,
    act: undefined,
    scope: [],
    aal: 2,
    purposes: roleTable[role].purposes,
  };
}

/** Whether records of a kind may come from a connection for an organisation: by what the system is, not by what it says it delivers. */
export function mayWrite(
  connectionId: string,
  records: { readonly label: Access; readonly system: SourceSort },
  organisation: string,
  now: Date,
) {
  const principal = connectorPrincipal(connectionId, records.system, organisation);
  const target = { label: records.label, controllerOrg: organisation };
  // Who somebody is, as a vendor's system says it: a claim, from which nobody becomes a staff member.
  const isClaim = records.label === "R1" && decide(principal, "push-claim", target, noFacts, now).effect === "allow";
  return isClaim || decide(principal, writers[records.system].act, target, noFacts, now).effect === "allow";
}

/** Whether a vendor may read what became of that connection's pushes. */
export function mayReadReceipts(connectionId: string, sort: SourceSort, organisation: string, pushedBy: string, now: Date): boolean {
  const principal = connectorPrincipal(connectionId, sort, organisation);
  const target = { label: "R8-receipt", controllerOrg: organisation, pushedBy: `connection:${pushedBy}` } as const;
  return decide(principal, "read", target, noFacts, now).effect === "allow";
}
