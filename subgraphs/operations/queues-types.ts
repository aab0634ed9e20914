import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType } from "type-graphql";
import { Organisation } from "../kit/organisation";
import { ConnectionState } from "../kit/reasons";
import { OperationsNumber } from "./rows-types";
import { ConnectedSystem, ProblemOwner } from "./types";

@ObjectType({
  description: "One data set of a connected system: how far behind it is, and how many of its records stand where.",
  simpleResolvers: true,
})
export class SyncQueue {
  @Field(() => String, { nullable: true, description: "Data set, in the connector's words; null before the first was read." })
  dataSet!: string | null;
  @Field(() => ConnectionState, { nullable: true, description: "How this data set is doing against the target of its system." })
  state!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Everything the system knew before this instant has been read." })
  freshAsOf!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Last time it was read to its end." })
  lastCompleteAt!: Date | null;
  @Field(() => Float, { nullable: true, description: "Seconds since `freshAsOf`; null when nothing has been read yet." })
  behindSeconds!: number | null;
  @Field(() => Int, { nullable: true, description: "Target in seconds: how far behind it may be." })
  target!: number;
  @Field(() => Float, { nullable: true, description: "Records that wait for their person." })
  waiting!: number;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When the record that has waited longest was fetched." })
  oldestWaitingAt!: Date | null;
  @Field(() => Float, { nullable: true, description: "Records refused and not yet resolved." })
  refused!: number;
  @Field(() => Float, { nullable: true, description: "Records that a shrunken snapshot would withdraw, held for a person's decision." })
  held!: number;
  @Field(() => Float, { nullable: true, description: "Records that go into the next file for ESR." })
  due!: number;
  @Field(() => Float, { nullable: true, description: "Records sent to ESR and not yet answered." })
  sent!: number;
  @Field(() => Float, { nullable: true, description: "Records that ESR has acknowledged, those it has told us back included." })
  acknowledged!: number;
  @Field(() => Float, { nullable: true, description: "Records that came back in ESR's own file and were recognised as ours." })
  returned!: number;
  @Field(() => Float, { nullable: true, description: "Records that ESR has refused." })
  refusedByEsr!: number;
  @Field(() => Float, { nullable: true, description: "Records that would be sent, were the trust not rehearsing." })
  shadowed!: number;
}

@ObjectType({
  description:
    "Records of one organisation at one system that wait for their person, by age. Of fewer than 5 people the ages are not counted out.",
  simpleResolvers: true,
})
export class WaitingByAge {
  @Field(() => Organisation, { nullable: true, description: "The organisation whose records they are." })
  organisation!: Organisation;
  @Field(() => Boolean, { nullable: true, description: "Whether these are its health records; the others are counted apart." })
  ofHealth!: boolean;
  @Field(() => Boolean, { nullable: true, description: "Fewer than 5 people: how old their records are is told of the oldest only." })
  fewerThanFive!: boolean;
  @Field(() => Float, { nullable: true, description: "Records that wait; null for the health records of fewer than 5 people." })
  records!: number | null;
  @Field(() => Float, {
    nullable: true,
    description: "People whom they are about, as the system tells people apart; null when fewer than 5.",
  })
  people!: number | null;
  @Field(() => Float, { nullable: true, description: "Records fetched within the last 24 hours." })
  upToOneDay!: number | null;
  @Field(() => Float, { nullable: true, description: "Records fetched more than 1 day and up to 7 days ago." })
  upTo7Days!: number | null;
  @Field(() => Float, { nullable: true, description: "Records fetched more than 7 and up to 30 days ago." })
  upTo30Days!: number | null;
  @Field(() => Float, { nullable: true, description: "Records fetched more than 30 days ago." })
  older!: number | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When the record that has waited longest was fetched." })
  oldestAt!: Date;
  @Field(() => ProblemOwner, { nullable: true, description: "Whose move it is." })
  owner!: string;
  @Field(() => String, { nullable: true, description: "The next step, and which of the organisation's teams takes it." })
  next!: string;
}

@ObjectType({ description: "A cause at one connected system.", simpleResolvers: true })
export class CauseAtSystem {
  @Field(() => ConnectedSystem, { nullable: true, description: "The system." })
  system!: ConnectedSystem;
  @Field(() => String, { nullable: true, description: "Course, file or record kind it is about." })
  subject!: string | null;
  @Field(() => Float, { nullable: true, description: "How many records or people it concerns." })
  count!: number;
  @Field(() => String, { nullable: true, description: "What happened, in a sentence. Ids and counts only." })
  say!: string;
  @Field(() => String, { nullable: true, description: "The next step." })
  next!: string;
  @Field(() => OperationsNumber, { nullable: true, description: "Where its rows are listed; null when it has none." })
  rows!: string | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "First seen." })
  firstSeenAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Last seen." })
  lastSeenAt!: Date;
}

@ObjectType({ description: "One cause over all connected systems: what it is, whose move it is, and where.", simpleResolvers: true })
export class Cause {
  @Field(() => ID, { description: "Stable code." })
  code!: string;
  @Field(() => String, { nullable: true, description: "Title for people." })
  title!: string;
  @Field(() => ProblemOwner, { nullable: true, description: "Whose move it is." })
  owner!: string;
  @Field(() => Float, { nullable: true, description: "How many records or people it concerns." })
  count!: number;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "First seen." })
  firstSeenAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Last seen." })
  lastSeenAt!: Date;
  @Field(() => [CauseAtSystem], { nullable: true, description: "Where it stands, the largest first." })
  systems!: readonly CauseAtSystem[];
}

@ObjectType({
  description: "How much of an organisation's staff the hub reaches. Counts only; of fewer than 5 people nothing is counted out.",
  simpleResolvers: true,
})
export class Coverage {
  @Field(() => Organisation, { nullable: true, description: "The organisation." })
  organisation!: Organisation;
  @Field(() => Boolean, { nullable: true, description: "Fewer than 5 people: their counts are withheld." })
  fewerThanFive!: boolean;
  @Field(() => Float, { nullable: true, description: "Active assignments." })
  activeAssignments!: number | null;
  @Field(() => Float, { nullable: true, description: "People with an active assignment." })
  people!: number | null;
  @Field(() => Boolean, { nullable: true, description: "Whether the organisation has a learning system connected." })
  hasLms!: boolean;
  @Field(() => Float, { nullable: true, description: "Of these people, known in a learning system of this organisation." })
  linkedToLms!: number | null;
  @Field(() => Boolean, { nullable: true, description: "Whether the organisation has an occupational health system connected." })
  hasHealth!: boolean;
  @Field(() => Float, {
    nullable: true,
    description: "Of these people, known in its occupational health system; null when that, or its complement, is fewer than 5 people.",
  })
  linkedToHealth!: number | null;
  @Field(() => Float, { nullable: true, description: "Records that ESR should hold and did not hold already." })
  eligible!: number | null;
  @Field(() => Float, { nullable: true, description: "Of these, acknowledged by ESR." })
  acknowledged!: number | null;
  @Field(() => Float, { nullable: true, description: "Of these, only rehearsed: nothing of them leaves." })
  shadowed!: number | null;
  @Field(() => Float, { nullable: true, description: "People in a learning system of this organisation whom ESR does not know." })
  unknownToEsr!: number | null;
}
