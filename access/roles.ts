/** What each role is for, as data: who may be given it, whether it belongs to an organisation, and what its holder may ask for. */
import { type Purpose, type Role, roles } from "./principal";

export interface RoleOf {
  /** person: of anybody for their own record; client: acting for a person; staff: by assignment; system: a registered system. */
  readonly heldBy: "person" | "client" | "staff" | "system";
  /** Nothing of it holds without the organisation of the credential. */
  readonly ofOrganisation: boolean;
  readonly purposes: readonly Purpose[];
}

const staff = (ofOrganisation: boolean, ...purposes: Purpose[]): RoleOf => ({ heldBy: "staff", ofOrganisation, purposes });
const system = (): RoleOf => ({ heldBy: "system", ofOrganisation: true, purposes: ["SERVICE_OPERATION"] });

export const roleTable: Readonly<Record<Role, RoleOf>> = {
  self: { heldBy: "person", ofOrganisation: false, purposes: ["SELF_VIEW"] },
  passport: { heldBy: "client", ofOrganisation: false, purposes: ["SELF_VIEW"] },
  hr: staff(true, "EMPLOYMENT", "PRE_EMPLOYMENT", "PLACEMENT", "TRAINING_COMPLIANCE"),
  oh: staff(true, "OH_CARE", "PRE_EMPLOYMENT", "PLACEMENT", "DATA_QUALITY"),
  learning: staff(true, "TRAINING_COMPLIANCE"),
  recruitment: staff(true, "PRE_EMPLOYMENT"),
  "data-quality": staff(true, "DATA_QUALITY"),
  "trust-admin": staff(true, "SETTINGS"),
  "information-governance": staff(true, "DATA_RIGHTS"),
  auditor: staff(true, "AUDIT"),
  nhse: staff(false, "SUPERVISION_OF_TRAINING"),
  ops: staff(false, "SERVICE_OPERATION"),
  esr: system(),
  "vendor-lms": system(),
  "vendor-oh": system(),
  feed: system(),
};

export const rolesHeldBy = (holder: RoleOf["heldBy"]): Role[] =>
  (Object.keys(roleTable) as Role[]).filter((role) => roleTable[role].heldBy === holder);

/** Whether a word of a token, a header or an option names a role. */
export const isRole = (word: unknown): word is Role => (roles as readonly unknown[]).includes(word);

/** Whether what was done in this role was done by the person, or by a client for the person. */
export const isOfPerson = (role: string): boolean => isRole(role) && /^(person|client)$/.test(roleTable[role].heldBy);

/** Without an assignment somebody is there for the own record. */
export const isOneself = (asked: string | undefined): boolean =>
  asked === undefined || (isRole(asked) && roleTable[asked].heldBy === "person");
