/**
 * `GET /intake/{connection}/receipts/{id}`, `?batch=` and `?yourId=`: signed like a push, over an empty body, so that no
 * secret travels. Another connection's receipt is not there, like one that never was.
 */
import { londonDayOf } from "../../platform/clock";
import type { Receipt, ReceiptQuestion } from "../../store/intake-receipts";
import { type Admitted, refusal } from "./admission";
import type { ReceiptAnswer } from "./answers";
import type { Call } from "./calls";
import type { Answer, DoorSettings } from "./door";
import { itemProblem } from "./problems";

export function createReceiptDoor({ engine, intake }: DoorSettings) {
  return async (call: Call, { connection, key, receivedAt }: Admitted): Promise<Answer> => {
    const organisations = connection.organisations
      .map(({ odsCode }) => odsCode)
      .filter((odsCode) => engine.may.readReceipts(connection, call.connectionId ?? "", odsCode));
    if (organisations.length === 0) throw refusal("RECEIPT_NOT_FOUND");
    const receipts = await intake.receipts({
      connectionId: connection.id,
      organisations,
      kinds: connection.delivers.map(({ kind }) => kind),
      scope: key,
      question: questionOf(call),
      today: londonDayOf(receivedAt),
    });
    if (receipts.length === 0) throw refusal("RECEIPT_NOT_FOUND");
    const shown = receipts.map(shownOf);
    return { status: 200, body: JSON.stringify(call.receiptId === undefined ? { receipts: shown } : shown[0]) };
  };
}

function questionOf({ receiptId, query }: Call): ReceiptQuestion {
  if (receiptId !== undefined) return { id: receiptId };
  const [batch, yourId] = [query.get("batch"), query.get("yourId")];
  if (batch && !yourId) return { batchId: batch };
  if (yourId && !batch) return { vendorId: yourId };
  throw refusal("RECEIPT_QUESTION", {
    pointer: "batch",
    got: batch && yourId ? "batch and yourId" : "neither",
    expected: "batch or yourId",
  });
}

function shownOf(receipt: Receipt): ReceiptAnswer {
  const { id, batchId, ordinal, vendorId, receivedAt, expiresOn, outcome, now, problem } = receipt;
  const told = problem && itemProblem(problem, { position: ordinal, vendorId, pointer: `/records/${ordinal}` });
  const { record: _, yourId: __, ...shown } = told ?? { record: 0, yourId: null };
  return {
    receipt: id,
    batchId,
    record: ordinal,
    yourId: vendorId ?? null,
    receivedAt: receivedAt.toISOString(),
    expiresOn,
    outcome,
    now,
    ...(told ? { problem: shown as NonNullable<ReceiptAnswer["problem"]> } : {}),
  };
}
