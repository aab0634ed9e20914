/**
 * What a complete snapshot did not list: missing, then suspected, then withdrawn, and that only by a complete snapshot below
 * the limit. Above the limit, or when the connector doubts its own snapshot, everything missing is held for a person: it is
 * suspected, stays in force, and the exact set is kept (held.ts decides about it).
 */
import { randomUUID } from "node:crypto";
import type { PoolClient } from "pg";
import type { RecordKind, Scope } from "../connectors/connector";
import { reach } from "../platform/crash-point";
import type { Sealer } from "../platform/secrets";
import { keepBefore } from "./history";
import { requireLease } from "./lease";
import { uuidList } from "./page-ledger";
import { recordTable } from "./record-tables";
import type { AbsenceLimit, AbsenceResult, Store } from "./store";
import { inTransaction, retried } from "./transaction";
import { listsUnreadable, settleRefusals, unreadable } from "./unreadable";
import type { Writing } from "./walls/writing";

type SettleInput = Parameters<Store["pages"]["settleAbsence"]>[0];
type Absence = SettleInput["kinds"][number]["absence"];
const nothing: AbsenceResult = { withdrawn: 0, flagged: 0, suspected: 0, held: undefined };
/** Ledger rows of this data set are not pages of the vendor's. */
export const absenceDataSet = "absence";

export function createAbsence(writing: Writing, sealer: Sealer) {
  return {
    settle(input: SettleInput): Promise<AbsenceResult> {
      const { pool, under } = writing.of(input.kinds.map(({ kind }) => kind));
      const begin = `begin; set local lock_timeout = '5s'; ${eachRowOnce}; ${under(input.connectionId, input.lease)}`;
      return retried(() => inTransaction(pool, (client) => settleIn(client, sealer, input), begin));
    },
  };
}

/**
 * What is held is compared with what was seen, and both may be everything that a connection has. Right after a first load the
 * planner takes them for a few rows, and would go through all that was seen once for each record.
 */
const eachRowOnce = "set local enable_nestloop = off";

/** One kind within one scope, and where its rows are looked for. */
interface Look {
  readonly client: PoolClient;
  readonly input: SettleInput;
  readonly kind: RecordKind;
  readonly absence: Absence;
  /** Of rows `t` of the kind: within the scope, and not seen. $1 connection, $2 runs, $3 kind, then its own. */
  readonly unseen: string;
  /** A query of `id` and `source_state`: what is in force and was not seen. */
  readonly missing: string;
  readonly values: readonly unknown[];
  readonly reach: string;
}

async function settleIn(client: PoolClient, sealer: Sealer, input: SettleInput): Promise<AbsenceResult> {
  const { connectionId, runId, lease, scope } = input;
  await requireLease(client, connectionId, lease, "update");
  const runs = [...(input.earlierRunIds ?? []), runId];
  if (!(await seenIsComplete(client, runs))) return nothing;
  await settleRefusals(client, input, runs);
  const result = { withdrawn: 0, flagged: 0, suspected: 0, held: undefined as AbsenceResult["held"] };
  for (const { kind, absence } of input.kinds) {
    if (scope.kinds && !scope.kinds.includes(kind)) continue;
    const within = withinScope(kind, scope);
    if (!within) continue;
    const { table } = recordTable(kind);
    // What the source never listed again while it was flagged stays flagged: only rows in force can go missing.
    const unseen = `${within.where}
      and not exists (select 1 from (select unnest(ids) as id from ops.seen where run_id = any($2::bigint[]) and kind = $3) s where s.id = t.id)`;
    const missing = `select t.id, t.source_state from ${table} t where t.source_state in ('IN_FORCE', 'SUSPECTED') and ${unseen}`;
    const values = [connectionId, runs, kind, ...within.values];
    const look: Look = { client, input, kind, absence, unseen, missing, values, reach: `${scope.scope}:${scope.organisation ?? ""}` };
    // One person or one course is part of a snapshot: what it lacks is suspected, and the whole decides.
    if (scope.scope === "person" || scope.scope === "course") result.suspected += await suspect(look);
    else await settleWhole(look, sealer, result);
  }
  reach("absence:before-commit");
  return result;
}

type Sum = { withdrawn: number; flagged: number; suspected: number; held: AbsenceResult["held"] };

