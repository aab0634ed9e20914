/** What the doors answer, as schemas: the types of the code, and the vendors' OpenAPI document, come from here. */
import { z } from "zod";

const outcome = z.enum(["applied", "unchanged", "superseded", "waiting", "refused", "ignored"]);
const owner = z.enum(["vendor", "trust", "esr", "operator", "hub"]).describe("Whose move it is; vendor is the reader.");
const yourId = z.string().nullable().describe("Your own id of the item; null when it has none that can be used.");

export const itemProblemShape = z.object({
  record: z.number().int().describe("Position in your list, from 0."),
  yourId,
  pointer: z.string().describe("JSON pointer into the body that you sent."),
  code: z.string().describe("Stable; for example RECORD_INVALID."),
  got: z.string().nullable().describe("What kind of value was there, never the value."),
  expected: z.string().nullable(),
  say: z.string(),
  next: z.string().describe("What to do about it."),
  fixBy: owner,
});

export const itemReceiptShape = z.object({
  record: z.number().int().describe("Position in your list, from 0."),
  yourId,
  receipt: z.uuid().describe("Ask for it later at /intake/{connection}/receipts/{id}."),
  outcome,
  because: z.string().optional().describe("Why an item was rightly left out."),
  problem: itemProblemShape.optional(),
});

const batchMembers = {
  batchId: z.string(),
  connection: z.string(),
  receivedAt: z.iso.datetime(),
  received: z.number().int(),
  accepted: z.number().int().describe("Items that were not refused."),
  refused: z.number().int(),
  waiting: z.number().int().describe("Accepted, and their person is not known yet."),
  outcomes: z.record(outcome, z.number().int()),
  errors: z.array(itemProblemShape),
  receipts: z.array(itemReceiptShape).describe("One for each item, in your order."),
};
export const batchAnswerShape = z.object(batchMembers);

const problemMembers = {
  type: z.string().describe("urn:lanyard:problem:<code>"),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string().describe("Stable; for example BODY_TOO_LARGE."),
  next: z.string().describe("What to do about it."),
  fixBy: owner,
};
export const requestErrorShape = z.object({
  pointer: z.string().describe("JSON pointer into the body, or the name of a header."),
  code: z.string(),
  got: z.string().nullable(),
  expected: z.string().nullable(),
  say: z.string(),
  fixBy: owner,
});
/** RFC 9457. */
export const problemShape = z.object({ ...problemMembers, errors: z.array(requestErrorShape).optional() });
export const batchRefusedShape = z.object({ ...problemMembers, ...batchMembers });

/** As above, and as the passport contract answers: a client of either can read it. */
export const eventProblemShape = z.object({
  ...problemMembers,
  errors: z.array(requestErrorShape).optional(),
  resourceType: z.literal("OperationOutcome"),
  issue: z.array(z.object({ severity: z.literal("error"), code: z.string(), details: z.object({ text: z.string() }) })).min(1),
});

export const receiptShape = z.object({
  receipt: z.uuid(),
  batchId: z.string(),
  record: z.number().int().describe("Position in the batch, from 0."),
  yourId,
  receivedAt: z.iso.datetime(),
  expiresOn: z.iso.date().describe("Last day on which it can be asked for."),
  outcome: outcome.describe("What was answered then."),
  now: z
    .enum(["applied", "waiting", "withdrawn", "refused", "ignored"])
    .describe(
      "What it is today: in the person's record; waiting for its person; taken back since; still refused; rightly nothing. A waiting item becomes applied when its person appears, a refused one when it has been put through again.",
    ),
  problem: itemProblemShape.omit({ record: true, yourId: true }).optional().describe("Why it was refused then."),
});
export const receiptsShape = z.object({ receipts: z.array(receiptShape) });

export const eventAnswerShape = z.object({ id: z.string().describe("The event's id, as you sent it.") });

export type ItemProblem = z.infer<typeof itemProblemShape>;
export type ReceiptShown = z.infer<typeof itemReceiptShape>;
export type BatchAnswer = z.infer<typeof batchAnswerShape>;
export type Problem = z.infer<typeof problemShape>;
export type ReceiptAnswer = z.infer<typeof receiptShape>;
