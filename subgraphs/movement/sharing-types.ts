/** What people open to organisations, and why an organisation has somebody: the answers. The inputs stand in sharing-inputs.ts. */
import { Field, GraphQLISODateTime, ID, Int, ObjectType } from "type-graphql";
import type { RecordTypeWord } from "../../schema/movement/record-types";
import { EngagementKind } from "../../schema/staff/assignment";
import type { Master, TransferState } from "../../store/movement/engagement-list";
import type { ObjectionVerdict } from "../../store/movement/objections";
import {
  type AgreementStateName,
  AgreementStates,
  type CopyRequestStateName,
  CopyRequestStates,
  Masters,
  ObjectionDecisions,
  RecordTypes,
  type ShareStateName,
  ShareStates,
  TransferAnswers,
  TransferStates,
} from "./sharing-words";
import { Organisation, type OrganisationValue, StaffMember } from "./types";

@ObjectType({ description: "One change, as it was kept: nothing is overwritten without one.", simpleResolvers: true })
export class RecordedChange {
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When." })
  at!: Date;
  @Field(() => String, { nullable: true, description: "What was done, for example CREATED, NARROWED, SIGNED or ENDED." })
  change!: string;
  @Field(() => String, { nullable: true, description: "Who, by role and organisation; nobody's name." })
  by!: string;
  @Field(() => String, { nullable: true, description: "Why, where a reason was given." })
  reason!: string | null;
  @Field(() => [RecordTypes], { nullable: true, description: "What it was about after the change." })
  recordTypes!: readonly RecordTypeWord[] | null;
  @Field(() => String, { nullable: true, description: "Last day after the change, YYYY-MM-DD." })
  lastDay!: string | null;
}

@ObjectType({ description: "Why an organisation has somebody, and for which days.", simpleResolvers: true })
export class Engagement {
  @Field(() => ID, { nullable: true, description: "Id of the statement of HR, where it stands on one: what endEngagement names." })
  statement!: string | null;
  @Field(() => Organisation, { nullable: true, description: "Organisation that has the person." })
  organisation!: OrganisationValue | null;
  @Field(() => EngagementKind, { nullable: true, description: "Why it has the person." })
  kind!: string | null;
  @Field(() => String, { nullable: true, description: "First day, YYYY-MM-DD; of an offer the day that is foreseen." })
  startsOn!: string | null;
  @Field(() => String, { nullable: true, description: "Last day, YYYY-MM-DD; null while none is known." })
  endsOn!: string | null;
  @Field(() => Masters, { nullable: true, description: "Whose word it stands on." })
  master!: Master | null;
  @Field(() => String, { nullable: true, description: "Why HR says so." })
  reason!: string | null;
}

@ObjectType({ description: "What a person has opened to one organisation.", simpleResolvers: true })
export class Share {
  @Field(() => ID, { description: "Id; what narrowing, widening and revoking name." })
  id!: string;
  @Field(() => Organisation, { nullable: true, description: "To whom." })
  organisation!: OrganisationValue;
  @Field(() => [RecordTypes], { nullable: true, description: "What. Training and immunisations say whose they are." })
  recordTypes!: readonly RecordTypeWord[];
  @Field(() => String, { nullable: true, description: "First day, YYYY-MM-DD." })
  startsOn!: string;
  @Field(() => String, { nullable: true, description: "Last day, YYYY-MM-DD." })
  until!: string;
  @Field(() => ShareStates, { nullable: true, description: "Whether it opens anything." })
  state!: ShareStateName;
  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: "When it was made or last widened: a later objection to health data closes it for them.",
  })
  madeAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was taken back." })
  revokedAt!: Date | null;
  @Field(() => [RecordedChange], { nullable: true, description: "How it came about, the oldest change first." })
  history!: readonly RecordedChange[];
}

@ObjectType({ description: "A record that would move with the person to a new employer.", simpleResolvers: true })
export class Transfer {
  @Field(() => Organisation, { nullable: true, description: "New employer, whose offer is accepted." })
  organisation!: OrganisationValue;
  @Field(() => [Organisation], { nullable: true, description: "Employers from whom the record would come." })
  from!: readonly OrganisationValue[];
  @Field(() => String, { nullable: true, description: "Day on which the employment is to begin, YYYY-MM-DD." })
  startsOn!: string | null;
  @Field(() => TransferStates, { nullable: true, description: "What has become of it." })
  state!: TransferState;
  @Field(() => TransferAnswers, { nullable: true, description: "The person's answer; null while there is none, and then nothing moves." })
  answer!: "YES" | "NO" | null;
  @Field(() => String, { nullable: true, description: "In a sentence." })
  say!: string;
}

