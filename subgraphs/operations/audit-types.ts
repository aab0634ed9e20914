import { Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from "type-graphql";
import { Organisation } from "../kit/organisation";
import { PageInfo } from "../kit/paging";

export enum AuditDecision {
  ALLOW = "ALLOW",
  DENY = "DENY",
  PARTIAL = "PARTIAL",
}
registerEnumType(AuditDecision, {
  name: "AuditDecision",
  description: "What was decided about an operation.",
  valuesConfig: {
    ALLOW: { description: "Something was shown or done." },
    DENY: { description: "Nothing was shown or done." },
    PARTIAL: { description: "Some of it was shown, and some refused." },
  },
});

@ObjectType({ description: "One look at somebody's record, as the person is told of it: never who it was by name.", simpleResolvers: true })
export class AccessEvent {
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When." })
  at!: Date;
  @Field(() => Organisation, { nullable: true, description: "For which organisation; null: the hub's own work, or the person." })
  organisation!: Organisation | null;
  @Field(() => String, { nullable: true, description: "In which role, for example hr, oh, connector or esr." })
  role!: string;
  @Field(() => String, { nullable: true, description: "What it was for." })
  purpose!: string | null;
  @Field(() => [String], { nullable: true, description: "Kinds of record that the operation read; none where it was refused." })
  kinds!: readonly string[];
  @Field(() => AuditDecision, { nullable: true, description: "What was decided; DENY: somebody tried and was shown nothing." })
  decision!: string;
}

@ObjectType({ description: "A look in a list.", simpleResolvers: true })
export class AccessEventEdge {
  @Field(() => String, { description: "Cursor to pass as `after`." })
  cursor!: string;
  @Field(() => AccessEvent, { nullable: true, description: "The look." })
  node!: AccessEvent;
}

@ObjectType({ description: "A page of who looked, the newest first.", simpleResolvers: true })
export class AccessEventConnection {
  @Field(() => [AccessEventEdge], { nullable: true, description: "Looks of this page." })
  edges!: readonly AccessEventEdge[];
  @Field(() => PageInfo, { description: "Where this page stands." })
  pageInfo!: PageInfo;
}

@ObjectType({
  description:
    "One operation in the audit, as the auditor of an organisation sees it. Of what another organisation's people did with its data: who for, why, when and the decision.",
  simpleResolvers: true,
})
export class AuditEvent {
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When." })
  at!: Date;
  @Field(() => Boolean, { nullable: true, description: "Whether it is of the organisation's own chain." })
  own!: boolean;
  @Field(() => String, { nullable: true, description: "Its number in the chain." })
  number!: string | null;
  @Field(() => String, { nullable: true, description: "Name of the operation, as its caller gave it." })
  operation!: string | null;
  @Field(() => [String], { nullable: true, description: "What it asked for, for example Query.staffMember." })
  fields!: readonly string[] | null;
  @Field(() => String, { nullable: true, description: "Issuer and subject of who asked." })
  subject!: string | null;
  @Field(() => Organisation, { nullable: true, description: "For which organisation." })
  organisation!: Organisation | null;
  @Field(() => String, { nullable: true, description: "In which role." })
  role!: string;
  @Field(() => String, { nullable: true, description: "Client that acted for the person." })
  actingClient!: string | null;
  @Field(() => String, { nullable: true, description: "What it was for." })
  purpose!: string | null;
  @Field(() => AuditDecision, { nullable: true, description: "What was decided." })
  decision!: string;
  @Field(() => String, { nullable: true, description: "Why, in technical words, or as whoever acted has said." })
  reason!: string | null;
  @Field(() => [String], { nullable: true, description: "Kinds of record that were read." })
  kinds!: readonly string[] | null;
  @Field(() => [ID], { nullable: true, description: "Staff members something was shown of." })
  staffMembers!: readonly string[] | null;
  @Field(() => [ID], { nullable: true, description: "Staff members asked for by id of whom nothing was shown." })
  refusedMembers!: readonly string[] | null;
  @Field(() => [String], { nullable: true, description: "What was changed, as kind:id." })
  changes!: readonly string[] | null;
  @Field(() => [String], { nullable: true, description: "ODS codes of the organisations whose data it was." })
  controllers!: readonly string[] | null;
  @Field(() => String, { nullable: true, description: "Version of the access tables." })
  policyVersion!: string;
}

@ObjectType({ description: "An operation in a list.", simpleResolvers: true })
export class AuditEventEdge {
  @Field(() => String, { description: "Cursor to pass as `after`." })
  cursor!: string;
  @Field(() => AuditEvent, { nullable: true, description: "The operation." })
  node!: AuditEvent;
}

@ObjectType({ description: "A page of the audit, the newest first.", simpleResolvers: true })
export class AuditEventConnection {
  @Field(() => [AuditEventEdge], { nullable: true, description: "Operations of this page." })
  edges!: readonly AuditEventEdge[];
  @Field(() => PageInfo, { description: "Where this page stands." })
  pageInfo!: PageInfo;
}
