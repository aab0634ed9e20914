/** The ledger of ESR as it is read: with a person's learning, and for those who watch the files. */
import type { PoolClient } from "pg";
import type { DeliveryState, EsrReason } from "../../schema/learning/esr-standing";
import type { EsrFileRow } from "./esr-files";

export interface DeliveryOfRecord {
  readonly recordId: string;
  readonly organisation: string;
  readonly state: DeliveryState;
  readonly reason: EsrReason | null;
  readonly sentAt: string | null;
  readonly acknowledgedAt: string | null;
  readonly returnedAt: string | null;
  /** The record of ESR that is the echo of ours. */
  readonly echo: string | null;
}
export interface JudgementOfRecord {
  readonly recordId: string;
  readonly organisation: string;
  readonly reason: EsrReason;
}

/**
 * Select items over `s` of a part's statement (store/read/part.ts): what the ledger says of a person's awards, of those
 * employers only whose training records the caller may see.
 */
export const deliveriesItem = `(select json_agg(json_build_object('recordId', d.record_id, 'organisation', d.organisation, 'state', d.state,
    'reason', coalesce(d.refusal_code, d.reason), 'sentAt', d.sent_at, 'acknowledgedAt', d.acknowledged_at, 'returnedAt', d.returned_at,
    'echo', (select a.id from learning.competence_award a where d.state = 'RETURNED' and d.sent_at is not null
       and a.source_person_id = d.esr_source_person_id and a.source_id = d.esr_element_id limit 1)))
  from ops.esr_delivery d where d.staff_member_id = s.staff and d.organisation = any(s.open_r3)) as deliveries`;
export const judgementsItem = `(select json_agg(json_build_object('recordId', j.record_id, 'organisation', j.organisation, 'reason', j.reason))
  from ops.esr_judgement j where j.staff_member_id = s.staff and j.organisation = any(s.open_r3)) as judgements`;

export interface LedgerCount {
  readonly state: string;
  readonly reason: string | null;
  readonly records: number;
}

/** What became of the rows of one file; undefined: no file has the name. */
export async function readEsrFile(
  client: PoolClient,
  name: string,
): Promise<{ readonly file: Omit<EsrFileRow, "outcomes">; readonly rows: readonly LedgerCount[] } | undefined> {
  const files = await client.query<Omit<EsrFileRow, "outcomes">>({
    name: "esr-file",
    text: `select id::text, name, vpd, organisation, data_set as "dataSet", mode, layout, sequence::float8 as sequence, records, state,
        made_at as "madeAt", sent_at as "sentAt", acknowledged_at as "acknowledgedAt" from ops.esr_file where name = $1`,
    values: [name],
  });
  const [file] = files.rows;
  if (!file) return undefined;
  const { rows } = await client.query<LedgerCount>({
    name: "esr-file-rows",
    text: `select state, coalesce(refusal_code, reason) as reason, count(*)::int as records from ops.esr_delivery where file_id = $1::uuid
      group by 1, 2 order by 3 desc, 1, 2`,
    values: [file.id],
  });
  return { file, rows };
}

export interface EsrLedgerRow {
  readonly organisation: string;
  readonly connectionId: string;
  readonly state: string;
  readonly reason: string | null;
  readonly records: number;
}

/** The whole ledger in counts: by employer, source and state, the awards that are not due with their reason. */
export async function readEsrLedger(client: PoolClient, organisation: string | undefined): Promise<readonly EsrLedgerRow[]> {
  const { rows } = await client.query<EsrLedgerRow>({
    name: "esr-ledger",
    text: `select organisation, connection_id as "connectionId", state, refusal_code as reason, count(*)::int as records from ops.esr_delivery
        where state <> 'DROPPED' and ($1::text is null or organisation = $1) group by 1, 2, 3, 4
      union all
      select organisation, connection_id, 'NOT_DUE', reason, count(*)::int from ops.esr_judgement
        where $1::text is null or organisation = $1 group by 1, 2, 3, 4
      order by 1, 2, 3, 5 desc, 4`,
    values: [organisation ?? null],
  });
  return rows;
}

export interface ShadowComparison {
  /** ESR holds the award, of the same day. */
  readonly held: number;
  /** ESR holds it of another day, or holds a newer one. */
  readonly differ: number;
  /** ESR lacks it: what would be sent. */
  readonly lacks: number;
}

/** A rehearsal against what ESR holds now: awards told by connections in shadow, at this employer. */
export async function readShadowComparison(
  client: PoolClient,
  organisation: string,
  connections: readonly string[],
): Promise<ShadowComparison> {
  const { rows } = await client.query<ShadowComparison>({
    name: "esr-shadow-comparison",
    text: `select
        (select count(*)::int from ops.esr_judgement where organisation = $1 and connection_id = any($2::text[]) and reason = 'ESR_HOLDS_IT' and days_apart = 0) as held,
        (select count(*)::int from ops.esr_judgement where organisation = $1 and connection_id = any($2::text[])
          and (reason = 'ESR_HOLDS_NEWER' or (reason = 'ESR_HOLDS_IT' and days_apart > 0))) as differ,
        (select count(*)::int from ops.esr_delivery where organisation = $1 and connection_id = any($2::text[]) and state in ('DUE', 'SHADOWED')) as lacks`,
    values: [organisation, connections],
  });
  return rows[0]!;
}
