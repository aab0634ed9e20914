/** What the pages of courses ask, and what they get. */
import type { OrganisationAnswer } from "./questions";

export const organisationsQuestion = `query ConsoleCourseOrganisations { operations { coverage { organisation { odsCode name } hasLms }
  causes { code systems { count system { organisations { odsCode } } } } } }`;

export const coursesQuestion = `query ConsoleCourses($organisation: String!) { operations { asOf
  unmappedCourses(organisation: $organisation) { id course { code title } organisation { odsCode name } connectedSystemId people completions waitingForPerson
    firstCompletedOn lastCompletedOn suggestions { competence title score } } } }`;

const replay = `replay { id state course completions willChange unchanged willFail rawExpired awards withdrawn staffMembers waitingForPerson wouldBecomeDue
  dueNotKnown failures { code say next count } }`;
export const previewQuestion = `mutation ConsolePreview($input: CourseMapInput!) { previewCourseMap(input: $input) { ${replay}
  userErrors { code field message } } }`;
export const applyQuestion = `mutation ConsoleApply($input: ApplyCourseMapInput!) { applyCourseMap(input: $input) { ${replay}
  changed alreadyThere movedOn userErrors { code field message } } }`;

export interface OrganisationsAnswer {
  readonly coverage: readonly { readonly organisation: OrganisationAnswer; readonly hasLms: boolean }[];
  readonly causes: readonly {
    readonly code: string;
    readonly systems: readonly { readonly count: number; readonly system: { readonly organisations: readonly OrganisationAnswer[] } }[];
  }[];
}
export interface UnmappedCourseAnswer {
  readonly id: string;
  readonly course: { readonly code: string; readonly title: string };
  readonly organisation: OrganisationAnswer;
  readonly connectedSystemId: string;
  readonly people: number;
  readonly completions: number;
  readonly waitingForPerson: number;
  /** Of fewer than 5 people no day is told. */
  readonly firstCompletedOn: string | null;
  readonly lastCompletedOn: string | null;
  readonly suggestions: readonly { readonly competence: string; readonly title: string; readonly score: number }[];
}
export interface ReplayAnswer {
  readonly id: string;
  readonly state: string;
  readonly course: string;
  readonly completions: number;
  readonly willChange: number;
  readonly unchanged: number;
  readonly willFail: number;
  readonly rawExpired: number;
  readonly awards: number;
  readonly withdrawn: number;
  readonly staffMembers: number;
  readonly waitingForPerson: number;
  readonly wouldBecomeDue: number | null;
  readonly dueNotKnown: string | null;
  readonly failures: readonly { readonly code: string; readonly say: string; readonly next: string; readonly count: number }[];
}
export interface UserErrorAnswer {
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
}
export interface PreviewAnswer {
  readonly previewCourseMap: { readonly replay: ReplayAnswer | null; readonly userErrors: readonly UserErrorAnswer[] } | null;
}
export interface ApplyAnswer {
  readonly applyCourseMap: {
    readonly replay: ReplayAnswer | null;
    readonly changed: number | null;
    readonly alreadyThere: number | null;
    readonly movedOn: number | null;
    readonly userErrors: readonly UserErrorAnswer[];
  } | null;
}
