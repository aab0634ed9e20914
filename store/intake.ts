/** `store.intake`: the vendors' keys and receipts, and the answers that are given again. */
import type { Pool, PoolClient } from "pg";
import type { Sealer } from "../platform/secrets";
import { createIntakeKeys, type IntakeKeys } from "./intake-keys";
import { createIntakeReceipts, type IntakeReceipts } from "./intake-receipts";
import { createPushedRecords, type PushedRecords } from "./pushed-records";
import type { ItemResult, PageToStore, PushToStore, StoredAnswer } from "./store";
import { retried } from "./transaction";

/** Days for which a receipt can be asked for: a year's reconciliation, and a month to do it in. */
export const receiptDays = 400;
const dayMs = 86_400_000;

export interface Intake extends IntakeKeys, IntakeReceipts, PushedRecords {
  /** What was answered to this key before; undefined when it is new or its time is over. */
  findAnswer(
    connectionId: string,
    idempotencyKey: string,
    today: string,
  ): Promise<{ readonly bodySha256: string; readonly answer: StoredAnswer } | undefined>;
}

export function createIntake(pool: Pool, sealer: Sealer): Intake {
  return {
    ...createIntakeKeys(pool, sealer),
    ...createIntakeReceipts(pool),
    ...createPushedRecords(pool),

    async findAnswer(connectionId, idempotencyKey, today) {
      const { rows } = await retried(() =>
        pool.query({
          name: "intake-answer",
          text: `select body_sha256, answer from ops.intake_request where connection_id = $1 and idempotency_key = $2 and expires_on >= $3`,
          values: [connectionId, idempotencyKey, today],
        }),
      );
      return rows[0] && { bodySha256: rows[0].body_sha256, answer: rows[0].answer };
    },
  };
}

/**
 * In the page's transaction, after its records: the answer, a receipt for each item, and how far the data set is known.
 * Four statements for any number of items.
 */
export async function storePush(
  client: PoolClient,
  page: PageToStore,
  push: PushToStore,
  results: readonly ItemResult[],
): Promise<StoredAnswer> {
  const { receipts, answer } = push.settle(results);
  // A key may be used again when its time is over; what is younger stays in the way, and stops the page.
  await client.query({
    name: "intake-used",
    text: `with old as (delete from ops.intake_request where connection_id = $1 and idempotency_key = $2 and expires_on < $3::date)
      update ops.intake_key set last_used_at = $4 where id = $5`,
    values: [page.connectionId, push.idempotencyKey, push.receivedAt.slice(0, "2026-01-01".length), push.receivedAt, push.keyId],
  });
  const { rows } = await client.query({
    name: "intake-request",
    text: `insert into ops.intake_request (connection_id, idempotency_key, body_sha256, run_id, received_at, answer, expires_on)
      values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    values: [page.connectionId, push.idempotencyKey, push.bodySha256, page.runId, push.receivedAt, JSON.stringify(answer), push.expiresOn],
  });
  if (receipts.length > 0) {
    const list = receipts.map(({ id, position, vendorId, outcome, refusal, records }) => ({
      id,
      n: position,
      v: vendorId,
      o: outcome,
      p: refusal,
      r: records,
    }));
    await client.query({
      name: "intake-receipts",
      text: `insert into ops.receipt (id, request_id, connection_id, ordinal, vendor_id, outcome, run_id, problem, records, received_at,
          key_id, expires_on)
        select r.id, $2, $3, r.n, r.v, r.o, $4, r.p, r.r, $5, $6, $7
        from jsonb_to_recordset($1::jsonb) as r(id uuid, n integer, v text, o text, p jsonb, r jsonb)`,
      values: [
        JSON.stringify(list),
        rows[0].id,
        page.connectionId,
        page.runId,
        push.receivedAt,
        push.keyId,
        new Date(Date.parse(push.receivedAt) + receiptDays * dayMs).toISOString().slice(0, "2026-01-01".length),
      ],
    });
  }
  // A push of which nothing could be used says nothing about the vendor's data; an empty one says that there is no news.
  if (results.length === 0 || results.some(({ outcome }) => outcome !== "refused"))
    await client.query({
      name: "intake-fresh",
      text: `insert into ops.data_set as d (connection_id, data_set, fresh_as_of, last_complete_at) values ($1, $2, $3, now())
        on conflict (connection_id, data_set) do update set fresh_as_of = greatest(d.fresh_as_of, excluded.fresh_as_of), last_complete_at = now()`,
      values: [page.connectionId, page.dataSet, push.receivedAt],
    });
  return answer;
}

/** What a page that was committed before told its vendor. */
export async function answerOfStored(pool: Pool, page: PageToStore, push: PushToStore): Promise<StoredAnswer | undefined> {
  const { rows } = await pool.query("select answer from ops.intake_request where connection_id = $1 and idempotency_key = $2", [
    page.connectionId,
    push.idempotencyKey,
  ]);
  return rows[0]?.answer;
}
