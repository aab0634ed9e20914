/** Snapshots that are held for a person: what they lack, record by record, and what became of it. */
import type { PoolClient } from "pg";
import type { RecordKind } from "../connectors/connector";
import { reach } from "../platform/crash-point";
import { HubError } from "../platform/errors";
import type { Sealer } from "../platform/secrets";
import { type Target, withdraw } from "./absence";
import { recordTable } from "./record-tables";
import { inTransaction, retried } from "./transaction";
import { momentOfTransaction } from "./walls/context";
import type { Writer } from "./walls/writing";

export type HeldDecision = "WITHDRAW" | "KEEP";

export interface HeldSnapshot {
  readonly id: string;
  readonly connectionId: string;
  readonly kind: RecordKind;
  /** Whose records it is about. */
  readonly organisations: readonly string[];
  /** SHRANK, EMPTY, or why the connector doubts its own snapshot. */
  readonly cause: string;
  readonly target: Target;
  /** Records that it lacks. */
  readonly count: number;
  /** Records that were in force. */
  readonly inForce: number;
  readonly heldAt: Date;
  readonly runId: string;
  readonly decidedAt: Date | undefined;
  readonly decidedBy: string | undefined;
  readonly decision: HeldDecision | undefined;
  readonly reason: string | undefined;
  /** Records that the decision has changed. */
  readonly settled: number | undefined;
}
export interface HeldSnapshotDetail extends HeldSnapshot {
  /** Of the set: neither listed again nor withdrawn since. */
  readonly stillMissing: number;
}

export interface Held {
  /** What waits for a decision, the oldest first; with `decided` what was decided, the newest first. */
  list(filter: { readonly decided?: boolean; readonly limit?: number }): Promise<readonly HeldSnapshot[]>;
  find(id: string): Promise<HeldSnapshotDetail | undefined>;
  /**
   * WITHDRAW believes the snapshot: exactly what it lacked and is still missing goes. KEEP puts that back into force until the
   * source lists it again. Throws HELD_OVER when somebody (or a later whole snapshot) was first.
   */
  decide(
    id: string,
    what: { readonly decision: HeldDecision; readonly by: string; readonly reason: string },
  ): Promise<{ readonly settled: number; readonly listedAgain: number }>;
}

const columns = `h.id::text as id, h.connection_id as "connectionId", h.kind, case when h.organisation is null then c.organisations else array[h.organisation] end as organisations,
  h.cause, h.target, h.would_withdraw as count, h.in_force as "inForce", h.held_at as "heldAt", h.run_id::text as "runId",
  h.decided_at as "decidedAt", h.decided_by as "decidedBy", h.decision, h.reason, h.settled`;
const from = "from ops.held_absence h join ops.connection c on c.id = h.connection_id";

/** Rows that are sealed and written at a time: a release may be about everything that a connection holds. */
const recordsAtOnce = 1000;
const mostListed = 500;

export function createHeld({ pool, forConnection }: Writer, sealer: Sealer): Held {
  return {
    async list({ decided = false, limit = mostListed }) {
      const { rows } = await retried(() =>
        pool.query(
          `select ${columns} ${from} where (h.decided_at is not null) = $1
           order by case when $1 then null else h.held_at end, h.decided_at desc, h.id limit $2`,
          [decided, limit],
        ),
      );
      return rows.map(heldOf);
    },

    async find(id) {
      const { rows } = await retried(() => pool.query(`select ${columns} ${from} where h.id::text = $1`, [id]));
      if (!rows[0]) return undefined;
      const held = heldOf(rows[0]);
      const missing = await retried(() =>
        pool.query(
          `select count(*)::int as n from ops.held_absence_record r join ${recordTable(held.kind).table} t on t.id = r.record_id
           where r.held_id = $1 and t.source_state = 'SUSPECTED'`,
          [id],
        ),
      );
      return { ...held, stillMissing: missing.rows[0].n };
    },

    async decide(id, what) {
      const decided = await retried(() =>
        inTransaction(
          pool,
          (client, begun) => decideIn(client, sealer, id, what, (connectionId) => forConnection(connectionId, begun)),
          `begin; ${momentOfTransaction}`,
        ),
      );
      reach("held:after-commit");
      return decided;
    },
  };
}

async function decideIn(
  client: PoolClient,
  sealer: Sealer,
  id: string,
  { decision, by, reason }: { decision: HeldDecision; by: string; reason: string },
  context: (connectionId: string) => string,
): Promise<{ settled: number; listedAgain: number }> {
  // The connection first, as every run does: no page and no other snapshot of it comes in between.
  const found = await client.query(
    "select h.kind, h.target, h.would_withdraw, h.connection_id from ops.held_absence h join ops.connection c on c.id = h.connection_id where h.id::text = $1 for update of c",
    [id],
  );
  const taken = await client.query(
    "update ops.held_absence set decided_at = now(), decided_by = $2, decision = $3, reason = $4 where id::text = $1 and decided_at is null",
    [id, by, decision, reason],
  );
  if (taken.rowCount !== 1) throw new HubError({ code: "HELD_OVER", class: "guard", detail: { held: id } });
  const { kind, target, would_withdraw: count } = found.rows[0] as { kind: RecordKind; target: Target; would_withdraw: number };
  const { table } = recordTable(kind);
  await client.query("select set_config('lanyard.write', $1, true)", [context(found.rows[0].connection_id)]);
  let settled = 0;
  if (decision === "KEEP") {
    await client.query("update ops.held_absence_record set kept = true where held_id = $1", [id]);
    const kept = await client.query(
      `update ${table} t set source_state = 'IN_FORCE' from ops.held_absence_record r
       where r.held_id = $1 and t.id = r.record_id and t.source_state = 'SUSPECTED'`,
      [id],
    );
    settled = kept.rowCount ?? 0;
  } else {
    // An earlier refusal about the same records is over.
    await client.query(
      "update ops.held_absence_record k set kept = false from ops.held_absence_record r where r.held_id = $1 and k.record_id = r.record_id and k.kept",
      [id],
    );
    for (let after: string | null = null; ; ) {
      const rows: { id: string }[] = (
        await client.query(
          `select t.id from ops.held_absence_record r join ${table} t on t.id = r.record_id
           where r.held_id = $1 and t.source_state = 'SUSPECTED' and ($2::uuid is null or t.id > $2) order by t.id limit $3 for update of t`,
          [id, after, recordsAtOnce],
        )
      ).rows;
      if (rows.length === 0) break;
      await withdraw(
        client,
        sealer,
        kind,
        target,
        rows.map((row) => row.id),
      );
      settled += rows.length;
      after = rows.at(-1)!.id;
    }
  }
  await client.query("update ops.held_absence set settled = $2 where id = $1", [id, settled]);
  reach("held:before-commit");
  return { settled, listedAgain: count - settled };
}

function heldOf(row: Record<string, unknown>): HeldSnapshot {
  const given = <T>(value: unknown): T | undefined => (value === null ? undefined : (value as T));
  const { decidedAt, decidedBy, decision, reason, settled, ...rest } = row;
  return {
    ...(rest as unknown as HeldSnapshot),
    decidedAt: given(decidedAt),
    decidedBy: given(decidedBy),
    decision: given(decision),
    reason: given(reason),
    settled: given(settled),
  };
}
