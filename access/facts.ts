import type { Access } from "../schema/registry";

/**
 * What `decide` judges by, besides principal and target. One shape from the start: what is not built yet is empty, so it
 * denies. Days are civil dates (Europe/London); every `endsBefore` is exclusive: the day after the last day.
 */
export interface Engagement {
  readonly staffMember: string;
  readonly organisation: string;
  readonly kind: string;
  /** Day of the accepted offer, or the first day when no offer is recorded. */
  readonly acceptedOn: string;
  readonly endsBefore: string | undefined;
}
export interface Placement {
  readonly staffMember: string;
  readonly organisation: string;
  readonly kind: string;
  readonly startsOn: string;
  /** No end, no place. */
  readonly endsBefore: string;
}
export interface Agreement {
  readonly controllerOrg: string;
  readonly organisation: string;
  readonly labels: readonly Access[];
  readonly startsOn: string;
  readonly endsBefore: string | undefined;
  readonly signedByBoth: boolean;
}
export interface Share {
  readonly staffMember: string;
  readonly organisation: string;
  readonly labels: readonly Access[];
  readonly startsOn: string;
  readonly endsBefore: string;
  readonly revoked: boolean;
}
export interface Delegation {
  readonly staffMember: string;
  readonly client: string;
  readonly labels: readonly Access[];
  readonly startsOn: string;
  readonly endsBefore: string | undefined;
}
export interface Objection {
  readonly staffMember: string;
  readonly labels: readonly Access[];
}
export interface Transfer {
  readonly staffMember: string;
  readonly organisation: string;
  readonly labels: readonly Access[];
  readonly acceptedOn: string;
  readonly endsBefore: string;
  readonly answer: "YES" | "NO" | "NONE";
}
export interface Restriction {
  readonly staffMember: string;
  readonly controllerOrg: string;
  readonly labels: readonly Access[];
}
export interface Approval {
  readonly act: string;
  readonly subject: string;
  readonly by: string;
}

export interface PolicyFacts {
  readonly engagements: readonly Engagement[];
  readonly placements: readonly Placement[];
  readonly agreements: readonly Agreement[];
  readonly shares: readonly Share[];
  readonly delegations: readonly Delegation[];
  readonly objections: readonly Objection[];
  readonly transfers: readonly Transfer[];
  readonly restrictions: readonly Restriction[];
  readonly approvals: readonly Approval[];
}

export const noFacts: PolicyFacts = {
  engagements: [],
  placements: [],
  agreements: [],
  shares: [],
  delegations: [],
  objections: [],
  transfers: [],
  restrictions: [],
  approvals: [],
};
