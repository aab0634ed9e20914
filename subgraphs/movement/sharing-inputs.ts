/** What a caller says to open, close, state or sign something, and its checks: field, what was expected, what came. */
import { Field, ID, InputType, Int } from "type-graphql";
import { isDay } from "../../platform/clock";
import { labelsOf, type RecordTypeWord } from "../../schema/movement/record-types";
import type { Access } from "../../schema/registry";
import type { ObjectionVerdict } from "../../store/movement/objections";
import type { TransferAnswer } from "../../store/movement/transfers";
import type { RequestContext } from "../kit/context";
import { odsCodePattern } from "../kit/organisation";
import { wrongInput } from "../kit/refusals";
import {
  type FeedDecisionName,
  FeedDecisions,
  ObjectionDecisions,
  RecordTypes,
  type StatedKindName,
  StatedKinds,
  TransferAnswers,
} from "./sharing-words";

const reasonSays = "Why, for whoever reads it later: 1 to 1,000 characters.";

@InputType({ description: "A new share." })
export class CreateShareInput {
  @Field(() => String, { description: "ODS code of the one organisation that it is for." })
  organisation!: string;
  @Field(() => [RecordTypes], { description: "What is shared." })
  recordTypes!: RecordTypeWord[];
  @Field(() => String, { description: "Last day, YYYY-MM-DD; at most two years ahead." })
  until!: string;
}

@InputType({ description: "Another extent of a share; what is left out stays as it is." })
export class ChangeShareInput {
  @Field(() => ID, { description: "Id of the share." })
  share!: string;
  @Field(() => [RecordTypes], { nullable: true, description: "All that is shared from now on." })
  recordTypes?: RecordTypeWord[] | null;
  @Field(() => String, { nullable: true, description: "Last day from now on, YYYY-MM-DD." })
  until?: string | null;
}

@InputType({ description: "The person's answer to a transfer." })
export class AnswerTransferInput {
  @Field(() => String, { description: "ODS code of the organisation whose offer is accepted." })
  organisation!: string;
  @Field(() => TransferAnswers, { description: "Yes or no; it can be changed while the transfer is open." })
  answer!: TransferAnswer;
}

@InputType({ description: "An objection." })
export class ObjectInput {
  @Field(() => [RecordTypes], { description: "What the person objects to." })
  recordTypes!: RecordTypeWord[];
  @Field(() => String, { nullable: true, description: "Why, in the person's words; the controllers read it. At most 1,000 characters." })
  reason?: string | null;
}

@InputType({ description: "A controller's decision about an objection." })
export class DecideObjectionInput {
  @Field(() => ID, { description: "Id of the objection." })
  objection!: string;
  @Field(() => ObjectionDecisions, { description: "What is decided." })
  decision!: ObjectionVerdict;
  @Field(() => String, { description: reasonSays })
  reason!: string;
}

@InputType({ description: "What a registered client may see and do for the person." })
export class ApproveClientInput {
  @Field(() => String, { description: "Id of the client, as it is registered." })
  client!: string;
  @Field(() => [RecordTypes], { description: "What it may see and do; it takes the place of what was approved before." })
  recordTypes!: RecordTypeWord[];
}

@InputType({ description: "What HR says of why the organisation has somebody." })
export class StateEngagementInput {
  @Field(() => ID, { description: "Id of the staff member." })
  staffMember!: string;
  @Field(() => StatedKinds, { description: "Why the organisation has the person." })
  kind!: StatedKindName;
  @Field(() => String, { description: "First day, YYYY-MM-DD." })
  startsOn!: string;
  @Field(() => String, { nullable: true, description: "Last day, YYYY-MM-DD; needed with an honorary contract and a secondment." })
  endsOn?: string | null;
  @Field(() => String, { description: reasonSays })
  reason!: string;
}

@InputType({ description: "What the placement feed says of somebody who has accepted an offer." })
export class AcceptFeedInput {
  @Field(() => ID, { description: "Id of the staff member." })
  staffMember!: string;
  @Field(() => ID, { description: "Id of the placement, from StaffMember.placements." })
  placement!: string;
  @Field(() => FeedDecisions, { description: "Whether it is right." })
  decision!: FeedDecisionName;
  @Field(() => String, { description: reasonSays })
  reason!: string;
}

@InputType({ description: "The end of a statement." })
export class EndEngagementInput {
  @Field(() => ID, { description: "Id of the statement." })
  statement!: string;
  @Field(() => String, { nullable: true, description: "Last day, YYYY-MM-DD; left out: it is withdrawn as if it had never been said." })
  lastDay?: string | null;
  @Field(() => String, { description: reasonSays })
  reason!: string;
}

@InputType({ description: "A sharing agreement to be signed: one direction." })
export class PrepareAgreementInput {
  @Field(() => String, { description: "Reference of the document, 1 to 120 characters." })
  reference!: string;
  @Field(() => String, { description: "ODS code of the organisation whose records may be read." })
  controller!: string;
  @Field(() => String, { description: "ODS code of the organisation that may read them." })
  organisation!: string;
  @Field(() => [RecordTypes], { description: "What may be read; immunisations never by an agreement." })
  recordTypes!: RecordTypeWord[];
  @Field(() => String, { description: "First day, YYYY-MM-DD." })
  startsOn!: string;
  @Field(() => String, { nullable: true, description: "Last day, YYYY-MM-DD; left out: until somebody ends it." })
  endsOn?: string | null;
  @Field(() => Int, { nullable: true, description: "Days before a placement from which it opens, 0 to 365; left out: the usual 91." })
  placementLeadDays?: number | null;
  @Field(() => Int, { nullable: true, description: "Days after a placement until which it opens, 0 to 365; left out: the usual 14." })
  placementGraceDays?: number | null;
}

@InputType({ description: "The end of an agreement, at once." })
export class EndAgreementInput {
  @Field(() => ID, { description: "Id of the agreement." })
  agreement!: string;
  @Field(() => String, { description: reasonSays })
  reason!: string;
}

const longestReason = 1000;

export function reasonIn(field: string, reason: string): string {
  const text = reason.trim();
  if (text === "" || text.length > longestReason) throw wrongInput(field, "a reason of 1 to 1,000 characters");
  return text;
}

export function dayIn(field: string, day: string, from?: string, until?: string): string {
  const bounds = `${from === undefined ? "" : ` from ${from} on`}${until === undefined ? "" : ` until ${until}`}`;
  if (!isDay(day) || (from !== undefined && day < from) || (until !== undefined && day > until))
    throw wrongInput(field, `a day${bounds}, written YYYY-MM-DD`, day);
  return day;
}

export function organisationIn(context: RequestContext, field: string, odsCode: string): string {
  if (!odsCodePattern.test(odsCode) || !context.environment.organisations.some((it) => it.odsCode === odsCode))
    throw wrongInput(field, "the ODS code of one of the hub's organisations", odsCode);
  return odsCode;
}

export function labelsIn(field: string, chosen: readonly RecordTypeWord[], among: readonly RecordTypeWord[]): Access[] {
  const other = chosen.find((word) => !among.includes(word));
  if (chosen.length === 0 || other !== undefined) throw wrongInput(field, `one or more of ${among.join(", ")}`, other ?? "nothing");
  return labelsOf(chosen);
}
