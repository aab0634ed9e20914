/** `store.intake`: the vendors' keys, the answers that are given again, and the receipts. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { HubError } from "../platform/errors";
import type { Sealer } from "../platform/secrets";
import type { ItemResult, PageToStore, PushToStore, StoredAnswer } from "./store";
import { inTransaction, retried } from "./transaction";

/** Of a standard webhook's symmetric key: the specification asks for 24 to 64 bytes. */
const secretBytes = 32;
/** One in use, one to change to, and one forgotten: every live key is tried on every push, so there is an end to them. */
const mostLiveKeys = 5;

export interface IntakeKey {
  readonly id: string;
  readonly connectionId: string;
  readonly issuedAt: Date;
  readonly issuedBy: string;
  readonly revokedAt: Date | undefined;
  readonly revokedBy: string | undefined;
  readonly revokeReason: string | undefined;
  readonly lastUsedAt: Date | undefined;
}
export interface Receipt {
  readonly id: string;
  readonly connectionId: string;
  readonly ordinal: number;
  readonly vendorId: string | undefined;
  readonly outcome: ItemResult["outcome"];
  readonly runId: string;
  readonly problem: ItemResult["refusal"];
  readonly records: ItemResult["records"];
  readonly receivedAt: Date;
}
/** What stands at one connection's door. */
export interface Door {
  readonly keys: readonly { readonly id: string; readonly secret: Buffer }[];
  /** Why it is closed for now; undefined when it is open. */
  readonly pausedBecause: string | undefined;
}

export interface Intake {
  /** The secret is shown once, here; afterwards only its id is. */
  issueKey(input: { connectionId: string; organisation: string; by: string }): Promise<{ readonly id: string; readonly secret: string }>;
  /** Of one connection or of all, the newest first. Never a secret. */
  listKeys(connectionId?: string): Promise<readonly IntakeKey[]>;
  findKey(id: string): Promise<IntakeKey | undefined>;
  /** `live`: keys that remain. Undefined when there is no such key, or it was revoked before. */
  revokeKey(input: {
    id: string;
    by: string;
    reason: string;
  }): Promise<{ readonly connectionId: string; readonly live: number } | undefined>;
  /** Live secrets and whether it is paused. A connection that does not exist has no keys, like one that was given none. */
  door(connectionId: string): Promise<Door>;
  /** What was answered to this key before; undefined when it is new or its time is over. */
  findAnswer(
    connectionId: string,
    idempotencyKey: string,
    today: string,
  ): Promise<{ readonly bodySha256: string; readonly answer: StoredAnswer } | undefined>;
  findReceipt(id: string): Promise<Receipt | undefined>;
  /** Forgets answers whose time is over; receipts stay. */
  expireAnswers(today: string): Promise<number>;
}

