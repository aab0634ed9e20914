/** Who asks: made from verified token claims only, never from input. */
export type Role =
  | "self"
  | "passport"
  | "hr"
  | "oh"
  | "learning"
  | "recruitment"
  | "data-quality"
  | "trust-admin"
  | "ops"
  | "auditor"
  | "esr"
  | "nhse"
  | "information-governance"
  | "vendor-lms"
  | "vendor-oh"
  /** A placement, offers or checks feed of a trust. */
  | "feed";
export const roles: readonly Role[] = [
  "self",
  "passport",
  "hr",
  "oh",
  "learning",
  "recruitment",
  "data-quality",
  "trust-admin",
  "ops",
  "auditor",
  "esr",
  "nhse",
  "information-governance",
  "vendor-lms",
  "vendor-oh",
  "feed",
];

/** What a request says it is for; the condition `purpose` compares it with the cell's set (access.md section 2). */
export type Purpose =
  | "SELF_VIEW"
  | "EMPLOYMENT"
  | "PRE_EMPLOYMENT"
  | "PLACEMENT"
  | "TRAINING_COMPLIANCE"
  | "OH_CARE"
  | "SETTINGS"
  | "SUPERVISION_OF_TRAINING"
  | "DATA_QUALITY"
  | "DATA_RIGHTS"
  | "SERVICE_OPERATION"
  | "AUDIT";

export interface Principal {
  readonly issuer: string;
  /** Token claim `sub`. */
  readonly subject: string;
  /** ODS code of the organisation the credential belongs to. */
  readonly org: string | undefined;
  readonly role: Role;
  /** Staff member the account belongs to. */
  readonly person: string | undefined;
  /** NHS CRS UUID of a staff login, as its issuer vouches for it: finds the person whose ESR record has the same. */
  readonly crsUuid?: string;
  /** Sort of issuer that vouches for the login; absent where logins are nobody's account. */
  readonly login?: "staff" | "person";
  /** Client acting for the person (token claim `act`). */
  readonly act: string | undefined;
  /** Labels the token covers, for example `R3`. */
  readonly scope: readonly string[];
  /** Labels that the registration of the client `act` covers; absent: `act` is no registered client. */
  readonly registered?: readonly string[];
  /** Authentication level: 2 in general, 3 or step-up for health data by staff roles. */
  readonly aal: number;
  readonly purposes: readonly string[];
}
