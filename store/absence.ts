/** What a complete snapshot did not list: withdrawn or flagged below the limit, held for a person above it. */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import type { RecordKind, Scope } from "../connectors/connector";
import type { Sealer } from "../platform/secrets";
import { keepBefore } from "./history";
import { requireLease } from "./lease";
import { uuidList } from "./page-ledger";
import { recordTable } from "./record-tables";
import type { AbsenceLimit, AbsenceResult, Store } from "./store";
import { inTransaction, retried } from "./transaction";

type SettleInput = Parameters<Store["pages"]["settleAbsence"]>[0];
const nothing: AbsenceResult = { withdrawn: 0, flagged: 0, held: undefined };
/** Ledger rows of this data set are not pages of the vendor's. */
export const absenceDataSet = "absence";

export function createAbsence(pool: Pool, sealer: Sealer) {
  return {
    settle: (input: SettleInput): Promise<AbsenceResult> =>
      retried(() => inTransaction(pool, (client) => settleIn(client, sealer, input), "begin; set local lock_timeout = '5s'")),
  };
}

async function settleIn(client: PoolClient, sealer: Sealer, input: SettleInput): Promise<AbsenceResult> {
  const { connectionId, runId, lease, scope } = input;
  await requireLease(client, connectionId, lease, "update");
  const runs = [...(input.earlierRunIds ?? []), runId];
  if (!(await seenIsComplete(client, runs))) return nothing;
  let withdrawn = 0;
  let flagged = 0;
  let held: AbsenceResult["held"];
  for (const { kind, absence } of input.kinds) {
    if (scope.kinds && !scope.kinds.includes(kind)) continue;
    const within = withinScope(kind, scope);
    if (!within) continue;
    const { table } = recordTable(kind);
    // What the source never listed again while it was flagged stays flagged: only rows in force can go missing.
    const { rows } = await client.query(
      `select t.id from ${table} t where ${within.where} and t.source_state in ('IN_FORCE', 'SUSPECTED') and not exists
         (select 1 from (select unnest(ids) as id from ops.seen where run_id = any($2::bigint[]) and kind = $3) s where s.id = t.id)
       order by t.id for update of t`,
      [connectionId, runs, kind, ...within.values],
    );
    const missing: string[] = rows.map((row) => row.id);
    const reach = `${scope.scope === "person" || scope.scope === "course" ? "connection" : scope.scope}:${scope.organisation ?? ""}`;
    if (missing.length === 0) {
      if (scope.scope !== "person" && scope.scope !== "course") await recovered(client, connectionId, kind, reach);
      continue;
    }
    const inForce = await countInForce(client, table, connectionId, scope.organisation);
    const before = await missingBefore(client, runs, kind);
    const total = missing.length + before.missing;
    if (exceeds(total, inForce + before.withdrawn, input.limit)) {
      await hold(client, connectionId, runId, kind, reach, total, inForce + before.withdrawn);
      held ??= { kind, count: total, inForce: inForce + before.withdrawn };
      continue;
    }
    if (scope.scope !== "person" && scope.scope !== "course") await recovered(client, connectionId, kind, reach);
    if (absence === "withdraws") {
      await keepBefore(client, sealer, kind, missing, "WITHDRAWN");
      await setState(client, table, missing, "WITHDRAWN");
      withdrawn += missing.length;
    } else {
      await setState(client, table, missing, "NOT_AT_SOURCE");
      flagged += missing.length;
    }
    await ledger(client, connectionId, runId, kind, missing.length, absence === "withdraws");
  }
  return { withdrawn, flagged, held };
}

/** Every page of these runs still has its seen rows (an unlogged table is empty after a crash). */
async function seenIsComplete(client: PoolClient, runs: readonly string[]): Promise<boolean> {
  const { rows } = await client.query(
    `select exists (select 1 from ops.page p where p.run_id = any($1::bigint[]) and p.data_set <> $2
       and not exists (select 1 from ops.seen s where s.run_id = p.run_id and s.page_ordinal = p.ordinal)) as lacking,
     exists (select 1 from ops.page p where p.run_id = any($1::bigint[]) and p.data_set <> $2) as any`,
    [runs, absenceDataSet],
  );
  return rows[0].any && !rows[0].lacking;
}

