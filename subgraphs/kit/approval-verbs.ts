/** What the graph may ask of the verbs about acts of two people: put together by the command, like those of course maps. */
import type { Principal } from "../../access/principal";
import { isOfPerson } from "../../access/roles";
import type { ApprovalRow } from "../../store/approvals";
import type { PayloadLook } from "../../store/refused-payloads";

/** Who has asked, for whoever decides: of the person the login is not told. */
export const askerOf = ({ askedRole, askedBy }: Pick<ApprovalRow, "askedRole" | "askedBy">): string =>
  isOfPerson(askedRole) ? "the person" : askedBy;

export interface OpenApproval extends ApprovalRow {
  /** Somebody else's, so that the caller's yes counts. */
  readonly mayApprove: boolean;
}

export interface ShownPayload {
  readonly refusal: string;
  readonly connectionId: string;
  readonly organisation: string;
  readonly kind: string;
  readonly code: string;
  /** When the hour is over. */
  readonly until: Date;
  /** JSON, as the vendor sent it. */
  readonly payload: string;
}

export interface ApprovalVerbs {
  /** What waits, of the caller's organisation or of all where the caller's role belongs to none, and the caller may decide. */
  waiting(principal: Principal): Promise<readonly OpenApproval[]>;
  /** Audited before it is done. Throws APPROVAL_NOT_OPEN and APPROVAL_SAME_PERSON; undefined: not the caller's to decide. */
  decide(
    principal: Principal,
    what: { readonly id: string; readonly decision: "APPROVED" | "REFUSED"; readonly reason: string },
    requestId: string,
  ): Promise<ApprovalRow | undefined>;
  /** Undefined: there is no such refused payload, or none that anybody may ask for. */
  askForPayload(
    principal: Principal,
    what: { readonly refusal: string; readonly reason: string },
    requestId: string,
  ): Promise<ApprovalRow | undefined>;
  /** Undefined likewise, and before and after the hour. Every time is written down before anything is opened. */
  showPayload(principal: Principal, refusal: string, requestId: string): Promise<ShownPayload | undefined>;
  /** For the organisations whose payloads they were. */
  looks(organisations: readonly string[]): Promise<readonly PayloadLook[]>;
}
