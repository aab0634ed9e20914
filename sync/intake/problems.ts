/**
 * What a vendor is told: RFC 9457 problem details for a request, and for every item the vendor's own id, where in its own
 * body, what was there (its kind), what was expected, and whose move it is. Never a value of somebody's.
 */
import type { HubError } from "../../platform/errors";
import { problemText, sentence } from "../../schema/codes/problems";
import type { ItemOutcome, ItemResult, StoredAnswer } from "../../store/store";
import type { BatchAnswer, ItemProblem, Problem, ReceiptShown } from "./answers";

/** A name, not an address: RFC 9457 asks for a URI, and the hub knows of no web site of its own. */
export const typeOf = (code: string): string => `urn:lanyard:problem:${code.toLowerCase().replaceAll("_", "-")}`;

export const contentTypes = { answer: "application/json", problem: "application/problem+json" } as const;

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
  const answer: BatchAnswer = { ...members, errors, receipts: [...receipts] };
  if (receipts.length === 0 || refused < receipts.length) return { status: 200, body: JSON.stringify(answer) };
  const { errors: _, ...problem } = problemOf(422, "BATCH_REFUSED", { count: refused });
  return { status: 422, body: JSON.stringify({ ...problem, ...answer }) };
}

/** A request that was not taken, in one sentence with the next step. */
export function problemOf(status: number, code: string, detail: HubError["detail"]): Problem {
  const text = problemText(code);
  const { pointer, got, expected } = detail;
  const word = (value: unknown) => (value === undefined ? null : String(value));
  return {
    type: typeOf(code),
    title: text.title,
    status,
    detail: sentence(text.say, detail),
    code,
    next: sentence(text.next, detail),
    fixBy: text.owner,
    ...(pointer === undefined
      ? {}
      : {
          errors: [
            {
              pointer: String(pointer),
              code,
              got: word(got),
              expected: word(expected),
              say: sentence(text.say, detail),
              fixBy: text.owner,
            },
          ],
        }),
  };
}

/** FHIR's words for what went wrong, which the passport contract's clients look for. */
const issueOf: Readonly<Record<number, string>> = {
  400: "invalid",
  401: "invalid-credentials",
  403: "forbidden",
  405: "not-supported",
  409: "duplicate",
  413: "too-long",
  415: "not-supported",
};

/** An event's refusal, for clients of the passport contract too: they read an OperationOutcome. */
export function eventProblemOf(
  problem: Problem,
): Problem & { readonly resourceType: "OperationOutcome"; readonly issue: readonly object[] } {
  const code = issueOf[problem.status] ?? (problem.status < 500 ? "processing" : "transient");
  return { ...problem, resourceType: "OperationOutcome", issue: [{ severity: "error", code, details: { text: problem.detail } }] };
}
