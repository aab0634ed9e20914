/** Where is it? Of what is not a record: a refusal, a run, a file that came in, a file for ESR. */
import type { PoolClient } from "pg";

export interface TracedRefusal {
  readonly id: string;
  readonly connectionId: string;
  readonly organisations: readonly string[];
  readonly kind: string | null;
  readonly code: string;
  readonly pointer: string | null;
  readonly expected: string | null;
  readonly run: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly resolvedAt: Date | null;
  readonly rawPage: string | null;
  readonly rawUntil: string | null;
}

export async function traceRefusal(client: PoolClient, id: string): Promise<TracedRefusal | undefined> {
  const { rows } = await client.query<TracedRefusal>({
    name: "trace-refusal",
    text: `select f.id::text as id, f.connection_id as "connectionId",
        case when f.controller_org is null then coalesce(c.organisations, '{}') else array[f.controller_org] end as organisations,
        f.kind, f.code, f.pointer, f.expected, f.run_id::text as run, f.first_seen_at as "firstSeenAt", f.last_seen_at as "lastSeenAt",
        f.resolved_at as "resolvedAt", f.raw_page_id::text as "rawPage",
        (select w.expires_on::text from ops.raw_page w where w.id = f.raw_page_id) as "rawUntil"
      from ops.refused f left join ops.connection c on c.id = f.connection_id where f.id = $1::uuid`,
    values: [id],
  });
  return rows[0];
}

export interface Tally {
  readonly pages: number;
  readonly rawIn: number;
  readonly ignored: number;
  readonly refusedRaw: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly waiting: number;
  readonly refused: number;
}
const tally = ["raw_in", "ignored", "refused_raw", "applied", "unchanged", "superseded", "waiting", "refused"]
  .map((name) => `sum(p.${name})::float8 as "${name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())}"`)
  .join(", ");

export interface TracedRun extends Tally {
  readonly id: string;
  readonly connectionId: string;
  readonly organisations: readonly string[];
  readonly trigger: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly outcome: string | null;
  readonly errorCode: string | null;
}

export async function traceRun(client: PoolClient, id: string): Promise<TracedRun | undefined> {
  const { rows } = await client.query<TracedRun>({
    name: "trace-run",
    text: `select p.id::text as id, p.connection_id as "connectionId", c.organisations, p.trigger, p.started_at as "startedAt",
        p.ended_at as "endedAt", p.outcome, p.error_code as "errorCode", p.pages, ${tally.replaceAll("sum(", "(")}
      from ops.sync_run p join ops.connection c on c.id = p.connection_id where p.id = $1::bigint`,
    values: [id],
  });
  return rows[0];
}

export interface TracedFile extends Tally {
  readonly name: string;
  readonly connectionId: string;
  readonly organisations: readonly string[];
  readonly firstAt: Date | null;
  readonly lastAt: Date | null;
  readonly runs: readonly string[];
  /** The connection's checkpoint still stands inside it. */
  readonly unfinished: boolean;
  /** What was refused of its rows and still is, by code. */
  readonly refusals: Readonly<Record<string, number>>;
  /** What the hub has said of the file itself. */
  readonly problems: readonly { readonly code: string; readonly detail: Readonly<Record<string, unknown>>; readonly at: string }[];
}

