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
  /** Who says so and keeps it: ESR, the placement feed, or HR of the organisation. */
  readonly master?: "ESR" | "FEED" | "HR";
}
export interface Placement {
  readonly staffMember: string;
  readonly organisation: string;
  readonly kind: string;
  readonly startsOn: string;
  /** No end, no place. */
  readonly endsBefore: string;
  readonly master?: "ESR" | "FEED" | "HR";
}
export interface Agreement {
  readonly controllerOrg: string;
  readonly organisation: string;
  readonly labels: readonly Access[];
  readonly startsOn: string;
  readonly endsBefore: string | undefined;
  readonly signedByBoth: boolean;
  readonly reference?: string;
  /** Days by which a placement opens early and closes late under this agreement; the table's own where absent. */
  readonly placementLeadDays?: number;
  readonly placementGraceDays?: number;
}
export interface Share {
  readonly staffMember: string;
  readonly organisation: string;
  readonly labels: readonly Access[];
  readonly startsOn: string;
  readonly endsBefore: string;
  readonly revoked: boolean;
  readonly id?: string;
  /** Instant (ISO 8601, UTC) it was made or last widened: a later objection closes it for health data. */
  readonly madeAt: string;
}
/** The person's approval of a registered client that acts for the person. */
export interface Delegation {
  readonly staffMember: string;
  readonly client: string;
  readonly labels: readonly Access[];
  readonly startsOn: string;
  readonly endsBefore: string | undefined;
}
/** In force: not withdrawn. */
export interface Objection {
  readonly staffMember: string;
  readonly labels: readonly Access[];
  /** Instant, ISO 8601, UTC. */
  readonly madeAt: string;
  /** Controllers that have decided against it, each for its own records; never of health. */
  readonly overruledBy?: readonly string[];
}
export interface Transfer {
  readonly staffMember: string;
  readonly organisation: string;
  readonly labels: readonly Access[];
  readonly acceptedOn: string;
  readonly endsBefore: string;
  readonly answer: "YES" | "NO" | "NONE";
  /** Only an open transfer carries anything. */
  readonly state?: "OPEN" | "DECLINED" | "CANCELLED" | "EXPIRED" | "DONE";
}
export interface Restriction {
  readonly staffMember: string;
  readonly controllerOrg: string;
  readonly labels: readonly Access[];
}
/** A second person's yes to an act that takes two (access.md section 3). */
export interface Approval {
  readonly act: string;
  readonly subject: string;
  /** Who said yes: `issuer|subject`. */
  readonly by: string;
  /** Instant, ISO 8601, UTC; what may be done for an hour only needs it. */
  readonly at?: string;
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
  /** Staff members on whose record two accounts have a claim: they read nothing, widen nothing, may revoke. */
  readonly frozen: readonly string[];
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
  frozen: [],
};