async function settleWhole(look: Look, sealer: Sealer, sum: Sum): Promise<void> {
  const { client, kind, absence, input } = look;
  const { table } = recordTable(kind);
  const { rows } = await client.query(
    `select count(*)::int as n, count(*) filter (where exists (select 1 from ops.held_absence_record k where k.record_id = m.id and k.kept))::int as kept
     from (${look.missing}) m`,
    [...look.values],
  );
  const { n, kept } = rows[0] as { n: number; kept: number };
  await listedAgain(look);
  // What a person has decided to keep is not asked again as long as nothing else is missing.
  if (n === kept) return recovered(look);
  const inForce = await countInForce(client, table, input.connectionId, input.scope.organisation);
  const doubt = input.scope.doubt ?? (await doubtBefore(look)) ?? (await doubtNow(look));
  if (doubt !== undefined || exceeds(n, inForce, input.limit)) {
    const added = await hold(look, doubt ?? (n >= inForce ? "EMPTY" : "SHRANK"), inForce);
    sum.suspected += added;
    sum.held ??= { kind, count: n, inForce };
    return;
  }
  await recovered(look);
  const found = await client.query(
    `select m.id, m.source_state from (${look.missing}) m where not exists (select 1 from ops.held_absence_record k where k.record_id = m.id and k.kept) order by m.id`,
    [...look.values],
  );
  const missing = found.rows as { id: string; source_state: string }[];
  // Rows that move between the pages of a sweep can slip through it once: what is missing is suspected, the next one decides.
  const isGone = ({ source_state }: { source_state: string }) => !input.scope.shifting || source_state === "SUSPECTED";
  const gone = missing.filter(isGone).map(({ id }) => id);
  const first = missing.filter((one) => !isGone(one)).map(({ id }) => id);
  if (first.length > 0) {
    await client.query(`update ${table} set source_state = 'SUSPECTED' where id = any($1::uuid[])`, [uuidList(first)]);
    sum.suspected += first.length;
  }
  if (gone.length === 0) return;
  await withdraw(client, sealer, kind, targetOf(absence), gone);
  if (absence === "withdraws") sum.withdrawn += gone.length;
  else sum.flagged += gone.length;
  await ledger(look, gone.length);
}

const targetOf = (absence: Absence): Target => (absence === "withdraws" ? "WITHDRAWN" : "NOT_AT_SOURCE");
export type Target = "WITHDRAWN" | "NOT_AT_SOURCE";

/**
 * The source no longer stands by these: a version of its own, and what was in force is kept. Or it no longer lists them and has
 * no history itself: the facts stay as they were known, and only their state changes.
 */
export async function withdraw(
  client: PoolClient,
  sealer: Sealer,
  kind: RecordKind,
  target: Target,
  ids: readonly string[],
): Promise<void> {
  const { table } = recordTable(kind);
  if (target === "WITHDRAWN") await keepBefore(client, sealer, kind, ids, "WITHDRAWN");
  const version = target === "WITHDRAWN" ? ", known_from = nextval('ops.knowing'), known_at = now()" : "";
  await client.query(`update ${table} set source_state = $2${version} where id = any($1::uuid[])`, [uuidList(ids), target]);
}

/** In force as before, and said to be doubtful: the facts are as they were known, so no version of it is made. */
async function suspect({ client, kind, unseen, values }: Look): Promise<number> {
  const { rowCount } = await client.query(
    `update ${recordTable(kind).table} t set source_state = 'SUSPECTED' where t.source_state = 'IN_FORCE' and ${unseen}
       and not exists (select 1 from ops.held_absence_record k where k.record_id = t.id and k.kept)`,
    [...values],
  );
  return rowCount ?? 0;
}

