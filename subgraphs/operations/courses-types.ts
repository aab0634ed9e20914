import { Field, Float, GraphQLISODateTime, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Organisation } from "../kit/organisation";

@ObjectType({ description: "A course of a vendor's system, as the trust calls it.", simpleResolvers: true })
export class Course {
  @Field(() => String, { nullable: true, description: "Its ID number or short name, else id: and its number; what a course map names." })
  code!: string;
  @Field(() => String, { nullable: true, description: "Title, as the system shows it." })
  title!: string;
}

@ObjectType({ description: "A competence that a course's title may mean: for whoever decides, never a decision.", simpleResolvers: true })
export class CompetenceSuggestion {
  @Field(() => String, { nullable: true, description: "Identity of the competence: framework, subject, level and variant." })
  competence!: string;
  @Field(() => String, { nullable: true, description: "Name of the competence." })
  title!: string;
  @Field(() => Float, { nullable: true, description: "0 to 1: 1 when the title leaves one competence only." })
  score!: number;
}

@ObjectType({ description: "A course that nobody has mapped to a competence, with what waits for it.", simpleResolvers: true })
export class UnmappedCourse {
  @Field(() => ID, { description: "Connected system and course." })
  id!: string;
  @Field(() => Course, { nullable: true, description: "The course." })
  course!: Course;
  @Field(() => Organisation, { nullable: true, description: "Whose course map is asked." })
  organisation!: Organisation;
  @Field(() => ID, { nullable: true, description: "Connected system that the completions come from." })
  connectedSystemId!: string;
  @Field(() => Int, { nullable: true, description: "People who completed it." })
  people!: number;
  @Field(() => Int, { nullable: true, description: "Completions." })
  completions!: number;
  @Field(() => Int, { nullable: true, description: "People among them who are not bound to a staff member yet." })
  waitingForPerson!: number;
  @Field(() => String, { nullable: true, description: "Day of the first completion; null for fewer than 5 people." })
  firstCompletedOn!: string | null;
  @Field(() => String, { nullable: true, description: "Day of the last completion; null for fewer than 5 people." })
  lastCompletedOn!: string | null;
  @Field(() => [CompetenceSuggestion], { nullable: true, description: "What its title may mean; empty when that is not sure enough." })
  suggestions!: readonly CompetenceSuggestion[];
}

enum CourseMapOrigin {
  CONFIGURATION = "CONFIGURATION",
  STATED = "STATED",
}
registerEnumType(CourseMapOrigin, {
  name: "CourseMapOrigin",
  description: "Where a row of a course map stands.",
  valuesConfig: {
    CONFIGURATION: { description: "In a file of the installation's configuration; changed there." },
    STATED: { description: "Stated by the trust while the hub runs; can be ended." },
  },
});

@ObjectType({ description: "A course that names a competence, or is said to be local learning.", simpleResolvers: true })
export class CourseMap {
  @Field(() => ID, { nullable: true, description: "Id, when it can be ended here." })
  id!: string | null;
  @Field(() => CourseMapOrigin, { nullable: true, description: "Where it stands." })
  origin!: string;
  @Field(() => String, { nullable: true, description: "Course: ID number, short name, or id: and its number." })
  course!: string;
  @Field(() => String, { nullable: true, description: "Identity of the competence; null for local learning." })
  competence!: string | null;
  @Field(() => String, { nullable: true, description: "First day of completion for which it holds." })
  from!: string | null;
  @Field(() => String, { nullable: true, description: "Last day of completion for which it holds." })
  to!: string | null;
  @Field(() => String, { nullable: true, description: "Who answers for it." })
  approvedBy!: string | null;
  @Field(() => String, { nullable: true, description: "Account that recorded it." })
  recordedBy!: string | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was recorded." })
  recordedAt!: Date | null;
  @Field(() => String, { nullable: true, description: "Why." })
  reason!: string | null;
}

@ObjectType({ description: "Completions that a replay cannot derive anew, and why.", simpleResolvers: true })
export class ReplayFailure {
  @Field(() => String, { nullable: true, description: "Stable code." })
  code!: string;
  @Field(() => String, { nullable: true, description: "Why, in a sentence." })
  say!: string;
  @Field(() => String, { nullable: true, description: "The next step." })
  next!: string;
  @Field(() => Int, { nullable: true, description: "How many." })
  count!: number;
}

@ObjectType({ description: "One completion that would change; nothing of it names a person.", simpleResolvers: true })
export class ReplaySample {
  @Field(() => String, { nullable: true, description: "Title of the course." })
  title!: string;
  @Field(() => String, { nullable: true, description: "Day of completion." })
  completedOn!: string;
  @Field(() => String, { nullable: true, description: "How the course is mapped now." })
  before!: string;
  @Field(() => [String], { nullable: true, description: "Competences that it would award." })
  competences!: readonly string[];
}

export enum ReplayState {
  PLANNING = "PLANNING",
  PLANNED = "PLANNED",
  APPLYING = "APPLYING",
  APPLIED = "APPLIED",
  CANCELLED = "CANCELLED",
  STALE = "STALE",
}
registerEnumType(ReplayState, {
  name: "ReplayState",
  description: "How far a replay has got.",
  valuesConfig: {
    PLANNING: { description: "Being computed." },
    PLANNED: { description: "Computed and shown; nothing has been changed." },
    APPLYING: { description: "The change is stored, or the replay begun; its records are being derived." },
    APPLIED: { description: "Done, exactly as planned." },
    CANCELLED: { description: "Given up; what had been stored by then stays." },
    STALE: { description: "The records are no longer those of the preview; nothing was changed." },
  },
});

