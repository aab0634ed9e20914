import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { type RowNumber, rowNumbers } from "../../store/read/rows";
import { Organisation } from "../kit/organisation";
import { PageInfo } from "../kit/paging";
import { ProblemOwner } from "./types";

/** The numbers whose rows may be listed, as an enumeration of the graph. */
export const OperationsNumber = Object.fromEntries(rowNumbers.map((name) => [name, name])) as { readonly [K in RowNumber]: K };
const says: Readonly<Record<RowNumber, string>> = {
  WAITING: "Records that wait for their person.",
  UNMATCHED: "People of a system who are bound to nobody, or whose identity is in conflict.",
  REFUSED: "Records refused and not yet resolved.",
  HELD: "Bulk withdrawals held for a person's decision.",
  UNMAPPED_COURSE: "Completions of a course that names no competence.",
  DUE: "Records that go into the next file for ESR.",
  SENT: "Records sent to ESR and not yet answered.",
  ACKNOWLEDGED: "Records that ESR has acknowledged, those it has told us back included.",
  RETURNED: "Records that came back in ESR's own file.",
  REFUSED_BY_ESR: "Records that ESR has refused.",
  SHADOWED: "Records that would be sent, were the trust not rehearsing.",
  REHEARSED_HELD: "Records of a rehearsal that ESR has already, of the same day.",
  REHEARSED_DIFFERS: "Records of a rehearsal that ESR has of another day, or has newer.",
  REHEARSED_LACKS: "Records of a rehearsal that ESR lacks: what would be sent.",
  ELIGIBLE: "Records that ESR should hold, wherever they stand.",
  UNKNOWN_TO_ESR: "People of a learning system whom ESR does not know.",
  ACTIVE: "Active assignments; with an organisation only.",
  NOT_IN_LMS: "Active assignments whose person is in no learning system of the organisation; with an organisation only.",
};
registerEnumType(OperationsNumber, {
  name: "OperationsNumber",
  description: "A number of the operations pages whose rows can be listed.",
  valuesConfig: Object.fromEntries(rowNumbers.map((name) => [name, { description: says[name] }])),
});

@ObjectType({
  description: "One row behind a number: an id, where it stands and whose move it is. Nothing of a person.",
  simpleResolvers: true,
})
export class OperationsRow {
  @Field(() => ID, { description: "Random id of the record, refusal, delivery or claim." })
  id!: string;
  @Field(() => String, { nullable: true, description: "What the id names: record, person, refusal, held or delivery." })
  what!: string;
  @Field(() => ID, { nullable: true, description: "Record that a delivery carries." })
  recordId!: string | null;
  @Field(() => String, { nullable: true, description: 'Record kind; "health record" for every kind of occupational health.' })
  kind!: string | null;
  @Field(() => ID, { nullable: true, description: "Connected system it came from." })
  connectedSystem!: string;
  @Field(() => Organisation, { nullable: true, description: "Whose it is, where that is known." })
  organisation!: Organisation | null;
  @Field(() => String, { nullable: true, description: "Where it stands." })
  state!: string;
  @Field(() => String, { nullable: true, description: "Code of what stops it." })
  code!: string | null;
  @Field(() => String, { nullable: true, description: "Title of the code, for people." })
  title!: string | null;
  @Field(() => String, { nullable: true, description: "Field of the vendor's record that it is about." })
  pointer!: string | null;
  @Field(() => Float, { nullable: true, description: "Records it holds up, where it is one decision about many." })
  count!: number | null;
  @Field(() => String, { nullable: true, description: "File for ESR that carries it." })
  file!: string | null;
  @Field(() => Int, { nullable: true, description: "Line in that file." })
  line!: number | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Since when it stands there." })
  since!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Last seen." })
  lastAt!: Date | null;
  @Field(() => ProblemOwner, { nullable: true, description: "Whose move it is; null when it is nobody's." })
  owner!: string | null;
  @Field(() => String, { nullable: true, description: "The next step." })
  next!: string;
}

@ObjectType({ description: "A row in a list.", simpleResolvers: true })
export class OperationsRowEdge {
  @Field(() => String, { description: "Cursor to pass as `after`." })
  cursor!: string;
  @Field(() => OperationsRow, { nullable: true, description: "The row." })
  node!: OperationsRow;
}

@ObjectType({ description: "A page of the rows behind a number, the oldest first.", simpleResolvers: true })
export class OperationsRowConnection {
  @Field(() => [OperationsRowEdge], { nullable: true, description: "Rows of this page." })
  edges!: readonly OperationsRowEdge[];
  @Field(() => PageInfo, { description: "Where this page stands." })
  pageInfo!: PageInfo;
  @Field(() => Boolean, { nullable: true, description: "The rows are of fewer than 5 people and are not listed." })
  fewerThanFive!: boolean;
}