@ObjectType({ description: "What one controller has decided about an objection.", simpleResolvers: true })
export class DecidedObjection {
  @Field(() => Organisation, { nullable: true, description: "Controller of the records that it is about." })
  controller!: OrganisationValue;
  @Field(() => ObjectionDecisions, { nullable: true, description: "What was decided." })
  decision!: ObjectionVerdict;
  @Field(() => String, { nullable: true, description: "Why." })
  reason!: string;
}

@ObjectType({
  description: "A person's objection to what organisations have agreed. For health data it counts at once, and nobody decides against it.",
  simpleResolvers: true,
})
export class Objection {
  @Field(() => ID, { description: "Id; what withdrawing and deciding name." })
  id!: string;
  @Field(() => StaffMember, { nullable: true, description: "Who objects." })
  staffMember!: { readonly id: string } | null;
  @Field(() => [RecordTypes], { nullable: true, description: "To what." })
  recordTypes!: readonly RecordTypeWord[];
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When." })
  madeAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was withdrawn." })
  withdrawnAt!: Date | null;
  @Field(() => String, { nullable: true, description: "Why, in the person's words." })
  reason!: string | null;
  @Field(() => [DecidedObjection], {
    nullable: true,
    description: "What controllers have decided about other types than health; until then no agreement opens these.",
  })
  decisions!: readonly DecidedObjection[];
}

@ObjectType({ description: "A copy of everything, asked of one organisation.", simpleResolvers: true })
export class CopyRequest {
  @Field(() => ID, { description: "Id." })
  id!: string;
  @Field(() => String, { nullable: true, description: "What the organisation and the person call it by." })
  reference!: string;
  @Field(() => Organisation, { nullable: true, description: "Of whom it is asked." })
  organisation!: OrganisationValue;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When." })
  askedAt!: Date;
  @Field(() => String, { nullable: true, description: "Day by which it is to be answered, YYYY-MM-DD: a month after it was asked." })
  answerBy!: string;
  @Field(() => CopyRequestStates, { nullable: true, description: "What has become of it." })
  state!: CopyRequestStateName;
  @Field(() => String, { nullable: true, description: "Why it was refused." })
  reason!: string | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When the copy was made." })
  answeredAt!: Date | null;
}

@ObjectType({ description: "A client that the person lets act.", simpleResolvers: true })
export class ClientApproval {
  @Field(() => String, { nullable: true, description: "Id of the client, as it is registered." })
  client!: string;
  @Field(() => [RecordTypes], { nullable: true, description: "What it may see and do for the person." })
  recordTypes!: readonly RecordTypeWord[];
  @Field(() => String, { nullable: true, description: "First day, YYYY-MM-DD." })
  startsOn!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was taken back." })
  revokedAt!: Date | null;
  @Field(() => [RecordedChange], { nullable: true, description: "How it came about, the oldest change first." })
  history!: readonly RecordedChange[];
}

@ObjectType({
  description: "One direction of a workforce sharing agreement: what one organisation may read of what another holds.",
  simpleResolvers: true,
})
export class SharingAgreement {
  @Field(() => ID, { description: "Id; what signing and ending name." })
  id!: string;
  @Field(() => String, { nullable: true, description: "Reference of the document." })
  reference!: string;
  @Field(() => Organisation, { nullable: true, description: "Whose records may be read." })
  controller!: OrganisationValue;
  @Field(() => Organisation, { nullable: true, description: "Who may read them, for people who work there." })
  organisation!: OrganisationValue;
  @Field(() => [RecordTypes], { nullable: true, description: "What may be read." })
  recordTypes!: readonly RecordTypeWord[];
  @Field(() => String, { nullable: true, description: "First day, YYYY-MM-DD." })
  startsOn!: string;
  @Field(() => String, { nullable: true, description: "Last day, YYYY-MM-DD; null: until somebody ends it." })
  endsOn!: string | null;
  @Field(() => Int, { nullable: true, description: "Days before a placement from which it opens; null: the usual 91." })
  placementLeadDays!: number | null;
  @Field(() => Int, { nullable: true, description: "Days after a placement until which it opens; null: the usual 14." })
  placementGraceDays!: number | null;
  @Field(() => AgreementStates, { nullable: true, description: "Whether it opens anything." })
  state!: AgreementStateName;
  @Field(() => [Organisation], { nullable: true, description: "Who has still to sign." })
  waitsFor!: readonly OrganisationValue[];
  @Field(() => Boolean, { nullable: true, description: "Whether it is recorded by the configuration, and changed there." })
  byConfiguration!: boolean;
  @Field(() => [RecordedChange], { nullable: true, description: "How it came about, the oldest change first." })
  history!: readonly RecordedChange[];
}