/** Every page of these runs still has its seen rows (an unlogged table is empty after a crash). */
async function seenIsComplete(client: PoolClient, runs: readonly string[]): Promise<boolean> {
  const { rows } = await client.query(
    `select exists (select 1 from ops.page p where p.run_id = any($1::bigint[]) and p.data_set <> $2
       and not exists (select 1 from ops.seen s where s.run_id = any($1::bigint[]) and s.run_id = p.run_id and s.page_ordinal = p.ordinal)) as lacking,
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
    where += ` and t.source_person_id = any(array(select id from staff.source_person p where p.connection_id = $1 and p.source_key = $${3 + values.length}))`;
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

/** One record may always go, unless it is the last one: an empty feed is never believed. */
function exceeds(missing: number, inForce: number, limit: AbsenceLimit): boolean {
  if (missing >= inForce) return true;
  return missing > Math.max(1, Math.min(limit.share * inForce, limit.records));
}

/** The set is what is missing now: what an earlier snapshot lacked and this one lists has left it. Answers how many are new to suspicion. */
async function hold(look: Look, cause: string, inForce: number): Promise<number> {
  const { client, input, kind, unseen, missing, values, absence, reach } = look;
  const { connectionId, runId, scope } = input;
  const { rows } = await client.query(
    `insert into ops.held_absence as h (id, connection_id, run_id, kind, scope, would_withdraw, in_force, organisation, cause, target)
     values ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9)
     on conflict (connection_id, kind, scope) where decided_at is null do update set run_id = excluded.run_id,
       in_force = excluded.in_force, cause = excluded.cause, target = excluded.target returning h.id`,
    [randomUUID(), connectionId, runId, kind, reach, inForce, scope.organisation ?? null, cause, targetOf(absence)],
  );
  const id = rows[0].id as string;
  const own = `$${values.length + 1}::uuid`;
  await client.query(
    `delete from ops.held_absence_record r where r.held_id = ${own} and not exists (select 1 from (${missing}) m where m.id = r.record_id)`,
    [...values, id],
  );
  await client.query(
    `insert into ops.held_absence_record (held_id, record_id) select ${own}, m.id from (${missing}) m on conflict do nothing`,
    [...values, id],
  );
  await client.query(
    "update ops.held_absence set would_withdraw = (select count(*) from ops.held_absence_record where held_id = $1) where id = $1",
    [id],
  );
  const { rowCount } = await client.query(
    `update ${recordTable(kind).table} t set source_state = 'SUSPECTED' where t.source_state = 'IN_FORCE' and ${unseen}`,
    [...values],
  );
  return rowCount ?? 0;
}

/** What was held because the connector had its doubts is not believed for being missing a second time. */
async function doubtBefore({ client, input, kind, reach, missing, values }: Look): Promise<string | undefined> {
  const at = values.length;
  const { rows } = await client.query(
    `select h.cause from ops.held_absence h where h.connection_id = $${at + 1} and h.kind = $${at + 2} and h.scope = $${at + 3}
       and h.decided_at is null and h.cause not in ('SHRANK', 'EMPTY')
       and exists (select 1 from ops.held_absence_record r join (${missing}) m on m.id = r.record_id where r.held_id = h.id)`,
    [...values, input.connectionId, kind, reach],
  );
  return rows[0]?.cause;
}

const doubtNow = async ({ client, input, kind, reach }: Look) =>
  (await listsUnreadable(client, input.connectionId, kind, reach)) ? unreadable : undefined;

/** A later snapshot that lacks nothing, or little, settles the matter. */
async function recovered({ client, input, kind, reach }: Look): Promise<void> {
  await client.query(
    `update ops.held_absence set decided_at = now(), decided_by = 'hub: a later snapshot was whole', decision = 'KEEP'
     where connection_id = $1 and kind = $2 and scope = $3 and decided_at is null`,
    [input.connectionId, kind, reach],
  );
}

/** What a person kept and the source lists again is like every other record from now on. */
async function listedAgain({ client, input, kind, reach, missing, values }: Look): Promise<void> {
  const at = values.length;
  await client.query(
    `update ops.held_absence_record r set kept = false where r.kept and r.held_id = any(array(
         select h.id from ops.held_absence h where h.connection_id = $${at + 1} and h.kind = $${at + 2} and h.scope = $${at + 3}))
       and not exists (select 1 from (${missing}) m where m.id = r.record_id)`,
    [...values, input.connectionId, kind, reach],
  );
}

/** A row of its own, so that the run's counts close with the withdrawals in them. */
async function ledger({ client, input, kind, absence }: Look, count: number): Promise<void> {
  await client.query(
    `insert into ops.page (run_id, connection_id, data_set, ordinal, raw_in, yielding, ignored, refused_raw, applied, unchanged, superseded, waiting,
       refused, records, reasons)
     select $1, $2, $3, coalesce(min(ordinal), 0) - 1, 0, 0, 0, 0, $4, 0, 0, 0, 0, $4, $5::jsonb from ops.page where run_id = $1 and ordinal < 0`,
    [
      input.runId,
      input.connectionId,
      absenceDataSet,
      count,
      JSON.stringify({ [`absent-${kind}`]: count, [absence === "withdraws" ? "withdrawn-by-absence" : "not-at-source"]: count }),
    ],
  );
}
