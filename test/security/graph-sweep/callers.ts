/** Everybody who may come with a token, in the words of its claims, at every organisation. */
import type { Caller } from "./expect";
import { organisations, people } from "./scenario";

const everyPurpose: Readonly<Record<string, string>> = {
  hr: "EMPLOYMENT PRE_EMPLOYMENT PLACEMENT TRAINING_COMPLIANCE",
  oh: "OH_CARE PLACEMENT PRE_EMPLOYMENT",
  learning: "TRAINING_COMPLIANCE",
  recruitment: "PRE_EMPLOYMENT",
  nhse: "SUPERVISION_OF_TRAINING",
  "data-quality": "DATA_QUALITY",
  "trust-admin": "SETTINGS",
  "information-governance": "DATA_RIGHTS",
  "vendor-lms": "SERVICE_OPERATION",
  "vendor-oh": "SERVICE_OPERATION",
  esr: "SERVICE_OPERATION",
  ops: "SERVICE_OPERATION",
  auditor: "AUDIT",
};
export const staffRoles = Object.keys(everyPurpose);
/** Systems come by themselves, with an assertion that they sign; the others are people with a login. */
export const systemRoles: readonly string[] = ["vendor-lms", "vendor-oh", "esr"];
/** Not a trust's own: the credential belongs to no organisation of the hub. */
const withoutTrust = new Set(["nhse", "ops"]);

export const staff = (role: string, org: string | undefined, more: Partial<Caller> = {}): Caller => ({
  name: `${role}${org ? ` at ${org}` : ""}`,
  role,
  ...(org ? { org } : {}),
  aal: 3,
  purpose: staffRoles.includes(role) ? everyPurpose[role]! : Object.values(everyPurpose).join(" "),
  ...more,
});
export const self = (person: string, more: Partial<Caller> = {}): Caller => ({
  name: `the ${person}`,
  role: "self",
  person,
  aal: 2,
  purpose: "SELF_VIEW",
  ...more,
});
export const client = "passport-front-end";
export const passport = (person: string, more: Partial<Caller> = {}): Caller => ({
  ...self(person),
  name: `a front-end for the ${person}`,
  role: "passport",
  act: client,
  scope: "R1 R2 R3 R4 R5 R7 R10 R11",
  ...more,
});

/** Each actor at each organisation, own and foreign; and the people themselves, or `few` of them. */
export function everybody(few?: number): Caller[] {
  return [
    ...staffRoles.flatMap((role) => (withoutTrust.has(role) ? [staff(role, undefined)] : organisations.map((org) => staff(role, org)))),
    ...people.slice(0, few).flatMap(({ name }) => [self(name), passport(name)]),
    // An account that is nobody's.
    { name: "an unbound account", role: "self", aal: 2, purpose: "SELF_VIEW" },
  ];
}

/** Roles that have no row: a token that names one opens nothing, not even the door. */
export const rolesWithoutRow = ["line-manager", "supervisor", "developer", "admin", "hr ", "HR", "system", "__proto__", "constructor", ""];
