/** The doors as OpenAPI 3.1, made of the schemas that parse what comes in and shape what goes out. */
import { z } from "zod";
import { batch } from "../../connectors/push/body";
import { raw as item } from "../../connectors/push/vendor";
import { eventLimitBytes } from "./admission";
import {
  batchAnswerShape,
  batchRefusedShape,
  eventAnswerShape,
  eventProblemShape,
  itemProblemShape,
  itemReceiptShape,
  problemShape,
  receiptShape,
  receiptsShape,
} from "./answers";
import { bodyLimitBytes } from "./body";
import { eventShape } from "./event-shape";

const mostItems = 500;
/** Of the doors: raised when a vendor has to change something. */
const version = "1.0.0";

type Json = Record<string, unknown>;
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

function schemasOf(io: "input" | "output", named: Readonly<Record<string, z.ZodType>>): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, { io, uri: (id) => `#/components/schemas/${id}`, unrepresentable: "any" });
  // OpenAPI 3.1 says once for all which dialect it is, and names a schema by its place.
  return Object.fromEntries(Object.entries(made.schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema as Json]));
}

const asProblem = (schema = "Problem") => ({ "application/problem+json": { schema: ref(schema) } });
const retryAfter = { "Retry-After": { description: "Seconds.", schema: { type: "integer", minimum: 1 } } };
const problems: Readonly<Record<string, string>> = {
  400: "The body, the question or the Idempotency-Key cannot be read. Correct it.",
  401: "Signature, time or address: nothing was read.",
  403: "It speaks for another organisation or about another kind of record than your key is for.",
  404: "There is no such receipt, or it is not yours.",
  405: "Another method.",
  408: "The body did not arrive in time. Smaller batches.",
  409: "This key or id was used before for something else; the first one counts.",
  413: "Too large, or too many items. Smaller batches.",
  415: "Another content type.",
  429: "You, and nobody else, are too fast. Again after Retry-After.",
  500: "A fault of ours. Again later, with the same Idempotency-Key.",
  503: "Busy, paused, or our database is away. Again after Retry-After, with the same Idempotency-Key.",
};
const answers = (good: Json, statuses: readonly number[], schema?: string): Json => ({
  ...good,
  ...Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { description: problems[status], content: asProblem(schema), ...([429, 503].includes(status) ? { headers: retryAfter } : {}) },
    ]),
  ),
});
const json = (description: string, schema: string): Json => ({ description, content: { "application/json": { schema: ref(schema) } } });

const signed = [{ webhookId: [], webhookTimestamp: [], webhookSignature: [] }];
const header = (name: string, description: string): Json => ({ type: "apiKey", in: "header", name, description });
const connection = { $ref: "#/components/parameters/connection" };

const event = {
  summary: "Something has changed about one employee",
  requestBody: {
    required: true,
    description: `At most ${eventLimitBytes} bytes. We answer when the event is stored, and then read the employee's records from your system.`,
    content: { "application/cloudevents+json": { schema: ref("Event") } },
  },
  responses: answers(
    { 200: json("Taken; the same event again is answered in the same way.", "EventAnswer") },
    [400, 401, 403, 405, 408, 409, 413, 415, 429, 500, 503],
    "EventProblem",
  ),
};

