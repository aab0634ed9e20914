/** What the auditor of an organisation sees of shares and placements: ids, kinds and dates, nobody's name. */
import { Field, GraphQLISODateTime, ID, ObjectType } from "type-graphql";
import type { RecordTypeWord } from "../../schema/movement/record-types";
import { EngagementKind } from "../../schema/staff/assignment";
import type { Master } from "../../store/movement/engagement-list";
import { PageInfo } from "../kit/paging";
import { Masters, RecordTypes, type ShareStateName, ShareStates } from "./sharing-words";
import { Organisation, type OrganisationValue } from "./types";

@ObjectType({ description: "A share, as an auditor sees it.", simpleResolvers: true })
export class AuditedShare {
  @Field(() => ID, { description: "Id of the share, as it stands in the audit." })
  id!: string;
  @Field(() => ID, { nullable: true, description: "Id of whoever has shared, as it stands in the audit." })
  staffMemberId!: string;
  @Field(() => Organisation, { nullable: true, description: "To whom." })
  organisation!: OrganisationValue;
  @Field(() => [RecordTypes], { nullable: true, description: "What." })
  recordTypes!: readonly RecordTypeWord[];
  @Field(() => String, { nullable: true, description: "First day, YYYY-MM-DD." })
  startsOn!: string;
  @Field(() => String, { nullable: true, description: "Last day, YYYY-MM-DD." })
  until!: string;
  @Field(() => ShareStates, { nullable: true, description: "Whether it opens anything." })
  state!: ShareStateName;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was made or last widened." })
  madeAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was taken back." })
  revokedAt!: Date | null;
}

@ObjectType({ description: "A share in a list.", simpleResolvers: true })
export class AuditedShareEdge {
  @Field(() => String, { description: "Cursor to pass as `after`." })
  cursor!: string;
  @Field(() => AuditedShare, { nullable: true, description: "The share." })
  node!: AuditedShare;
}

@ObjectType({ description: "A page of shares.", simpleResolvers: true })
export class AuditedShareConnection {
  @Field(() => [AuditedShareEdge], { nullable: true, description: "Shares of this page." })
  edges!: readonly AuditedShareEdge[];
  @Field(() => PageInfo, { description: "Where this page stands." })
  pageInfo!: PageInfo;
}

@ObjectType({ description: "A place, as an auditor sees it.", simpleResolvers: true })
export class AuditedPlacement {
  @Field(() => Organisation, { nullable: true, description: "The host." })
  organisation!: OrganisationValue;
  @Field(() => Organisation, { nullable: true, description: "Whose statement it is; of a placement the lead employer." })
  controller!: OrganisationValue;
  @Field(() => EngagementKind, { nullable: true, description: "Why the host has the person." })
  kind!: string;
  @Field(() => String, { nullable: true, description: "First day, YYYY-MM-DD." })
  startsOn!: string;
  @Field(() => String, { nullable: true, description: "Last day, YYYY-MM-DD; null while none is known, and then the host sees nothing." })
  endsOn!: string | null;
  @Field(() => Masters, { nullable: true, description: "Whose word it stands on." })
  master!: Master;
}

@ObjectType({ description: "Somebody who is placed, by id.", simpleResolvers: true })
export class AuditedPerson {
  @Field(() => ID, { nullable: true, description: "Id of the staff member, as it stands in the audit." })
  staffMemberId!: string;
  @Field(() => [AuditedPlacement], { nullable: true, description: "Places as they count; none where what was said counts for nobody." })
  placements!: readonly AuditedPlacement[];
}

@ObjectType({ description: "Somebody in a list.", simpleResolvers: true })
export class AuditedPersonEdge {
  @Field(() => String, { description: "Cursor to pass as `after`." })
  cursor!: string;
  @Field(() => AuditedPerson, { nullable: true, description: "Who, by id." })
  node!: AuditedPerson;
}

@ObjectType({ description: "A page of people who are placed.", simpleResolvers: true })
export class AuditedPersonConnection {
  @Field(() => [AuditedPersonEdge], { nullable: true, description: "People of this page." })
  edges!: readonly AuditedPersonEdge[];
  @Field(() => PageInfo, { description: "Where this page stands." })
  pageInfo!: PageInfo;
}
