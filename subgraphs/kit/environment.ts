import type { Clock } from "../../platform/clock";
import type { PeriodFor } from "../../recognition/periods";
import type { Requirement, Rules } from "../../recognition/question";
import type { OrganisationSettings } from "../../schema/operations/organisation";
import type { MovementDecisions } from "../../store/movement/decisions";
import type { VersionReader } from "../../store/read/as-of";
import type { IdentifierReader } from "../../store/read/identifiers";
import type { Status } from "../../store/status";
import type { Store } from "../../store/store";
import type { AccountVerbs } from "./account-verbs";
import type { ApprovalVerbs } from "./approval-verbs";
import type { CodeVerbs } from "./code-verbs";
import type { CourseVerbs } from "./course-verbs";
import type { HeldVerbs } from "./held-verbs";
import type { ReplayVerbs } from "./replay-verbs";

/** What a part is drawn from. */
export type SystemKind = "lms" | "oh" | "esr" | "recruitment";

/** A connector of the catalogue, as far as the graph needs it. */
export interface ConnectorSummary {
  readonly name: string;
  readonly title: string;
  readonly delivers: readonly { readonly kind: string; readonly system: SystemKind; readonly dataSet?: string }[];
}

/** Values that hold for the whole process; composed by the command. */
export interface Environment {
  readonly store: Pick<Store, "withPrincipal" | "agreements"> & MovementDecisions & Pick<Status, "listConnections" | "listProblems">;
  readonly clock: Clock;
  readonly organisations: readonly OrganisationSettings[];
  readonly connectors: readonly ConnectorSummary[];
  /** By connection id, where its settings read less than its connector could. */
  readonly deliveries?: ReadonlyMap<string, ConnectorSummary["delivers"]>;
  readonly periodFor: PeriodFor;
  /** What organisations ask, and by which rules it need not be repeated. */
  readonly recognition: {
    readonly rules: Rules;
    /** Empty: the organisation has stated nothing for this post. */
    requirementsFor(post: {
      readonly organisation: string;
      readonly staffGroup: string;
      readonly jobRole: string | undefined;
      readonly startsOn: string;
    }): readonly Requirement[];
  };
  /** An award counts as expiring when its last day is at most this many days away. */
  readonly expiringDays: number;
  /** Connections whose awards are compared with ESR and never sent; absent: none. */
  readonly rehearsing?: readonly string[];
  readonly identifiers: IdentifierReader;
  /** Registered clients that a person may let act; absent: none. */
  readonly clients?: readonly { readonly id: string; readonly labels: readonly string[] }[];
  /** Opens what history keeps sealed. */
  readonly versions: VersionReader;
  /** Absent in a process that only answers questions. */
  readonly courses?: CourseVerbs;
  /** Likewise. */
  readonly held?: HeldVerbs;
  /** Absent likewise. */
  readonly replays?: ReplayVerbs;
  /** Absent likewise. */
  readonly codes?: CodeVerbs;
  /** Absent likewise. */
  readonly approvals?: ApprovalVerbs;
  /** Absent likewise. */
  readonly accounts?: AccountVerbs;
}
