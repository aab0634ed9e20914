/**
 * What a vendor is told: RFC 9457 problem details for a request, and for every item the vendor's own id, where in its own
 * body, what was there (its kind), what was expected, and whose move it is. Never a value of somebody's.
 */
import type { HubError } from "../../platform/errors";
import { type Owner, problemText, sentence } from "../../schema/codes/problems";
import type { ItemOutcome, ItemResult, StoredAnswer } from "../../store/store";

/** A name, not an address: RFC 9457 asks for a URI, and the hub knows of no web site of its own. */
export const typeOf = (code: string): string => `urn:lanyard:problem:${code.toLowerCase().replaceAll("_", "-")}`;

export const contentTypes = { answer: "application/json", problem: "application/problem+json" } as const;

export interface ItemProblem {
  readonly record: number;
  readonly yourId: string | null;
  readonly pointer: string;
  readonly code: string;
  readonly got: string | null;
  readonly expected: string | null;
  readonly say: string;
  readonly next: string;
  readonly fixBy: Owner;
}

/** Whose move it is, as a vendor reads it: who is named "vendor" there is the reader. */
export function itemProblem(
  refusal: NonNullable<ItemResult["refusal"]>,
  item: { readonly position: number; readonly vendorId: string | undefined; readonly pointer: string },
): ItemProblem {
  const text = problemText(refusal.code);
  // "/" stands for the item itself.
  const pointer = `${item.pointer}${refusal.pointer === "/" ? "" : (refusal.pointer ?? "")}`;
  const detail = { pointer, got: refusal.got, expected: refusal.expected, why: "it was about somebody else before" };
  return {
    record: item.position,
    yourId: item.vendorId ?? null,
    pointer,
    code: refusal.code,
    got: refusal.got ?? null,
    expected: refusal.expected ?? null,
    say: sentence(text.say, detail),
    next:
      text.owner === "vendor"
        ? "Correct the item and send it again under the same id, in a new batch."
        : "Send the item again under the same id, in a new batch, when this has been put right.",
    fixBy: text.owner,
  };
}

export interface ReceiptShown {
  readonly record: number;
  readonly yourId: string | null;
  readonly receipt: string;
  readonly outcome: ItemOutcome;
  /** Why an item was rightly left out. */
  readonly because?: string;
  readonly problem?: ItemProblem;
}

/** Everything accepted or something: 200. Nothing of a batch that was not empty: 422, so that no vendor takes it for done. */
export function batchAnswer(input: {
  readonly batchId: string;
  readonly connectionId: string;
  readonly receivedAt: string;
  readonly receipts: readonly ReceiptShown[];
}): StoredAnswer {
  const { batchId, connectionId, receivedAt, receipts } = input;
  const outcomes: Record<ItemOutcome, number> = { applied: 0, unchanged: 0, superseded: 0, waiting: 0, refused: 0, ignored: 0 };
  for (const { outcome } of receipts) outcomes[outcome] += 1;
  const refused = outcomes.refused;
  const members = {
    batchId,
    connection: connectionId,
    receivedAt,
    received: receipts.length,
    accepted: receipts.length - refused,
    refused,
    waiting: outcomes.waiting,
    outcomes,
  };
  const errors = receipts.flatMap(({ problem }) => (problem ? [problem] : []));
  if (receipts.length === 0 || refused < receipts.length) return { status: 200, body: JSON.stringify({ ...members, errors, receipts }) };
  const text = problemText("BATCH_REFUSED");
  return {
    status: 422,
    body: JSON.stringify({
      type: typeOf("BATCH_REFUSED"),
      title: text.title,
      status: 422,
      detail: sentence(text.say, { count: refused }),
      code: "BATCH_REFUSED",
      next: text.next,
      fixBy: text.owner,
      ...members,
      errors,
      receipts,
    }),
  };
}

/** A request that was not taken, in one sentence with the next step. */
export function requestProblem(status: number, code: string, detail: HubError["detail"]): string {
  const text = problemText(code);
  const { pointer, got, expected } = detail;
  return JSON.stringify({
    type: typeOf(code),
    title: text.title,
    status,
    detail: sentence(text.say, detail),
    code,
    next: sentence(text.next, detail),
    fixBy: text.owner,
    ...(pointer === undefined
      ? {}
      : { errors: [{ pointer, code, got: got ?? null, expected: expected ?? null, say: sentence(text.say, detail), fixBy: text.owner }] }),
  });
}
