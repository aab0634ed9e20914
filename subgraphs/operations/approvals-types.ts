import { Field, GraphQLISODateTime, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Organisation } from "../kit/organisation";
import { UserError } from "./courses-types";

export enum ApprovalDecision {
  APPROVED = "APPROVED",
  REFUSED = "REFUSED",
}
registerEnumType(ApprovalDecision, {
  name: "ApprovalDecision",
  description: "What a second person says.",
  valuesConfig: {
    APPROVED: { description: "Yes, to exactly what was asked." },
    REFUSED: { description: "No; whoever asked takes it back so." },
  },
});

@ObjectType({ description: "What exactly was asked, one point of it.", simpleResolvers: true })
export class ApprovalDetail {
  @Field(() => String, { nullable: true, description: "What is told: a table, the record types, the system." })
  name!: string;
  @Field(() => String, { nullable: true, description: "A count, an id or a word; never a value of anybody's record." })
  value!: string;
}

@ObjectType({ description: "An act that takes two people: asked by one, decided by another.", simpleResolvers: true })
export class Approval {
  @Field(() => ID, { description: "Id; what a decision names." })
  id!: string;
  @Field(() => String, { nullable: true, description: "The act, for example release-health or break-glass." })
  act!: string;
  @Field(() => ID, { nullable: true, description: "Id of whom or what it is about." })
  about!: string;
  @Field(() => Organisation, { nullable: true, description: "Whose people it touches." })
  organisation!: Organisation;
  @Field(() => String, { nullable: true, description: "The controller's reference, where the act needs one." })
  instruction!: string | null;
  @Field(() => [ApprovalDetail], { nullable: true, description: "What exactly was asked." })
  details!: readonly ApprovalDetail[];
  @Field(() => String, { nullable: true, description: "Why, as whoever asked has said." })
  reason!: string;
  @Field(() => String, { nullable: true, description: "Login that asked." })
  askedBy!: string;
  @Field(() => String, { nullable: true, description: "Role in which it was asked." })
  askedRole!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was asked." })
  askedAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When the request, and a yes to it, run out." })
  expiresAt!: Date;
  @Field(() => Boolean, { nullable: true, description: "Whether the caller's yes would count. Whoever asked can only take it back." })
  mayApprove!: boolean;
  @Field(() => ApprovalDecision, { nullable: true, description: "What was decided; null while it waits." })
  decision!: string | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was decided." })
  decidedAt!: Date | null;
}

@InputType({ description: "A second person's yes or no." })
export class ApprovalInput {
  @Field(() => ID, { description: "Id of the request." })
  approval!: string;
  @Field(() => ApprovalDecision, { description: "Yes or no." })
  decision!: "APPROVED" | "REFUSED";
  @Field(() => String, { description: "Why, for whoever reads the audit: 1 to 1,000 characters." })
  reason!: string;
}

@InputType({ description: "The wish to see one refused payload of training." })
export class RefusedPayloadInput {
  @Field(() => ID, { description: "Id of the refusal." })
  refusal!: string;
  @Field(() => String, { description: "Why, for the second person, the trust and the audit: 1 to 1,000 characters." })
  reason!: string;
}

@ObjectType({ description: "What was asked or decided, or why nothing was.", simpleResolvers: true })
export class ApprovalPayload {
  @Field(() => Approval, { nullable: true, description: "The request after it." })
  approval!: Approval | null;
  @Field(() => [UserError], { nullable: true, description: "Why nothing was done." })
  userErrors!: readonly UserError[];
}

@ObjectType({ description: "One refused record of training as the vendor sent it, while the hour runs.", simpleResolvers: true })
export class RefusedPayload {
  @Field(() => ID, { description: "Id of the refusal." })
  refusal!: string;
  @Field(() => ID, { nullable: true, description: "Connected system that sent it." })
  connectedSystem!: string;
  @Field(() => Organisation, { nullable: true, description: "Whose it is; its administrators see that it was looked at." })
  organisation!: Organisation;
  @Field(() => String, { nullable: true, description: "Record kind." })
  kind!: string | null;
  @Field(() => String, { nullable: true, description: "Code of what is wrong with it." })
  code!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When the hour is over." })
  until!: Date;
  @Field(() => String, { nullable: true, description: "The payload, as JSON." })
  payload!: string;
}

@ObjectType({
  description:
    "That somebody outside the trust was allowed to see one of its refused payloads, and how often they have. Never the payload.",
  simpleResolvers: true,
})
export class PayloadLook {
  @Field(() => ID, { description: "Id of the request that was approved." })
  id!: string;
  @Field(() => ID, { nullable: true, description: "Id of the refusal." })
  refusal!: string;
  @Field(() => Organisation, { nullable: true, description: "Whose payload it was." })
  organisation!: Organisation;
  @Field(() => ID, { nullable: true, description: "Connected system that had sent it." })
  connectedSystem!: string | null;
  @Field(() => String, { nullable: true, description: "Record kind." })
  kind!: string | null;
  @Field(() => String, { nullable: true, description: "Role of whoever asked." })
  role!: string;
  @Field(() => String, { nullable: true, description: "Role of whoever approved." })
  approvedByRole!: string;
  @Field(() => String, { nullable: true, description: "Why, as whoever asked has said." })
  reason!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was asked." })
  askedAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was approved: the hour began." })
  approvedAt!: Date;
  @Field(() => Int, { nullable: true, description: "How many times it was shown." })
  looks!: number;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was shown first; null: it was not." })
  firstAt!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was shown last." })
  lastAt!: Date | null;
}
