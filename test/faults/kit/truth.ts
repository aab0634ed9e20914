/** What the vendor holds against what the hub stored; and what must hold in every database, whatever has happened to it. */
import { definitionOfKind, type RecordKind, recordKinds } from "../../../schema/kinds";
import type { TestDatabase } from "../../builders/database";
import type { Outcome } from "../fault";

type Rows = Pick<TestDatabase["pool"], "query">;

/** A record that the vendor holds, as the hub should have it. */
export interface TrueRecord {
  readonly kind: RecordKind;
  readonly sourceId: string;
  readonly organisation?: string;
  /** Columns of its table, by their names there, with the text that PostgreSQL gives for them: `completed_on: "2026-01-10"`. */
  readonly columns?: Readonly<Record<string, string | null>>;
}

export interface Truth {
  readonly records: readonly TrueRecord[];
  /** Kinds of which the vendor holds nothing else: what the hub has beyond these is lost removals. Default: the kinds named. */
  readonly completeFor?: readonly RecordKind[];
  /** The hub has not to be told of removals (the test stops before a sweep ends). */
  readonly mayHoldMore?: boolean;
}

/** The first few differences, for `arena.note`: ids and words, never a fact. */
export interface Compared extends Outcome {
  readonly differences: readonly string[];
}

const tableOf = (kind: RecordKind) => {
  const { schema, table } = definitionOfKind(kind);
  return `${schema}.${table}`;
};
const held = "source_state in ('IN_FORCE', 'SUSPECTED')";
const mostDifferences = 8;

