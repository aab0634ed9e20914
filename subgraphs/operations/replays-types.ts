import { Field, Float, GraphQLISODateTime, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Organisation } from "../kit/organisation";
import { ReplayFailure, ReplayState, UserError } from "./courses-types";

export enum ReplayKind {
  COURSE_MAP = "COURSE_MAP",
  CODE_MAP = "CODE_MAP",
  RECORDS = "RECORDS",
}
registerEnumType(ReplayKind, {
  name: "ReplayKind",
  description: "Why records are derived anew.",
  valuesConfig: {
    COURSE_MAP: { description: "A course map has changed." },
    CODE_MAP: { description: "A code map has changed." },
    RECORDS: { description: "Somebody chose records by a filter." },
  },
});

@ObjectType({
  description:
    "Records that are derived anew from what was received, without asking the vendor: the plan in counts (null until it is planned), and how far it has got.",
  simpleResolvers: true,
})
export class RecordReplay {
  @Field(() => ID, { description: "Id." })
  id!: string;
  @Field(() => ReplayKind, { nullable: true, description: "Why." })
  kind!: string;
  @Field(() => ReplayState, { nullable: true, description: "How far it has got." })
  state!: string;
  @Field(() => String, { nullable: true, description: "What was chosen." })
  subject!: string;
  @Field(() => [Organisation], { nullable: true, description: "Whose records it may be about." })
  organisations!: readonly Organisation[];
  @Field(() => Int, { nullable: true, description: "Received records it is about: when it is planned, the sum of the four that follow." })
  records!: number;
  @Field(() => Int, { nullable: true, description: "Of those, planned so far: all, unless it is in planning." })
  lookedAt!: number;
  @Field(() => Int, { nullable: true, description: "Planned to change." })
  willChange!: number | null;
  @Field(() => Int, { nullable: true, description: "That stay as they are." })
  unchanged!: number | null;
  @Field(() => Int, { nullable: true, description: "That would fail, again or for the first time." })
  willFail!: number | null;
  @Field(() => Int, { nullable: true, description: "Not offered: the record as it was received is not there any more." })
  rawExpired!: number | null;
  @Field(() => Int, { nullable: true, description: "Rows that are written for those that change." })
  rows!: number | null;
  @Field(() => Int, { nullable: true, description: "Rows among them that are taken back." })
  withdrawn!: number | null;
  @Field(() => Int, { nullable: true, description: "Received records whose person is not bound to a staff member yet." })
  waiting!: number | null;
  @Field(() => Int, { nullable: true, description: "Derived by an older version of their connector." })
  older!: number | null;
  @Field(() => Int, { nullable: true, description: "Of those, planned to change." })
  olderWillChange!: number | null;
  @Field(() => [ReplayFailure], { nullable: true, description: "Why some would fail, or are not offered." })
  failures!: readonly ReplayFailure[];
  @Field(() => Float, { nullable: true, description: "Received records per second; null: as fast as it goes." })
  rate!: number | null;
  @Field(() => Int, { nullable: true, description: "Changed so far." })
  changed!: number;
  @Field(() => Int, { nullable: true, description: "That were found to be as planned already." })
  alreadyThere!: number;
  @Field(() => Int, { nullable: true, description: "That their source has stated anew since the plan: left as they are." })
  movedOn!: number;
  @Field(() => Int, { nullable: true, description: "Still to be done." })
  left!: number;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was planned." })
  plannedAt!: Date;
  @Field(() => String, { nullable: true, description: "Account that planned it." })
  plannedBy!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was started." })
  startedAt!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it came to its end." })
  appliedAt!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was cancelled." })
  cancelledAt!: Date | null;
  @Field(() => String, { nullable: true, description: "Why it was started." })
  reason!: string | null;
  @Field(() => String, { nullable: true, description: "Why it was cancelled." })
  cancelReason!: string | null;
}

@ObjectType({ description: "A replay, or why there is none.", simpleResolvers: true })
export class ReplayPayload {
  @Field(() => RecordReplay, { nullable: true, description: "The replay." })
  replay!: RecordReplay | null;
  @Field(() => [String], { nullable: true, description: "What differs from the plan, when nothing was begun for that reason." })
  differences!: readonly string[];
  @Field(() => [UserError], { nullable: true, description: "Why nothing was done." })
  userErrors!: readonly UserError[];
}

@InputType({ description: "Which records: at least one of these; what is given narrows." })
export class ReplayFilterInput {
  @Field(() => ID, { nullable: true, description: "One record." })
  record?: string | null;
  @Field(() => ID, { nullable: true, description: "One refusal." })
  refusal?: string | null;
  @Field(() => ID, { nullable: true, description: "Records of a connected system." })
  connection?: string | null;
  @Field(() => String, { nullable: true, description: "Records of an organisation, by its ODS code." })
  organisation?: string | null;
  @Field(() => String, { nullable: true, description: "Records of a kind, for example achievement." })
  kind?: string | null;
  @Field(() => String, { nullable: true, description: "Refusals with this code; records that stand are not meant then." })
  code?: string | null;
  @Field(() => String, { nullable: true, description: "Read by the hub from this day or instant on." })
  since?: string | null;
  @Field(() => String, { nullable: true, description: "Read by the hub before this day or instant." })
  until?: string | null;
}

@InputType({ description: "A replay that is to be planned. Nothing is changed." })
export class PlanReplayInput {
  @Field(() => ReplayFilterInput, { description: "Which records." })
  filter!: ReplayFilterInput;
  @Field(() => String, { description: "Why, for whoever reads the audit." })
  reason!: string;
}

@InputType({ description: "A plan that is to be carried out." })
export class StartReplayInput {
  @Field(() => ID, { description: "Id of the plan." })
  replay!: string;
  @Field(() => String, { description: "Why, for whoever reads the audit." })
  reason!: string;
  @Field(() => Float, { nullable: true, description: "Received records per second; as fast as it goes when left out." })
  rate?: number | null;
}

@InputType({ description: "A replay that is to stop." })
export class CancelReplayInput {
  @Field(() => ID, { description: "Id of the replay." })
  replay!: string;
  @Field(() => String, { description: "Why, for whoever reads the audit." })
  reason!: string;
}