@ObjectType({ description: "What a change of a course map derives anew from the records as they were received.", simpleResolvers: true })
export class Replay {
  @Field(() => ID, { description: "Id." })
  id!: string;
  @Field(() => ReplayState, { nullable: true, description: "How far it has got." })
  state!: string;
  @Field(() => Organisation, { nullable: true, description: "Whose course map changes." })
  organisation!: Organisation;
  @Field(() => String, { nullable: true, description: "The course." })
  course!: string;
  @Field(() => Int, { nullable: true, description: "Completions of the course: the sum of the four that follow." })
  completions!: number;
  @Field(() => Int, { nullable: true, description: "Completions that change." })
  willChange!: number;
  @Field(() => Int, { nullable: true, description: "Completions that stay as they are." })
  unchanged!: number;
  @Field(() => Int, { nullable: true, description: "Completions that cannot be derived." })
  willFail!: number;
  @Field(() => Int, { nullable: true, description: "Completions whose raw record has expired: not offered." })
  rawExpired!: number;
  @Field(() => Int, { nullable: true, description: "Awards that come into being or change." })
  awards!: number;
  @Field(() => Int, { nullable: true, description: "Awards that are taken back." })
  withdrawn!: number;
  @Field(() => Int, { nullable: true, description: "Staff members whose records change." })
  staffMembers!: number;
  @Field(() => Int, { nullable: true, description: "People among them who are not bound to a staff member yet." })
  waitingForPerson!: number;
  @Field(() => Int, { nullable: true, description: "Awards that would become due for ESR; null when that is not known." })
  wouldBecomeDue!: number | null;
  @Field(() => String, { nullable: true, description: "Why it is not known how many would become due." })
  dueNotKnown!: string | null;
  @Field(() => [ReplayFailure], { nullable: true, description: "Why some cannot be derived, or are not offered." })
  failures!: readonly ReplayFailure[];
  @Field(() => [ReplaySample], { nullable: true, description: "A few of those that change." })
  sample!: readonly ReplaySample[];
}

@ObjectType({ description: "Why something was not done.", simpleResolvers: true })
export class UserError {
  @Field(() => String, { nullable: true, description: "Stable code." })
  code!: string;
  @Field(() => String, { nullable: true, description: "Field of the input that is at fault, if one is." })
  field!: string | null;
  @Field(() => String, { nullable: true, description: "What is wrong and what to do, in sentences." })
  message!: string;
}

@ObjectType({ description: "The preview of a change of a course map, or why there is none.", simpleResolvers: true })
export class PreviewCourseMapPayload {
  @Field(() => Replay, { nullable: true, description: "What would be done." })
  replay!: Replay | null;
  @Field(() => [UserError], { nullable: true, description: "Why there is no preview." })
  userErrors!: readonly UserError[];
}

@ObjectType({ description: "What was done, or why nothing was.", simpleResolvers: true })
export class ApplyCourseMapPayload {
  @Field(() => Replay, { nullable: true, description: "The replay, with the counts of its preview." })
  replay!: Replay | null;
  @Field(() => Int, { nullable: true, description: "Completions that this call has changed." })
  changed!: number | null;
  @Field(() => Int, { nullable: true, description: "Completions of the plan that were as planned before this call." })
  alreadyThere!: number | null;
  @Field(() => Int, { nullable: true, description: "Completions that the source has stated anew since the change was stored." })
  movedOn!: number | null;
  @Field(() => [String], { nullable: true, description: "What differs from the preview, when nothing was done for that reason." })
  differences!: readonly string[];
  @Field(() => [UserError], { nullable: true, description: "Why nothing was done." })
  userErrors!: readonly UserError[];
}

@InputType({ description: "Which competences a course awards." })
export class CourseMapInput {
  @Field(() => String, { description: "ODS code of the organisation." })
  organisation!: string;
  @Field(() => String, { description: "Course: ID number, short name, or id: and its number." })
  course!: string;
  @Field(() => [String], { nullable: true, description: "Competences, by their name in ESR or their identity." })
  competences?: readonly string[];
  @Field(() => Boolean, { nullable: true, description: "Local learning: no competence." })
  local?: boolean;
  @Field(() => String, { nullable: true, description: "First day of completion for which it holds (YYYY-MM-DD)." })
  from?: string;
  @Field(() => String, { nullable: true, description: "Last day of completion for which it holds (YYYY-MM-DD)." })
  to?: string;
}

@InputType({ description: "Rows of a course map that are to end." })
export class CourseMapEndInput {
  @Field(() => String, { description: "ODS code of the organisation." })
  organisation!: string;
  @Field(() => [ID], { description: "Ids of the rows." })
  courseMaps!: readonly string[];
}

@InputType({ description: "A preview that is to be carried out." })
export class ApplyCourseMapInput {
  @Field(() => ID, { description: "Id of the replay that the preview gave." })
  replay!: string;
  @Field(() => String, { description: "Why, for whoever reads the audit." })
  reason!: string;
  @Field(() => String, { nullable: true, description: "Who answers for it, when it is not the caller." })
  approvedBy?: string;
}