/** Lost, doubled and uncertain of one connection. A record that was refused and is still on the list of refusals is not lost. */
export async function compareWithTruth(
  where: { readonly database: { readonly pool: Rows } } | Rows,
  connectionId: string,
  truth: Truth,
): Promise<Compared> {
  const pool = "database" in where ? where.database.pool : where;
  const differences: string[] = [];
  const differ = (line: string) => {
    if (differences.length < mostDifferences) differences.push(line);
  };
  let lost = 0;
  const refused = new Set(
    (
      await pool.query("select distinct source_id from ops.refused where connection_id = $1 and resolved_at is null", [connectionId])
    ).rows.map(({ source_id }) => source_id as string),
  );
  const kinds = new Set([...truth.records.map(({ kind }) => kind), ...(truth.completeFor ?? [])]);
  for (const kind of kinds) {
    const expected = truth.records.filter((record) => record.kind === kind);
    const { rows } = await pool.query(`select to_jsonb(t) as row from ${tableOf(kind)} t where connection_id = $1 and ${held}`, [
      connectionId,
    ]);
    const stored = new Map<string, Record<string, unknown>[]>();
    for (const { row } of rows) stored.set(row.source_id, [...(stored.get(row.source_id) ?? []), row]);
    for (const { sourceId, organisation, columns } of expected) {
      const candidates = stored.get(sourceId) ?? [];
      const found = candidates.find((row) => organisation === undefined || row.controller_org === organisation);
      if (!found) {
        if (refused.has(sourceId)) continue;
        lost += 1;
        differ(`${kind} ${sourceId} is missing`);
        continue;
      }
      const wrong = Object.entries(columns ?? {}).filter(([name, value]) => textOf(found[name]) !== value);
      if (wrong.length > 0) {
        lost += 1;
        differ(`${kind} ${sourceId} differs in ${wrong.map(([name]) => name).join(", ")}`);
      }
    }
    if (truth.mayHoldMore) continue;
    const known = new Set(expected.map(({ sourceId }) => sourceId));
    for (const sourceId of stored.keys()) {
      if (known.has(sourceId)) continue;
      lost += 1;
      differ(`${kind} ${sourceId} is still in force, and the vendor does not hold it`);
    }
  }
  const twice = await doubledIn(pool);
  for (const line of twice.what) differ(line);
  const open = await uncertainIn(pool, connectionId);
  for (const line of open.what) differ(line);
  return { lost, doubled: twice.count, uncertain: open.count, differences };
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What is settled neither way: runs that nobody ended, records that a held snapshot keeps in suspense. */
async function uncertainIn(pool: Rows, connectionId: string): Promise<{ count: number; what: readonly string[] }> {
  const { rows } = await pool.query("select count(*) as n from ops.sync_run where connection_id = $1 and ended_at is null", [connectionId]);
  const runs = Number(rows[0].n);
  let suspended = 0;
  for (const kind of recordKinds) {
    const found = await pool.query(`select count(*) as n from ${tableOf(kind)} where connection_id = $1 and source_state = 'SUSPECTED'`, [
      connectionId,
    ]);
    suspended += Number(found.rows[0].n);
  }
  return {
    count: runs + suspended,
    what: [...(runs ? [`${runs} runs without an end`] : []), ...(suspended ? [`${suspended} records in suspense`] : [])],
  };
}

/** Each answers with one row per breach. */
const invariants: readonly { readonly breach: string; readonly sql: string }[] = [
  {
    breach: "the counts of a page do not close",
    sql: `select id from ops.page where raw_in <> yielding + ignored + refused_raw
       or records <> applied + unchanged + superseded + waiting + refused`,
  },
  {
    breach: "a run that has ended counts other than its pages",
    sql: `select r.id from ops.sync_run r left join ops.page p on p.run_id = r.id where r.ended_at is not null group by r.id
       having (r.pages, r.raw_in, r.yielding, r.ignored, r.refused_raw, r.applied, r.unchanged, r.superseded, r.waiting, r.refused)
         is distinct from (count(p.id), coalesce(sum(p.raw_in), 0), coalesce(sum(p.yielding), 0), coalesce(sum(p.ignored), 0),
           coalesce(sum(p.refused_raw), 0), coalesce(sum(p.applied), 0), coalesce(sum(p.unchanged), 0), coalesce(sum(p.superseded), 0),
           coalesce(sum(p.waiting), 0), coalesce(sum(p.refused), 0))`,
  },
  {
    breach: "a page stored twice in one run",
    sql: "select run_id from ops.page group by run_id, ordinal having count(*) > 1",
  },
  {
    breach: "a version twice in history",
    sql: `select record_id from ops.record_version where why <> 'REBOUND'
       group by record_id, source_version, derivation_version, content_hash, known_from having count(*) > 1`,
  },
  {
    breach: "a late version twice in history",
    sql: `select record_id from ops.record_version where why = 'LATE'
       group by record_id, source_version, derivation_version, content_hash having count(*) > 1`,
  },
  {
    breach: "an effect towards ESR twice",
    sql: "select effect_key from ops.esr_delivery group by effect_key having count(*) > 1",
  },
  {
    breach: "a message taken in twice",
    sql: "select connection_id from ops.intake_request group by connection_id, idempotency_key having count(*) > 1",
  },
  {
    breach: "a person of a source bound to two staff members",
    sql: "select source_person_id from staff.binding where to_at is null group by source_person_id having count(*) > 1",
  },
  {
    // One employment record of ESR (its own key, in one trust) is one person, whatever was read twice or at once.
    breach: "one person of ESR as two staff members",
    sql: `select i.value_index from staff.identifier i join staff.source_person p on p.id = i.source_person_id
       join staff.staff_member m on m.id = p.staff_member_id
       where p.system = 'esr' and i.scheme = 'ESR_PERSON_ID'
       group by p.controller_org, i.value_index having count(distinct coalesce(m.merged_into, m.id)) > 1`,
  },
];

/** Zero in every database, at every moment, whatever was done to the processes that write it. */
export async function doubledIn(pool: Rows): Promise<{ readonly count: number; readonly what: readonly string[] }> {
  const what: string[] = [];
  let count = 0;
  const tables = recordKinds.map(tableOf);
  const keys = tables.map((table) => ({
    breach: `two rows of one key in ${table}`,
    sql: `select source_id from ${table} group by connection_id, source_id, controller_org, valid_from having count(*) > 1`,
  }));
  for (const { breach, sql } of [...invariants, ...keys]) {
    const { rows } = await pool.query(sql);
    if (rows.length === 0) continue;
    count += rows.length;
    what.push(`${breach}: ${rows.length}`);
  }
  return { count, what };
}
