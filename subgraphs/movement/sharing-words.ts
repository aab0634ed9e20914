/** The enumerations of what people open to organisations, and of why an organisation has somebody. */
import { meaningOfWord, type RecordTypeWord } from "../../schema/movement/record-types";
import type { Master, TransferState } from "../../store/movement/engagement-list";
import type { ObjectionVerdict } from "../../store/movement/objections";
import type { TransferAnswer } from "../../store/movement/transfers";
import { enumeration } from "./words";

export const RecordTypes = enumeration<RecordTypeWord>("RecordType", "What part of a record is meant.", meaningOfWord);

export const Masters = enumeration<Master>("EngagementMaster", "Whose word an engagement stands on.", {
  ESR: "The organisation's own entry in ESR.",
  FEED: "The placement feed of the employer.",
  HR: "HR of the organisation, for days on which ESR knows the person there.",
});

export const TransferStates = enumeration<TransferState>("TransferState", "What has become of a transfer.", {
  OPEN: "An offer is accepted; the record moves on the person's Yes, and without an answer it does not.",
  DECLINED: "The person has said No; it is kept, and wins until the person says otherwise.",
  CANCELLED: "ESR has ended the offer before the start.",
  EXPIRED: "Nobody has started within 30 days of the day that was foreseen.",
  DONE: "The employment has begun, two weeks ago or longer.",
});
export const TransferAnswers = enumeration<TransferAnswer>("TransferAnswer", "The person's answer to a transfer.", {
  YES: "The record may move.",
  NO: "It may not.",
});

export type ShareStateName = "IN_FORCE" | "EXPIRED" | "REVOKED";
export const ShareStates = enumeration<ShareStateName>("ShareState", "Whether a share opens anything.", {
  IN_FORCE: "It opens what it names.",
  EXPIRED: "Its last day has passed.",
  REVOKED: "Taken back.",
});

export const ObjectionDecisions = enumeration<ObjectionVerdict>("ObjectionDecision", "What a controller has decided about an objection.", {
  UPHELD: "Nothing more of this is read under an agreement.",
  OVERRULED: "The agreement goes on for this controller's records.",
});

export type CopyRequestStateName = "WAITS" | "ACCEPTED" | "ANSWERED" | "REFUSED" | "LAPSED";
export const CopyRequestStates = enumeration<CopyRequestStateName>("CopyRequestState", "What has become of the request for a copy.", {
  WAITS: "Nobody of the organisation has decided on it yet.",
  ACCEPTED: "One of its information governance has said yes; another makes the copy.",
  ANSWERED: "The copy has been made. What occupational health holds follows by its own release.",
  REFUSED: "Refused, with the reason.",
  LAPSED: "Not answered in three months, the longest that the law allows: ask again, or complain to the Information Commissioner.",
});

export type AgreementStateName = "WAITS_FOR_SIGNATURES" | "IN_FORCE" | "NOT_YET" | "OVER" | "ENDED";
export const AgreementStates = enumeration<AgreementStateName>("AgreementState", "Whether a sharing agreement opens anything.", {
  WAITS_FOR_SIGNATURES: "One side or both have not signed: it opens nothing.",
  IN_FORCE: "Both have signed, and today is one of its days.",
  NOT_YET: "Both have signed; its first day has not come.",
  OVER: "Its last day has passed.",
  ENDED: "Ended by one of the two.",
});

export type FeedDecisionName = "ACCEPT" | "TAKE_BACK";
export const FeedDecisions = enumeration<FeedDecisionName>("FeedDecision", "What HR does about a line of the placement feed.", {
  ACCEPT: "It is right: it counts before the employment begins.",
  TAKE_BACK: "It was accepted by mistake: it counts only once the employment has begun.",
});

export type StatedKindName = "SUBSTANTIVE" | "LEAD_EMPLOYER" | "LOCALLY_EMPLOYED" | "BANK" | "HONORARY" | "SECONDMENT_IN";
export const StatedKinds = enumeration<StatedKindName>("StatedEngagementKind", "What HR may say of why it has somebody.", {
  SUBSTANTIVE: "Employed here.",
  LEAD_EMPLOYER: "Employed here as lead employer of a doctor in training.",
  LOCALLY_EMPLOYED: "Doctor on local terms and conditions: ESR's grade cannot tell.",
  BANK: "Bank worker.",
  HONORARY: "Honorary contract; needs a last day.",
  SECONDMENT_IN: "Seconded to this organisation; needs a last day.",
});