/** $1 connection, $2 runs, $3 kind are taken. Undefined: this scope says nothing about this kind. */
function withinScope(kind: RecordKind, scope: Scope): { where: string; values: unknown[] } | undefined {
  const values: unknown[] = [];
  let where = "t.connection_id = $1";
  if (scope.organisation !== undefined) {
    values.push(scope.organisation);
    where += ` and t.controller_org = $${3 + values.length}`;
  }
  if (scope.scope === "person") {
    if (!recordTable(kind).aboutStaffMember) return undefined;
    values.push(scope.key);
    where += ` and t.source_person_id in (select id from staff.source_person p where p.connection_id = $1 and p.source_key = $${3 + values.length})`;
  }
  if (scope.scope === "course") {
    // Other kinds do not name their course: the connection's own scope speaks for them.
    if (kind !== "achievement") return undefined;
    values.push(scope.key);
    where += ` and t.course_source_id = $${3 + values.length}`;
  }
  return { where, values };
}

async function countInForce(client: PoolClient, table: string, connectionId: string, organisation: string | undefined): Promise<number> {
  const { rows } = await client.query(
    `select count(*)::int as n from ${table} where connection_id = $1 and ($2::text is null or controller_org = $2) and source_state in ('IN_FORCE', 'SUSPECTED')`,
    [connectionId, organisation ?? null],
  );
  return rows[0].n;
}

/** Many small scopes (one person each) must not add up to a mass withdrawal: a sweep's absences count together. */
async function missingBefore(
  client: PoolClient,
  runs: readonly string[],
  kind: RecordKind,
): Promise<{ missing: number; withdrawn: number }> {
  const { rows } = await client.query(
    `select coalesce(sum(applied), 0)::int as missing from ops.page where run_id = any($1::bigint[]) and data_set = $2 and reasons ? $3`,
    [runs, absenceDataSet, `absent-${kind}`],
  );
  return { missing: rows[0].missing, withdrawn: rows[0].missing };
}

/** One record may always go, unless it is the last one: an empty feed is never believed. */
function exceeds(missing: number, inForce: number, limit: AbsenceLimit): boolean {
  if (missing >= inForce) return true;
  return missing > Math.max(1, Math.min(limit.share * inForce, limit.records));
}

async function setState(client: PoolClient, table: string, ids: readonly string[], state: string): Promise<void> {
  await client.query(`update ${table} set source_state = $2, known_from = nextval('ops.knowing') where id = any($1::uuid[])`, [
    uuidList(ids),
    state,
  ]);
}

async function hold(
  client: PoolClient,
  connectionId: string,
  runId: string,
  kind: RecordKind,
  reach: string,
  count: number,
  inForce: number,
) {
  await client.query(
    `insert into ops.held_absence (id, connection_id, run_id, kind, scope, would_withdraw, in_force) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (connection_id, kind, scope) where decided_at is null do update set run_id = excluded.run_id,
       would_withdraw = excluded.would_withdraw, in_force = excluded.in_force`,
    [randomUUID(), connectionId, runId, kind, reach, count, inForce],
  );
}

/** A later snapshot that lacks nothing, or little, settles the matter. */
async function recovered(client: PoolClient, connectionId: string, kind: RecordKind, reach: string): Promise<void> {
  await client.query(
    `update ops.held_absence set decided_at = now(), decided_by = 'hub: a later snapshot was whole', decision = 'KEEP'
     where connection_id = $1 and kind = $2 and scope = $3 and decided_at is null`,
    [connectionId, kind, reach],
  );
}

/** A row of its own, so that the run's counts close with the withdrawals in them. */
async function ledger(
  client: PoolClient,
  connectionId: string,
  runId: string,
  kind: RecordKind,
  count: number,
  withdraws: boolean,
): Promise<void> {
  await client.query(
    `insert into ops.page (run_id, connection_id, data_set, ordinal, raw_in, yielding, ignored, refused_raw, applied, unchanged, superseded, waiting,
       refused, records, reasons)
     select $1, $2, $3, coalesce(min(ordinal), 0) - 1, 0, 0, 0, 0, $4, 0, 0, 0, 0, $4, $5::jsonb from ops.page where run_id = $1 and ordinal < 0`,
    [
      runId,
      connectionId,
      absenceDataSet,
      count,
      JSON.stringify({ [`absent-${kind}`]: count, [withdraws ? "withdrawn-by-absence" : "not-at-source"]: count }),
    ],
  );
}
