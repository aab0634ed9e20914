/** The reasons why something is missing (foundation, section 5): the only enumerations of their kind. */
import { Directive, Field, GraphQLISODateTime, ObjectType, registerEnumType } from "type-graphql";
import { Organisation } from "./organisation";

export enum SourceState {
  CURRENT = "CURRENT",
  STALE = "STALE",
  SOURCE_DOWN = "SOURCE_DOWN",
  NOT_CONNECTED = "NOT_CONNECTED",
  NOT_MATCHED = "NOT_MATCHED",
  NOT_PERMITTED = "NOT_PERMITTED",
  NOT_HELD = "NOT_HELD",
}
registerEnumType(SourceState, {
  name: "SourceState",
  description: "How far a source can be relied on, or why nothing of it is shown. No record never means no.",
  valuesConfig: {
    CURRENT: { description: "Read within the time agreed for this connection." },
    STALE: { description: "Not read within the time agreed: newer records may exist." },
    SOURCE_DOWN: { description: "The source cannot be read at present." },
    NOT_CONNECTED: { description: "The organisation has connected no system of this kind." },
    NOT_MATCHED: { description: "The system is read, but nobody in it is known to be this person." },
    NOT_PERMITTED: { description: "The caller may not see this." },
    NOT_HELD: { description: "The hub does not hold this by design." },
  },
});

export enum ConnectionState {
  SETTING_UP = "SETTING_UP",
  NEVER_WORKED = "NEVER_WORKED",
  ON_TIME = "ON_TIME",
  LATE = "LATE",
  STOPPED = "STOPPED",
  ERRORS = "ERRORS",
  PAUSED = "PAUSED",
}
registerEnumType(ConnectionState, {
  name: "ConnectionState",
  description: "How a connection is doing against its own target.",
  valuesConfig: {
    SETTING_UP: { description: "No success yet, and before its go-live day." },
    NEVER_WORKED: { description: "Past its go-live day without a single success." },
    ON_TIME: { description: "Read within its target." },
    LATE: { description: "Behind by more than its target and at most twice that." },
    STOPPED: { description: "Behind by more than twice its target, or its credentials are rejected." },
    ERRORS: { description: "On time, but records were refused or pages failed in the last 24 hours." },
    PAUSED: { description: "Paused by a person." },
  },
});

export enum CompetenceStatus {
  IN_DATE = "IN_DATE",
  EXPIRING = "EXPIRING",
  EXPIRED = "EXPIRED",
  NO_EXPIRY = "NO_EXPIRY",
  NOT_YET_VALID = "NOT_YET_VALID",
}
registerEnumType(CompetenceStatus, {
  name: "CompetenceStatus",
  description: "Whether a competence is in date for an organisation on a day.",
  valuesConfig: {
    IN_DATE: { description: "In date." },
    EXPIRING: { description: "In date, and its last day is at most 30 days away." },
    EXPIRED: { description: "Its last day is past." },
    NO_EXPIRY: { description: "Stated to need no renewal." },
    NOT_YET_VALID: { description: "Awarded after the day asked for." },
  },
});

export enum PeriodBasis {
  NATIONAL = "NATIONAL",
  LOCAL_DEVIATION = "LOCAL_DEVIATION",
}
registerEnumType(PeriodBasis, {
  name: "PeriodBasis",
  description: "Whose renewal period was applied.",
  valuesConfig: {
    NATIONAL: { description: "The national period." },
    LOCAL_DEVIATION: { description: "The organisation's own period, recorded with a reason." },
  },
});

@Directive("@shareable")
@ObjectType({ description: "A field that exists but is not shown to this caller.", simpleResolvers: true })
export class Withheld {
  @Field(() => String, { nullable: true, description: "Name of the field." })
  field!: string;
  @Field(() => SourceState, { nullable: true, description: "Why it is not shown." })
  reason!: SourceState;
}

@Directive("@shareable")
@ObjectType({ description: "What a part of the record is drawn from, and how fresh it is.", simpleResolvers: true })
export class RecordSource {
  @Field(() => String, {
    nullable: true,
    description: "Id of the connected system; absent where none is connected or the caller may not know it.",
  })
  connectedSystem?: string;
  @Field(() => Organisation, { nullable: true, description: "Organisation whose system it is." })
  organisation?: Organisation;
  @Field(() => SourceState, { nullable: true, description: "How far it can be relied on, or why nothing of it is shown." })
  state!: SourceState;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Everything the source knew before this instant has been read." })
  freshAsOf?: Date;
}
