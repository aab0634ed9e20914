import { Field, Float, GraphQLISODateTime, ID, ObjectType, registerEnumType } from "type-graphql";
import { type EndOwner, type EndState, endStates, endTexts } from "../../schema/codes/ends";
import { Organisation } from "../kit/organisation";

export enum TraceSubject {
  RECORD = "RECORD",
  RECEIPT = "RECEIPT",
  REFUSAL = "REFUSAL",
  RUN = "RUN",
  FILE = "FILE",
  ESR_FILE = "ESR_FILE",
}
registerEnumType(TraceSubject, {
  name: "TraceSubject",
  description: "What was asked for.",
  valuesConfig: {
    RECORD: { description: "One record." },
    RECEIPT: { description: "The receipt of one pushed item." },
    REFUSAL: { description: "A record that was refused." },
    RUN: { description: "A sync run." },
    FILE: { description: "A file that came in." },
    ESR_FILE: { description: "A file for ESR." },
  },
});

export enum TraceStepName {
  RECEIVED = "RECEIVED",
  RAW = "RAW",
  NORMALISED = "NORMALISED",
  MATCHED = "MATCHED",
  STORED = "STORED",
  JUDGED = "JUDGED",
  DUE = "DUE",
  WRITTEN = "WRITTEN",
  SENT = "SENT",
  ACKNOWLEDGED = "ACKNOWLEDGED",
  REFUSED = "REFUSED",
  RETURNED = "RETURNED",
}
registerEnumType(TraceStepName, {
  name: "TraceStepName",
  description: "The steps of the one path from the vendor to ESR and back.",
  valuesConfig: {
    RECEIVED: { description: "It came in: by a page, a push or a file." },
    RAW: { description: "As it was received, encrypted, until its time is over." },
    NORMALISED: { description: "Read by this version of the connector and of the maps." },
    MATCHED: { description: "Whose it is: by which decision, by which rules; never a value." },
    STORED: { description: "In the record, with its state." },
    JUDGED: { description: "Whether ESR needs it." },
    DUE: { description: "ESR does not hold it: it is due." },
    WRITTEN: { description: "Written into a file for ESR." },
    SENT: { description: "Left for ESR." },
    ACKNOWLEDGED: { description: "ESR says that it has loaded it." },
    REFUSED: { description: "Refused, by the hub at the door or by ESR." },
    RETURNED: { description: "Came back in ESR's own file and was recognised." },
  },
});

const endEnum = Object.fromEntries(endStates.map((state) => [state, state])) as Record<EndState, EndState>;
registerEnumType(endEnum, {
  name: "TraceEndState",
  description: "Where a path ends: exactly one of these.",
  valuesConfig: Object.fromEntries(
    endStates.map((state) => [state, { description: endTexts[state].say.replace(/[:(] ?\{\w+\}\)?/g, "") }]),
  ),
});

enum TraceOwner {
  VENDOR = "vendor",
  TRUST = "trust",
  ESR = "esr",
  OPERATOR = "operator",
  HUB = "hub",
  NOBODY = "nobody",
}
registerEnumType(TraceOwner, {
  name: "TraceOwner",
  description: "Whose move it is, where a path ends.",
  valuesConfig: {
    VENDOR: { description: "The vendor of the system." },
    TRUST: { description: "The organisation." },
    ESR: { description: "ESR." },
    OPERATOR: { description: "Whoever operates this hub." },
    HUB: { description: "The hub itself: it goes on by itself." },
    NOBODY: { description: "Nobody: the matter is settled." },
  },
});

@ObjectType({ description: "One step of the path.", simpleResolvers: true })
export class TraceStep {
  @Field(() => TraceStepName, { nullable: true, description: "Which step." })
  step!: TraceStepName;
  @Field(() => String, { nullable: true, description: "How it stands, in a word." })
  state!: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When; null where the ledger does not say." })
  at!: Date | null;
  @Field(() => String, { nullable: true, description: "Ids, counts, versions and rules; no name, no date of birth, no value." })
  detail!: string | null;
}

@ObjectType({ description: "A count with its name.", simpleResolvers: true })
export class TraceCount {
  @Field(() => String, { nullable: true, description: "What is counted." })
  name!: string;
  @Field(() => Float, { nullable: true, description: "How many." })
  count!: number;
}

@ObjectType({ description: "Where a path ends: what that means, whose move it is, what to do next.", simpleResolvers: true })
export class TraceEnd {
  @Field(() => endEnum, { nullable: true, description: "The end, of a closed list." })
  state!: EndState;
  @Field(() => String, { nullable: true, description: "Why, where the end has a reason: a code." })
  reason!: string | null;
  @Field(() => TraceOwner, { nullable: true, description: "Whose move it is." })
  owner!: EndOwner;
  @Field(() => String, { nullable: true, description: "What it means, in a sentence." })
  say!: string;
  @Field(() => String, { nullable: true, description: "The next step." })
  next!: string;
}

@ObjectType({
  description: "Where something is: its path through the hub, without a name, a date of birth or a value.",
  simpleResolvers: true,
})
export class Trace {
  @Field(() => ID, { description: "Its id; of a file its name." })
  id!: string;
  @Field(() => TraceSubject, { nullable: true, description: "What it is." })
  is!: TraceSubject;
  @Field(() => String, { nullable: true, description: "Kind of record; of occupational health no more than that." })
  kind!: string | null;
  @Field(() => [Organisation], { nullable: true, description: "Whose it is." })
  organisations!: readonly Organisation[];
  @Field(() => String, { nullable: true, description: "System it came from." })
  connectedSystem!: string | null;
  @Field(() => [TraceStep], { nullable: true, description: "The path, in order." })
  steps!: readonly TraceStep[];
  @Field(() => [TraceCount], { nullable: true, description: "Of a run or a file: what became of what was in it." })
  counts!: readonly TraceCount[];
  @Field(() => TraceEnd, { nullable: true, description: "Where the path ends today." })
  end!: TraceEnd;
  @Field(() => [Trace], { nullable: true, description: "Of a receipt: the records that it became." })
  records!: readonly Trace[];
}