const keyAad = (connectionId: string, id: string) => `intake-key:${connectionId}:${id}`;
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export function createIntake(pool: Pool, sealer: Sealer): Intake {
  const list = async (where: string, values: unknown[]) => {
    const { rows } = await retried(() =>
      pool.query(
        `select id, connection_id, issued_at, issued_by, revoked_at, revoked_by, revoke_reason, last_used_at from ops.intake_key
         where ${where} order by issued_at desc, id`,
        values,
      ),
    );
    return rows.map(keyOf);
  };
  return {
    async issueKey({ connectionId, organisation, by }) {
      const id = randomUUID();
      const secret = randomBytes(secretBytes);
      const { version, bytes } = await sealer.seal(organisation, secret, keyAad(connectionId, id));
      await retried(() =>
        inTransaction(pool, async (client) => {
          // The connection's row is held, so that two who issue at once are counted.
          const { rows } = await client.query("select error_code from ops.connection where id = $1 for update", [connectionId]);
          const live = await client.query(
            "select count(*)::int as n from ops.intake_key where connection_id = $1 and revoked_at is null and id <> $2",
            [connectionId, id],
          );
          if (live.rows[0].n >= mostLiveKeys)
            throw new HubError({
              code: "INTAKE_KEYS_TOO_MANY",
              class: "settings",
              detail: { connection: connectionId, limit: mostLiveKeys },
            });
          await client.query(
            `insert into ops.intake_key (id, connection_id, key_org, key_version, secret, issued_by) values ($1, $2, $3, $4, $5, $6)
             on conflict (id) do nothing`,
            [id, connectionId, organisation, version, bytes, by],
          );
          // From here it is the vendor's move; the first good push ends it.
          if (rows[0]?.error_code === "INTAKE_KEYS_REVOKED")
            await client.query("update ops.connection set error_code = 'INTAKE_KEY_NOT_USED', error_detail = $2 where id = $1", [
              connectionId,
              JSON.stringify({ key: id }),
            ]);
        }),
      );
      return { id, secret: `whsec_${secret.toString("base64")}` };
    },

    listKeys: (connectionId) => list("$1::text is null or connection_id = $1", [connectionId ?? null]),
    findKey: async (id) => (uuid.test(id) ? (await list("id = $1", [id]))[0] : undefined),

    async revokeKey({ id, by, reason }) {
      if (!uuid.test(id)) return undefined;
      return retried(() =>
        inTransaction(pool, async (client) => {
          const found = await client.query("select connection_id from ops.intake_key where id = $1", [id]);
          const connectionId = found.rows[0]?.connection_id as string | undefined;
          if (connectionId === undefined) return undefined;
          await client.query("select 1 from ops.connection where id = $1 for update", [connectionId]);
          const { rowCount } = await client.query(
            "update ops.intake_key set revoked_at = now(), revoked_by = $2, revoke_reason = $3 where id = $1 and revoked_at is null",
            [id, by, reason],
          );
          if (rowCount !== 1) return undefined;
          const { rows } = await client.query(
            "select count(*)::int as n from ops.intake_key where connection_id = $1 and revoked_at is null",
            [connectionId],
          );
          // Nothing that the vendor sends can be accepted any more: that is a connection that has stopped.
          if (rows[0].n === 0)
            await client.query(
              `update ops.connection set error_code = 'INTAKE_KEYS_REVOKED', error_class = 'auth', error_detail = $2, error_since = now()
               where id = $1`,
              [connectionId, JSON.stringify({ key: id })],
            );
          return { connectionId, live: rows[0].n as number };
        }),
      );
    },

    async door(connectionId) {
      const { rows } = await retried(() =>
        pool.query(
          `select k.id, k.key_org, k.key_version, k.secret,
             case when c.paused_at is not null and (c.pause_until is null or c.pause_until > now()) then coalesce(c.pause_reason, 'paused') end as paused
           from ops.connection c join ops.intake_key k on k.connection_id = c.id and k.revoked_at is null
           where c.id = $1 and c.retired_at is null order by k.issued_at desc, k.id`,
          [connectionId],
        ),
      );
      const keys: { id: string; secret: Buffer }[] = [];
      for (const row of rows)
        keys.push({ id: row.id, secret: await sealer.open(row.key_org, row.key_version, row.secret, keyAad(connectionId, row.id)) });
      return { keys, pausedBecause: rows[0]?.paused ?? undefined };
    },

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

    async findReceipt(id) {
      if (!uuid.test(id)) return undefined;
      const { rows } = await retried(() =>
        pool.query(
          "select id, connection_id, ordinal, vendor_id, outcome, run_id, problem, records, received_at from ops.receipt where id = $1",
          [id],
        ),
      );
      const row = rows[0];
      return (
        row && {
          id: row.id,
          connectionId: row.connection_id,
          ordinal: row.ordinal,
          vendorId: row.vendor_id ?? undefined,
          outcome: row.outcome,
          runId: row.run_id,
          problem: row.problem ?? undefined,
          records: row.records,
          receivedAt: row.received_at,
        }
      );
    },

    async expireAnswers(today) {
      return (await retried(() => pool.query("delete from ops.intake_request where expires_on < $1", [today]))).rowCount ?? 0;
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
      text: `insert into ops.receipt (id, request_id, connection_id, ordinal, vendor_id, outcome, run_id, problem, records, received_at)
        select r.id, $2, $3, r.n, r.v, r.o, $4, r.p, r.r, $5
        from jsonb_to_recordset($1::jsonb) as r(id uuid, n integer, v text, o text, p jsonb, r jsonb)`,
      values: [JSON.stringify(list), rows[0].id, page.connectionId, page.runId, push.receivedAt],
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

// biome-ignore lint/suspicious/noExplicitAny: a row of ops.intake_key
function keyOf(row: Record<string, any>): IntakeKey {
  return {
    id: row.id,
    connectionId: row.connection_id,
    issuedAt: row.issued_at,
    issuedBy: row.issued_by,
    revokedAt: row.revoked_at ?? undefined,
    revokedBy: row.revoked_by ?? undefined,
    revokeReason: row.revoke_reason ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
