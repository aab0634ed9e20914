import type { Clock } from "../../platform/clock";
import type { OrganisationSettings } from "../../schema/operations/organisation";
import type { Store } from "../../store/store";

/** What a part is drawn from. */
export type SystemKind = "lms" | "oh" | "esr" | "recruitment";

/** A connector of the catalogue, as far as the graph needs it. */
export interface ConnectorSummary {
  readonly name: string;
  readonly title: string;
  readonly delivers: readonly { readonly kind: string; readonly system: SystemKind }[];
}

export type Period =
  /** Months after which a competence is to be renewed, and whose rule that is. */
  | { readonly months: number; readonly basis: "NATIONAL" | "LOCAL_DEVIATION" }
  /** Stated to need no renewal. */
  | { readonly months: null; readonly basis: "NATIONAL" | "LOCAL_DEVIATION" };

/** Renewal period of a competence at an organisation on a day: its own recorded deviation, else the national one. */
export type PeriodFor = (competence: string, organisation: string, on: string) => Period | undefined;

/** Values that hold for the whole process; composed by the command. */
export interface Environment {
  readonly store: Pick<Store, "withPrincipal">;
  readonly clock: Clock;
  readonly organisations: readonly OrganisationSettings[];
  readonly connectors: readonly ConnectorSummary[];
  readonly periodFor: PeriodFor;
  /** An award counts as expiring when its last day is at most this many days away. */
  readonly expiringDays: number;
  /** How an identifier's value stands in the look-up index (blind for NI numbers). */
  indexOf(scheme: string, value: string): string;
  /** Opens an encrypted identifier; only called where the caller may see it. */
  reveal(organisation: string, encrypted: Buffer): Promise<string>;
}
