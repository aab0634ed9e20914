/** Where an award stands on its way into ESR: the states of the ledger (ops.esr_delivery) and the closed list of reasons. */
import { Directive, Field, GraphQLISODateTime, ObjectType, registerEnumType } from "type-graphql";

/** States of one row of the ledger; which may follow which is enforced by the database (1764000200000-outbound). */
export enum DeliveryState {
  DUE = "DUE",
  WRITTEN = "WRITTEN",
  SHADOWED = "SHADOWED",
  SENT = "SENT",
  ACKNOWLEDGED = "ACKNOWLEDGED",
  REFUSED = "REFUSED",
  RETURNED = "RETURNED",
  DROPPED = "DROPPED",
}

/** What a front-end is told: WRITTEN is an inner step and shows as DUE, DROPPED as NOT_DUE with its reason. */
export enum EsrState {
  HELD = "HELD",
  NOT_DUE = "NOT_DUE",
  DUE = "DUE",
  SHADOWED = "SHADOWED",
  SENT = "SENT",
  ACKNOWLEDGED = "ACKNOWLEDGED",
  RETURNED = "RETURNED",
  REFUSED = "REFUSED",
}
registerEnumType(EsrState, {
  name: "EsrState",
  description: "Where an award stands on its way into the employer's ESR.",
  valuesConfig: {
    HELD: { description: "ESR told it itself." },
    NOT_DUE: { description: "Not to be sent; the reason says why." },
    DUE: { description: "Goes into the next file for ESR." },
    SHADOWED: { description: "Would be sent, but the trust is only rehearsing: nothing leaves." },
    SENT: { description: "Sent; ESR has not answered yet." },
    ACKNOWLEDGED: { description: "ESR says that it has loaded it." },
    RETURNED: { description: "Loaded, and come back in ESR's own file." },
    REFUSED: { description: "ESR has refused it; the reason is ESR's." },
  },
});

export enum EsrReason {
  ESR_HOLDS_IT = "ESR_HOLDS_IT",
  ESR_HOLDS_NEWER = "ESR_HOLDS_NEWER",
  NOT_NEWEST = "NOT_NEWEST",
  TOLD_TWICE = "TOLD_TWICE",
  NOT_NATIONAL = "NOT_NATIONAL",
  NAME_NOT_IN_VPD = "NAME_NOT_IN_VPD",
  ISSUER_NOT_ALIGNED = "ISSUER_NOT_ALIGNED",
  ISSUER_UNKNOWN = "ISSUER_UNKNOWN",
  NO_EMPLOYER_IN_ESR = "NO_EMPLOYER_IN_ESR",
  NOT_YET_EMPLOYED = "NOT_YET_EMPLOYED",
  EMPLOYMENT_ENDED = "EMPLOYMENT_ENDED",
  NOT_PERMITTED = "NOT_PERMITTED",
  MODE_OBSERVE = "MODE_OBSERVE",
  FED_BY_VENDOR = "FED_BY_VENDOR",
  WITHDRAWN = "WITHDRAWN",
  SUSPECTED = "SUSPECTED",
  SOURCES_DISAGREE = "SOURCES_DISAGREE",
  AWARDED_IN_FUTURE = "AWARDED_IN_FUTURE",
  WAITING_FOR_PERSON = "WAITING_FOR_PERSON",
  PERSON_UNKNOWN = "PERSON_UNKNOWN",
  COMPETENCE_UNKNOWN = "COMPETENCE_UNKNOWN",
  POSITION_CLOSED = "POSITION_CLOSED",
  DUPLICATE = "DUPLICATE",
  RECORD_UNREADABLE = "RECORD_UNREADABLE",
  OTHER = "OTHER",
}
registerEnumType(EsrReason, {
  name: "EsrReason",
  description: "Why an award is not sent to ESR, or why ESR has refused it.",
  valuesConfig: {
    ESR_HOLDS_IT: { description: "ESR holds this award already (at most three days apart)." },
    ESR_HOLDS_NEWER: { description: "ESR holds a newer award of the same competence." },
    NOT_NEWEST: { description: "A newer award of the same competence goes instead." },
    TOLD_TWICE: { description: "The same award is told by another system as well; one of the two goes." },
    NOT_NATIONAL: { description: "Not a national statutory or mandatory competence: a local one does not travel." },
    NAME_NOT_IN_VPD: { description: "The employer's ESR has no name in use for this competence on the day of the award." },
    ISSUER_NOT_ALIGNED: { description: "The awarding organisation has not declared alignment with the Core Skills Training Framework." },
    ISSUER_UNKNOWN: { description: "Nobody has said which organisation awarded it, or it is not among the organisations known here." },
    NO_EMPLOYER_IN_ESR: { description: "No ESR known here holds the person as an employee: a host's record receives nothing." },
    NOT_YET_EMPLOYED: { description: "The employment has not begun." },
    EMPLOYMENT_ENDED: { description: "The employment has ended: nothing new is sent." },
    NOT_PERMITTED: { description: "The employer's ESR may not receive this controller's record: no agreement or share in force." },
    MODE_OBSERVE: { description: "The connection only observes." },
    FED_BY_VENDOR: { description: "The vendor's own interface feeds ESR with this data set." },
    WITHDRAWN: { description: "Its source has withdrawn it." },
    SUSPECTED: { description: "Missing from a snapshot that nobody has confirmed yet." },
    SOURCES_DISAGREE: { description: "One source has withdrawn it and another still stands by it." },
    AWARDED_IN_FUTURE: { description: "Its day of award has not come yet." },
    WAITING_FOR_PERSON: { description: "Nobody knows yet whose it is." },
    PERSON_UNKNOWN: { description: "ESR does not know the person." },
    COMPETENCE_UNKNOWN: { description: "ESR does not know the competence's name." },
    POSITION_CLOSED: { description: "The person's position is closed in ESR." },
    DUPLICATE: { description: "ESR holds this award already." },
    RECORD_UNREADABLE: { description: "ESR could not read the record." },
    OTHER: { description: "A reason this version does not know." },
  },
});

/** Reasons that ESR gives; all others are the hub's own. */
export const refusalReasons: ReadonlySet<EsrReason> = new Set([
  EsrReason.PERSON_UNKNOWN,
  EsrReason.COMPETENCE_UNKNOWN,
  EsrReason.POSITION_CLOSED,
  EsrReason.DUPLICATE,
  EsrReason.RECORD_UNREADABLE,
  EsrReason.OTHER,
]);

@Directive("@shareable")
@ObjectType({ description: "Where an award stands on its way into the employer's ESR.", simpleResolvers: true })
export class EsrStanding {
  @Field(() => EsrState, { nullable: true, description: "The state; null when nobody has judged it yet." })
  state!: EsrState | null;
  @Field(() => EsrReason, { nullable: true, description: "Why it is not sent, or why ESR has refused it." })
  reason!: EsrReason | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it left for ESR." })
  sentAt!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When ESR's acknowledgement was read." })
  acknowledgedAt!: Date | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was recognised in ESR's own file." })
  returnedAt!: Date | null;
}
