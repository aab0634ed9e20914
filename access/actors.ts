import type { Principal, Role } from "./principal";
import type { Actor } from "./vocabulary";

/** Whether somebody in an HR or OH role is the employer's or the host's follows from the engagement, not from the token. */
const actorsByRole: Readonly<Record<Role, readonly Actor[]>> = {
  self: ["SELF"],
  passport: ["PASS"],
  hr: ["LEHR", "HOHR"],
  oh: ["OHL", "OHR"],
  learning: ["L&D"],
  recruitment: ["RECR"],
  nhse: ["NHSE"],
  "data-quality": ["TDQ"],
  "trust-admin": ["TRUSTADM"],
  "information-governance": ["IGO"],
  "vendor-lms": ["VLMS"],
  "vendor-oh": ["VOH"],
  feed: ["FEED"],
  esr: ["ESR"],
  ops: ["OPS"],
  auditor: ["AUD"],
};
const clients: readonly Actor[] = ["PASS"];
const nobody: readonly Actor[] = [];
const actorsOfRole = new Map<string, readonly Actor[]>(Object.entries(actorsByRole));

export function actorsOf(principal: Principal): readonly Actor[] {
  // A token that somebody else acts with is that client's, whatever role it names: it needs the person's approval.
  if (principal.act !== undefined) return principal.role === "self" || principal.role === "passport" ? clients : nobody;
  return actorsOfRole.get(principal.role) ?? nobody;
}

/** Whose account is looked up to find the person: those who read as, or for, one person. */
export function readsForPerson(principal: Principal): boolean {
  return actorsOf(principal).some((actor) => actor === "SELF" || actor === "PASS");
}
