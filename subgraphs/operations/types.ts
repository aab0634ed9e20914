import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { Organisation } from "../kit/organisation";
import { PageInfo } from "../kit/paging";
import { ConnectionState } from "../kit/reasons";

export enum ProblemOwner {
  VENDOR = "vendor",
  TRUST = "trust",
  ESR = "esr",
  OPERATOR = "operator",
  HUB = "hub",
}
registerEnumType(ProblemOwner, {
  name: "ProblemOwner",
  description: "Whose move it is.",
  valuesConfig: {
    VENDOR: { description: "The vendor of the system." },
    TRUST: { description: "The organisation." },
    ESR: { description: "ESR." },
    OPERATOR: { description: "Whoever operates this hub." },
    HUB: { description: "The makers of the hub." },
  },
});

enum RunOutcome {
  COMPLETED = "COMPLETED",
  CONTINUES = "CONTINUES",
  FAILED = "FAILED",
  HELD = "HELD",
  ABANDONED = "ABANDONED",
}
registerEnumType(RunOutcome, {
  name: "RunOutcome",
  description: "How a sync run ended.",
  valuesConfig: {
    COMPLETED: { description: "Everything there was to read has been read." },
    CONTINUES: { description: "Stopped in good order; the next run goes on from its checkpoint." },
    FAILED: { description: "Ended by an error." },
    HELD: { description: "A bulk withdrawal waits for a person's decision." },
    ABANDONED: { description: "Its worker disappeared; the next run goes on from the last stored page." },
  },
});

@ObjectType({ description: "A cause that holds up data: what happened, whose move it is and what to do.", simpleResolvers: true })
export class Problem {
  @Field(() => String, { nullable: true, description: "Stable code." })
  code!: string;
  @Field(() => String, { nullable: true, description: "Title for people." })
  title!: string;
  @Field(() => String, { nullable: true, description: "What happened, in a sentence. Ids and counts only." })
  say!: string;
  @Field(() => String, { nullable: true, description: "The next step." })
  next!: string;
  @Field(() => ProblemOwner, { nullable: true, description: "Whose move it is." })
  owner!: string;
  @Field(() => Float, { nullable: true, description: "How many records or people it concerns." })
  count!: number;
  @Field(() => String, { nullable: true, description: "Course, file or record kind it is about." })
  subject!: string | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "First seen." })
  firstSeenAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Last seen." })
  lastSeenAt!: Date;
}

@ObjectType({
  description: "One sync run; its counts close: received = ignored + refused at the door + those that yielded records.",
  simpleResolvers: true,
})
export class SyncRun {
  @Field(() => ID, { description: "Number of the run." })
  id!: string;
  @Field(() => String, { nullable: true, description: "What started it." })
  trigger!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it started." })
  startedAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it ended; null while it runs." })
  endedAt!: Date | null;
  @Field(() => RunOutcome, { nullable: true, description: "How it ended; null while it runs." })
  outcome!: string | null;
  @Field(() => String, { nullable: true, description: "Code of the error that ended it." })
  errorCode!: string | null;
  @Field(() => Int, { nullable: true, description: "Pages stored." })
  pages!: number;
  @Field(() => Float, { nullable: true, description: "Vendor records received." })
  rawIn!: number;
  @Field(() => Float, { nullable: true, description: "Vendor records that rightly yield nothing." })
  ignored!: number;
  @Field(() => Float, { nullable: true, description: "Vendor records refused before they were read." })
  refusedRaw!: number;
  @Field(() => Float, { nullable: true, description: "Records new or changed." })
  applied!: number;
  @Field(() => Float, { nullable: true, description: "Records as already held." })
  unchanged!: number;
  @Field(() => Float, { nullable: true, description: "Records older than what is held; kept in the history." })
  superseded!: number;
  @Field(() => Float, { nullable: true, description: "Records that wait for their person." })
  waiting!: number;
  @Field(() => Float, { nullable: true, description: "Records refused with a reason." })
  refused!: number;
}

@ObjectType({ description: "A sync run in a list.", simpleResolvers: true })
export class SyncRunEdge {
  @Field(() => String, { description: "Cursor to pass as `after`." })
  cursor!: string;
  @Field(() => SyncRun, { nullable: true, description: "The run." })
  node!: SyncRun;
}

@ObjectType({ description: "A page of sync runs, the newest first.", simpleResolvers: true })
export class SyncRunConnection {
  @Field(() => [SyncRunEdge], { nullable: true, description: "Runs of this page." })
  edges!: readonly SyncRunEdge[];
  @Field(() => PageInfo, { description: "Where this page stands." })
  pageInfo!: PageInfo;
}

@ObjectType({ description: "Why nobody asks a vendor's system at the moment; shared by all connections to it.", simpleResolvers: true })
export class Breaker {
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Since when it has not been asked but for single trials." })
  openSince!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When one request is tried next; an answer ends the pause." })
  nextProbeAt!: Date;
  @Field(() => Int, { nullable: true, description: "Failures in a row; a burst that failed together is one." })
  failures!: number;
  @Field(() => String, { nullable: true, description: "Code of the last failure." })
  why!: string;
}

@ObjectType({ description: "One organisation's use of one connector: a system that is read.", simpleResolvers: true })
export class ConnectedSystem {
  @Field(() => ID, { description: "Id; never changes." })
  id!: string;
  @Field(() => String, { nullable: true, description: "Name for people." })
  title!: string;
  @Field(() => String, { nullable: true, description: "Connector, for example moodle." })
  connector!: string;
  @Field(() => [Organisation], { nullable: true, description: "Organisations whose records it may carry." })
  organisations!: readonly Organisation[];
  @Field(() => ConnectionState, { nullable: true, description: "How it is doing against its target." })
  state!: string;
  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: "Everything the system knew before this instant has been read; the oldest over its data sets.",
  })
  freshAsOf!: Date | null;
  @Field(() => Int, { nullable: true, description: "Target in seconds: how far behind it may be." })
  target!: number;
  @Field(() => [Problem], { nullable: true, description: "What holds up data here, grouped by cause." })
  problems!: readonly Problem[];
  @Field(() => Float, { nullable: true, description: "Records of this system that wait for their person." })
  waiting!: number;
  @Field(() => Float, { nullable: true, description: "Records refused and not yet resolved." })
  refused!: number;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "End of the last run that went well." })
  lastSuccessAt!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When the next run is due; null when none is planned." })
  nextRunAt!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Since when a person, or an overdue agreement, has paused it." })
  pausedAt!: Date | null;
  @Field(() => Boolean, { nullable: true, description: "Whether it is being read at this moment." })
  running!: boolean;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Until when the vendor has told the hub to wait; null when it has not." })
  toldToWaitUntil!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "End of the maintenance time that is on now, by the trust's calendar." })
  maintenanceUntil!: Date | null;
  @Field(() => Breaker, {
    nullable: true,
    description: "Set while the hub does not ask the vendor's system because it has failed again and again.",
  })
  breaker!: Breaker | null;
}

@ObjectType({ description: "How the hub is doing: states and counts, nothing about people.", simpleResolvers: true })
export class Operations {
  @Field(() => [ConnectedSystem], { nullable: true, description: "Connected systems this caller is responsible for." })
  connectedSystems!: readonly ConnectedSystem[];
}

export const entities: [Function, ...Function[]] = [Operations];
