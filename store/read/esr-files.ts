/** Files towards ESR and what became of their records: names, counts, states and codes. */
import type { PoolClient } from "pg";

export interface EsrFileRow {
  readonly id: string;
  readonly name: string;
  readonly vpd: string;
  readonly organisation: string;
  readonly dataSet: string;
  readonly mode: string;
  readonly layout: string;
  readonly sequence: number;
  readonly records: number;
  readonly state: string;
  readonly madeAt: Date;
  readonly sentAt: Date | null;
  readonly acknowledgedAt: Date | null;
  /** Of its records now: state and how many. */
  readonly outcomes: readonly { readonly state: string; readonly count: number }[];
}

/** The newest first; `before` is "instant|id" of the last file seen, `name` that of the only one wanted. */
export async function readEsrFiles(
  client: PoolClient,
  organisations: readonly string[] | undefined,
  before: string | undefined,
  limit: number,
  name?: string,
): Promise<(EsrFileRow & { readonly key: string })[]> {
  const key = `to_char(f.made_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '|' || f.id::text`;
  const { rows } = await client.query<EsrFileRow & { key: string }>({
    name: "operations-esr-files",
    text: `select f.*, coalesce(o.outcomes, '[]') as outcomes from (
             select f.id::text as id, f.name, f.vpd, f.organisation, f.data_set as "dataSet", f.mode, f.layout, f.sequence::float8 as sequence, f.records,
               f.state, f.made_at as "madeAt", f.sent_at as "sentAt", f.acknowledged_at as "acknowledgedAt", ${key} as key
             from ops.esr_file f where ($1::text[] is null or f.organisation = any($1::text[])) and ($2::text is null or ${key} < $2)
               and ($4::text is null or f.name = $4)
             order by f.made_at desc, f.id desc limit $3) f
           left join lateral (select json_agg(json_build_object('state', s.state, 'count', s.n) order by s.state) as outcomes
             from (select e.state, count(*)::int as n from ops.esr_delivery e where e.file_id = f.id::uuid group by e.state) s) o on true
           order by f.key collate "C" desc`,
    values: [organisations ?? null, before ?? null, limit, name ?? null],
  });
  return rows;
}

export interface EsrRefusalRow {
  readonly organisation: string;
  readonly code: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Why ESR refused, by employer. */
export async function readEsrRefusals(client: PoolClient, organisations: readonly string[] | undefined): Promise<EsrRefusalRow[]> {
  const { rows } = await client.query<EsrRefusalRow>({
    name: "operations-esr-refusals",
    text: `select organisation, refusal_code as code, count(*)::float8 as count, min(refused_at) as "firstAt", max(refused_at) as "lastAt"
             from ops.esr_delivery where state = 'REFUSED' and ($1::text[] is null or organisation = any($1::text[]))
            group by 1, 2 order by 3 desc, 1, 2`,
    values: [organisations ?? null],
  });
  return rows;
}
