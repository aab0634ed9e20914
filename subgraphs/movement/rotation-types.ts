import { Field, Int, ObjectType } from "type-graphql";
import { PageInfo } from "../kit/paging";
import type { StaffMemberStub } from "../kit/stub";
import { Organisation, type OrganisationValue, ReadinessItem, ReadinessSummary, StaffMember } from "./types";
import { Moves, Sides } from "./words";

@ObjectType({ description: "How many of a rotation are ready, for one kind of move.", simpleResolvers: true })
export class RotationSummary {
  @Field(() => Moves, { nullable: true, description: "What kind of move." })
  move!: string;
  @Field(() => Int, { nullable: true, description: "Starters." })
  starters!: number;
  @Field(() => Int, { nullable: true, description: "Ready: no training that is asked has to be done. Health takes no part." })
  ready!: number;
  @Field(() => Int, { nullable: true, description: "Not ready." })
  notReady!: number;
  @Field(() => Int, { nullable: true, description: "Of those not ready: who would be, were a course mapped that nobody has mapped yet." })
  waitingForMap!: number;
  @Field(() => Int, { nullable: true, description: "Of those not ready: of whom readiness cannot be answered." })
  unanswered!: number;
  @Field(() => Int, { nullable: true, description: "Days until the first of them starts." })
  daysLeft!: number;
  @Field(() => String, { nullable: true, description: "The counts in a sentence, and why some training may not be visible yet." })
  say!: string;
}

@ObjectType({ description: "Somebody who starts in a rotation, and what is missing.", simpleResolvers: true })
export class Starter {
  @Field(() => StaffMember, { nullable: true, description: "The staff member." })
  staffMember!: StaffMemberStub;
  @Field(() => Moves, { nullable: true, description: "What kind of move." })
  move!: string;
  @Field(() => Organisation, { nullable: true, description: "Where the person starts." })
  organisation!: OrganisationValue;
  @Field(() => Organisation, { nullable: true, description: "Employer that stays the employer, where there is one." })
  employer!: OrganisationValue | null;
  @Field(() => String, { nullable: true, description: "The person's own first day, YYYY-MM-DD." })
  startsOn!: string;
  @Field(() => Int, { nullable: true, description: "Days until then." })
  daysLeft!: number;
  @Field(() => Boolean, {
    nullable: true,
    description: "Whether no training that is asked has to be done; null when it cannot be answered.",
  })
  ready!: boolean | null;
  @Field(() => ReadinessSummary, { nullable: true, description: "Counts over the training asked; null when it cannot be answered." })
  summary!: ReadinessSummary | null;
  @Field(() => [ReadinessItem], { nullable: true, description: "Training that has to be done or is unknown, with whose move it is." })
  missing!: readonly ReadinessItem[] | null;
  @Field(() => [ReadinessItem], {
    nullable: true,
    description: "Checks that are unknown or run out, with whose move it is; what each employer checks itself is not among them.",
  })
  openChecks!: readonly ReadinessItem[] | null;
  @Field(() => [ReadinessItem], {
    nullable: true,
    description: "What need not be repeated and is not in ESR yet, with whose system holds it.",
  })
  notYetInEsr!: readonly ReadinessItem[] | null;
  @Field(() => String, { nullable: true, description: "The answer in a sentence, or why there is none." })
  say!: string;
  @Field(() => String, { nullable: true, description: "Why there may be more than this caller sees." })
  partial!: string | null;
  @Field(() => Boolean, { nullable: true, description: "Whether a transfer of employment comes with this move." })
  transferOffered!: boolean;
  @Field(() => String, { nullable: true, description: "How the record comes to the organisation." })
  transferNote!: string;
  @Field(() => String, { nullable: true, description: "For HR: where health is asked about. Always the same line." })
  healthNote!: string | null;
}

@ObjectType({ description: "A starter in a list.", simpleResolvers: true })
export class StarterEdge {
  @Field(() => String, { description: "Cursor to pass as `after`." })
  cursor!: string;
  @Field(() => Starter, { nullable: true, description: "The starter." })
  node!: Starter;
}

@ObjectType({ description: "A page of starters, by day and id.", simpleResolvers: true })
export class StarterConnection {
  @Field(() => [StarterEdge], { nullable: true, description: "Starters of this page." })
  edges!: readonly StarterEdge[];
  @Field(() => PageInfo, { description: "Where this page stands." })
  pageInfo!: PageInfo;
}

@ObjectType({ description: "Everybody who starts within the days of one rotation, of one organisation's side.", simpleResolvers: true })
export class Rotation {
  @Field(() => Organisation, { nullable: true, description: "Organisation whose rotation it is." })
  organisation!: OrganisationValue;
  @Field(() => Sides, { nullable: true, description: "Who starts here, or who of here starts elsewhere." })
  side!: string;
  @Field(() => String, { nullable: true, description: "First day of the rotation, YYYY-MM-DD." })
  startsOn!: string;
  @Field(() => String, { nullable: true, description: "Last day on which a start counts to it, YYYY-MM-DD." })
  lastOn!: string;
}