/** One row per connection that has read a file of this name, or complained about it. */
export async function traceFile(client: PoolClient, name: string): Promise<readonly TracedFile[]> {
  const { rows } = await client.query<TracedFile>({
    name: "trace-file",
    text: `with held as (select p.connection_id, count(*)::int as pages, ${tally}, min(p.stored_at) as first_at, max(p.stored_at) as last_at,
          array_agg(distinct p.run_id::text) as runs from ops.page p where p.file = $1 group by p.connection_id),
        said as (select connection_id, json_agg(json_build_object('code', code, 'detail', detail, 'at', last_seen_at) order by last_seen_at) as problems
          from ops.problem where detail ->> 'file' = $1 and resolved_at is null group by connection_id),
        stopped as (select id as connection_id, json_agg(json_build_object('code', error_code, 'detail', coalesce(error_detail, '{}'), 'at', error_since)) as problems
          from ops.connection where error_code is not null and error_detail ->> 'file' = $1 group by id)
      select $1::text as name, c.id as "connectionId", c.organisations, coalesce(h.pages, 0) as pages,
        ${["rawIn", "ignored", "refusedRaw", "applied", "unchanged", "superseded", "waiting", "refused"]
          .map((column) => `coalesce(h."${column}", 0) as "${column}"`)
          .join(", ")},
        h.first_at as "firstAt", h.last_at as "lastAt", coalesce(h.runs, '{}') as runs,
        coalesce(c.checkpoint ->> 'file' = $1 and c.checkpoint ->> 'row' is not null, false) as unfinished,
        coalesce((select json_object_agg(f.code, f.n) from (select code, count(*)::int as n from ops.refused
          where connection_id = c.id and resolved_at is null and left(source_id, length($1) + 1) = $1 || ':' group by code) f), '{}') as refusals,
        coalesce(s.problems, x.problems, '[]') as problems
      from ops.connection c left join held h on h.connection_id = c.id left join said s on s.connection_id = c.id
        left join stopped x on x.connection_id = c.id
      where h.connection_id is not null or s.connection_id is not null or x.connection_id is not null order by c.id`,
    values: [name],
  });
  return rows;
}

export interface TracedEsrFile {
  readonly name: string;
  readonly organisation: string;
  readonly state: string;
  readonly mode: string;
  readonly records: number;
  readonly madeAt: Date;
  readonly leavingAt: Date | null;
  readonly sentAt: Date | null;
  readonly acknowledgedAt: Date | null;
  readonly rows: readonly { readonly state: string; readonly refusalCode: string | null; readonly count: number }[];
}

/** By its name or its id. */
export async function traceEsrFile(client: PoolClient, key: { name: string } | { id: string }): Promise<TracedEsrFile | undefined> {
  const byName = "name" in key;
  const { rows } = await client.query<TracedEsrFile>({
    name: `trace-esr-file-${byName ? "name" : "id"}`,
    text: `select f.name, f.organisation, f.state, f.mode, f.records, f.made_at as "madeAt", f.leaving_at as "leavingAt", f.sent_at as "sentAt",
        f.acknowledged_at as "acknowledgedAt",
        coalesce((select json_agg(json_build_object('state', d.state, 'refusalCode', d.refusal_code, 'count', d.n)) from
          (select state, refusal_code, count(*)::int as n from ops.esr_delivery where file_id = f.id group by 1, 2 order by 1, 2) d), '[]') as rows
      from ops.esr_file f where ${byName ? "f.name = $1" : "f.id = $1::uuid"}`,
    values: [byName ? key.name : key.id],
  });
  return rows[0];
}

export interface TracedReceipt {
  readonly id: string;
  readonly connectionId: string;
  readonly organisations: readonly string[];
  readonly outcome: string;
  readonly run: string;
  readonly receivedAt: Date;
  readonly problem: { readonly code: string; readonly pointer?: string; readonly expected?: string } | null;
  /** The vendor's keys of what it became. */
  readonly records: readonly { readonly kind: string; readonly sourceId: string }[];
}

export async function traceReceipt(client: PoolClient, id: string): Promise<TracedReceipt | undefined> {
  const { rows } = await client.query<TracedReceipt>({
    name: "trace-receipt",
    text: `select t.id::text as id, t.connection_id as "connectionId", c.organisations, t.outcome, t.run_id::text as run,
        t.received_at as "receivedAt", t.problem, t.records
      from ops.receipt t join ops.connection c on c.id = t.connection_id where t.id = $1::uuid`,
    values: [id],
  });
  return rows[0];
}