export function openApi(): Json {
  const asked = batch.extend({
    records: z.array(item).max(mostItems),
    organisation: z.string().optional().describe("Not needed: your key says whose records they are."),
  });
  return {
    openapi: "3.1.1",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: {
      title: "Lanyard: the vendors' doors",
      version,
      description:
        "Records that a learning system sends by itself, their receipts, and events that announce a change. Prose: docs/vendors/push.md.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [
      { name: "records", description: "A vendor sends." },
      { name: "events", description: "A vendor announces, and is asked." },
    ],
    paths: {
      "/intake/{connection}/records": {
        post: {
          operationId: "sendRecords",
          tags: ["records"],
          summary: "One batch of records",
          security: signed,
          parameters: [
            connection,
            {
              name: "Idempotency-Key",
              in: "header",
              required: true,
              description: "One per batch, and the same one when the batch is sent again: for 90 days it gets the same answer.",
              schema: { type: "string", pattern: "^[\\x21-\\x7e]{8,200}$" },
            },
          ],
          requestBody: {
            required: true,
            description: `At most ${mostItems} items and ${bodyLimitBytes} bytes after decompression; Content-Encoding: gzip may be used.`,
            content: { "application/json": { schema: ref("Batch") } },
          },
          responses: answers(
            {
              200: json("Stored: a receipt for each item.", "BatchAnswer"),
              422: { description: "Stored: every item was refused, each with its reason.", content: asProblem("BatchRefused") },
            },
            [400, 401, 403, 405, 408, 409, 413, 415, 429, 500, 503],
          ),
        },
      },
      "/intake/{connection}/receipts/{receipt}": {
        get: {
          operationId: "getReceipt",
          tags: ["records"],
          summary: "One receipt, and what has become of its item since",
          security: signed,
          parameters: [connection, { name: "receipt", in: "path", required: true, schema: { type: "string", format: "uuid" } }],
          responses: answers({ 200: json("The receipt.", "Receipt") }, [401, 404, 405, 429, 500, 503]),
        },
      },
      "/intake/{connection}/receipts": {
        get: {
          operationId: "listReceipts",
          tags: ["records"],
          summary: "The receipts of one batch, or of one of your items (at most 500, the newest batch first)",
          security: signed,
          parameters: [
            connection,
            { name: "batch", in: "query", description: "batchId of an answer.", schema: { type: "string" } },
            { name: "yourId", in: "query", description: "Your own id of an item, instead.", schema: { type: "string" } },
          ],
          responses: answers({ 200: json("The receipts.", "Receipts") }, [400, 401, 404, 405, 429, 500, 503]),
        },
      },
      "/events": { post: { operationId: "publishEvent", tags: ["events"], security: [{ apiKey: [] }], ...event } },
      "/intake/{connection}/events": {
        post: { operationId: "publishSignedEvent", tags: ["events"], security: signed, parameters: [connection], ...event },
      },
      "/openapi.json": {
        get: {
          operationId: "describe",
          summary: "This document",
          security: [],
          responses: { 200: { description: "OpenAPI 3.1.", content: { "application/json": { schema: { type: "object" } } } } },
        },
      },
    },
    components: {
      parameters: {
        connection: {
          name: "connection",
          in: "path",
          required: true,
          description: "One organisation's use of your product, for example zqc-tidewater.",
          schema: { type: "string" },
        },
      },
      securitySchemes: {
        webhookId: header("webhook-id", "Any id of this message (Standard Webhooks)."),
        webhookTimestamp: header("webhook-timestamp", "Now, in seconds since 1970; 5 minutes of difference are taken, either way."),
        webhookSignature: header(
          "webhook-signature",
          "v1, and base64 of HMAC-SHA256, or v1a, and base64 of Ed25519, over <webhook-id>.<webhook-timestamp>.<body>; of a GET the body is empty. Several, parted by spaces.",
        ),
        apiKey: header("apikey", "lanyard_...: a key that is for events only."),
      },
      schemas: {
        ...schemasOf("input", { Batch: asked, Item: item, Event: eventShape }),
        ...schemasOf("output", {
          BatchAnswer: batchAnswerShape,
          BatchRefused: batchRefusedShape,
          EventAnswer: eventAnswerShape,
          EventProblem: eventProblemShape,
          ItemProblem: itemProblemShape,
          ItemReceipt: itemReceiptShape,
          Problem: problemShape,
          Receipt: receiptShape,
          Receipts: receiptsShape,
        }),
      },
    },
  };
}

let text: string | undefined;
export function openApiText(): string {
  return (text ??= `${JSON.stringify(openApi(), null, 2)}\n`);
}
