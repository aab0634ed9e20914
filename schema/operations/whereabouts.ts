/**
 * Where a path ends, from what the database holds: pure, so that a test can go through every combination that the
 * database allows. Every function answers exactly one state of the closed list (schema/codes/ends.ts).
 */
import type { EndState } from "../codes/ends";

export interface End {
  readonly state: EndState;
  readonly reason?: string;
}

export interface RecordFacts {
  readonly kind: string;
  readonly health: boolean;
  readonly aboutStaffMember: boolean;
  readonly bound: boolean;
  readonly sourceState: string;
  /** A bulk withdrawal of its kind waits for somebody's decision. */
  readonly held: boolean;
  /** Of an achievement. */
  readonly mapping: string | undefined;
  /** ESR itself has told it. */
  readonly toldByEsr: boolean;
  /** Rows of the ledger towards ESR. */
  readonly deliveries: readonly { readonly state: string; readonly reason: string | undefined; readonly refusalCode: string | undefined }[];
  /** Judged not due, with the reason. */
  readonly judged: string | undefined;
}

/** The most pressing first: somebody's move comes before what goes on by itself, and that before what is settled. */
const deliveryEnds: readonly (readonly [state: string, end: EndState])[] = [
  ["REFUSED", "REFUSED_BY_ESR"],
  ["DUE", "DUE_FOR_ESR"],
  // In a file that has not left yet.
  ["WRITTEN", "DUE_FOR_ESR"],
  ["SENT", "SENT_TO_ESR"],
  ["SHADOWED", "SHADOWED"],
  ["ACKNOWLEDGED", "ACKNOWLEDGED_BY_ESR"],
  ["RETURNED", "IN_ESR"],
  ["DROPPED", "STORED_NOT_FOR_ESR"],
];

export function endOfRecord(it: RecordFacts): End {
  if (it.sourceState === "WITHDRAWN") return { state: "WITHDRAWN" };
  if (it.aboutStaffMember && !it.bound) return { state: "WAITING_FOR_PERSON" };
  if (it.sourceState === "SUSPECTED") return { state: it.held ? "HELD" : "SUSPECTED" };
  if (it.mapping === "UNMAPPED") return { state: "WAITS_FOR_COURSE_MAP" };
  if (it.toldByEsr) return { state: "IN_ESR" };
  if (it.kind !== "competence-award") return { state: "STORED_NOT_FOR_ESR", reason: notSent(it) };
  for (const [state, end] of deliveryEnds) {
    const delivery = it.deliveries.find((one) => one.state === state);
    if (!delivery) continue;
    // Not due any more, because ESR holds it by now.
    if (state === "DROPPED" && (delivery.reason ?? it.judged) === "ESR_HOLDS_IT") return { state: "IN_ESR", reason: "ESR_HOLDS_IT" };
    const reason =
      state === "REFUSED" ? (delivery.refusalCode ?? "OTHER") : state === "DROPPED" ? (delivery.reason ?? it.judged) : undefined;
    return reason === undefined ? { state: end } : { state: end, reason };
  }
  if (it.judged === "ESR_HOLDS_IT") return { state: "IN_ESR", reason: it.judged };
  if (it.judged !== undefined) return { state: "STORED_NOT_FOR_ESR", reason: it.judged };
  return { state: "AWAITS_ESR_RUN" };
}

function notSent(it: RecordFacts): string {
  if (it.health) return "HEALTH_NOT_SENT";
  if (it.mapping === "MAPPED") return "GIVES_AN_AWARD";
  if (it.mapping === "LOCAL") return "LOCAL_LEARNING";
  return "KIND_NOT_SENT";
}

/** Of a receipt for one pushed item; `records` are the ends of what it became, where they are held. */
export function endOfReceipt(outcome: string, records: readonly End[]): End {
  if (outcome === "refused") return { state: "REFUSED" };
  if (outcome === "ignored") return { state: "IGNORED" };
  if (outcome === "superseded") return { state: "SUPERSEDED" };
  // Applied, unchanged, or waiting at the time: where its records are now.
  return mostPressing(records) ?? { state: outcome === "waiting" ? "WAITING_FOR_PERSON" : "SUPERSEDED" };
}

export function endOfRun(outcome: string | undefined, counts: { readonly waiting: number; readonly refused: number }): End {
  if (outcome === undefined || outcome === "CONTINUES" || outcome === "ABANDONED") return { state: "BEING_READ" };
  if (outcome === "FAILED") return { state: "NOT_RECEIVED" };
  if (outcome === "HELD") return { state: "HELD" };
  return { state: counts.waiting + counts.refused > 0 ? "READ_WITH_OPEN_ENDS" : "READ" };
}

/** Of a file that came in; `unread`: only a problem names it, no page. */
export function endOfFile(it: {
  readonly unread: boolean;
  readonly unfinished: boolean;
  readonly waiting: number;
  readonly refused: number;
}): End {
  if (it.unread) return { state: "NOT_RECEIVED" };
  if (it.unfinished) return { state: "BEING_READ" };
  return { state: it.waiting + it.refused > 0 ? "READ_WITH_OPEN_ENDS" : "READ" };
}

/** Of a file for ESR: its own state, then the most pressing of its rows. */
export function endOfEsrFile(state: string, rows: readonly { readonly state: string; readonly refusalCode: string | undefined }[]): End {
  if (state === "SHADOWED") return { state: "SHADOWED" };
  if (state === "WRITTEN") return { state: "DUE_FOR_ESR" };
  if (state === "SENT") return { state: "SENT_TO_ESR" };
  const refused = rows.find((row) => row.state === "REFUSED");
  if (refused) return { state: "REFUSED_BY_ESR", reason: refused.refusalCode ?? "OTHER" };
  return { state: rows.length > 0 && rows.every((row) => row.state === "RETURNED") ? "IN_ESR" : "ACKNOWLEDGED_BY_ESR" };
}

const pressing: readonly EndState[] = [
  "REFUSED_BY_ESR",
  "WAITING_FOR_PERSON",
  "HELD",
  "SUSPECTED",
  "WAITS_FOR_COURSE_MAP",
  "AWAITS_ESR_RUN",
  "DUE_FOR_ESR",
  "SENT_TO_ESR",
  "SHADOWED",
  "ACKNOWLEDGED_BY_ESR",
  "IN_ESR",
  "STORED_NOT_FOR_ESR",
  "WITHDRAWN",
];

export function mostPressing(ends: readonly End[]): End | undefined {
  return [...ends].sort((a, b) => pressing.indexOf(a.state) - pressing.indexOf(b.state))[0];
}
