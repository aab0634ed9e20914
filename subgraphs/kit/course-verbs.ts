/** What the graph may ask of the verbs about course maps: values and functions, put together by the command. */
import type { UnmappedCourse } from "../../store/course-maps";

export interface CourseMapInForce {
  /** Undefined for a row of the configuration: it is changed there. */
  readonly id: string | undefined;
  readonly course: string;
  /** Undefined: local learning. */
  readonly competence: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly approvedBy: string | undefined;
  readonly recordedBy: string | undefined;
  readonly recordedAt: Date | undefined;
  readonly reason: string | undefined;
}

export interface CourseMapProposal {
  readonly organisation: string;
  readonly course: string;
  /** Names as in ESR, or identities. */
  readonly competences: readonly string[];
  readonly local: boolean;
  readonly from: string | undefined;
  readonly to: string | undefined;
}
export interface CourseMapEnding {
  readonly organisation: string;
  readonly courseMaps: readonly string[];
}

export interface ReplayPreview {
  readonly id: string;
  readonly organisation: string;
  readonly course: string;
  readonly state: string;
  readonly counts: {
    readonly completions: number;
    readonly change: number;
    readonly unchanged: number;
    readonly fail: number;
    readonly rawExpired: number;
    readonly awards: number;
    readonly withdrawn: number;
    readonly staffMembers: number;
    readonly waitingForPerson: number;
  };
  readonly failures: Readonly<Record<string, number>>;
  readonly sample: readonly {
    readonly title: string;
    readonly completedOn: string;
    readonly before: string;
    readonly competences: readonly string[];
  }[];
  readonly wouldBecomeDue: number | undefined;
  /** Why that is not known. */
  readonly dueNotKnown: string | undefined;
}

export type ReplayOutcome =
  | {
      readonly state: "APPLIED";
      readonly replay: ReplayPreview;
      readonly changed: number;
      readonly alreadyThere: number;
      readonly movedOn: number;
    }
  | { readonly state: "STALE"; readonly replay: ReplayPreview; readonly differences: readonly string[] };

/** Whoever asks, as the audit knows them. */
export interface Asker {
  readonly requestId: string;
  readonly subject: string;
  readonly organisation: string | undefined;
  readonly role: string;
  readonly purpose: string | undefined;
}

/** Errors are HubErrors with a code of schema/codes/problems.ts and, where one field is at fault, its name in the detail. */
export interface CourseVerbs {
  unmapped(organisation: string): Promise<readonly UnmappedCourse[]>;
  inForce(organisation: string): Promise<readonly CourseMapInForce[]>;
  preview(proposal: CourseMapProposal, asker: Asker): Promise<ReplayPreview>;
  previewEnding(ending: CourseMapEnding, asker: Asker): Promise<ReplayPreview>;
  /** Whose replay it is; undefined when there is none. */
  organisationOf(replayId: string): Promise<string | undefined>;
  apply(
    replayId: string,
    approval: { readonly approvedBy: string | undefined; readonly reason: string },
    asker: Asker,
  ): Promise<ReplayOutcome>;
}
