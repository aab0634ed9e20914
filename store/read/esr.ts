/** The ledger of ESR as it is read: with a person's learning, and for those who watch the files. */
import type { PoolClient } from "pg";
import type { DeliveryState, EsrReason } from "../../schema/learning/esr-standing";
import { type EsrFileRow, readEsrFiles } from "./esr-files";

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

/** What became of the rows of these files, of these connections only; undefined: of all. */
export async function readFileLedgers(
  client: PoolClient,
  fileIds: readonly string[],
  connections: readonly string[] | undefined,
): Promise<readonly (LedgerCount & { readonly fileId: string })[]> {
  const { rows } = await client.query<LedgerCount & { fileId: string }>({
    name: "esr-file-ledgers",
    text: `select file_id::text as "fileId", state, coalesce(refusal_code, reason) as reason, count(*)::int as records from ops.esr_delivery
      where file_id = any($1::uuid[]) and ($2::text[] is null or connection_id = any($2::text[]))
      group by 1, 2, 3 order by 1, 4 desc, 2, 3`,
    values: [fileIds, connections ?? null],
  });
  return rows;
}

/** One file by its name, and its rows; undefined: no file has the name. */
export async function readEsrFile(
  client: PoolClient,
  name: string,
): Promise<{ readonly file: EsrFileRow; readonly rows: readonly LedgerCount[] } | undefined> {
  const [found] = await readEsrFiles(client, undefined, undefined, 1, name);
  if (!found) return undefined;
  const { key: _key, ...file } = found;
  const ledger = await readFileLedgers(client, [file.id], undefined);
  return { file, rows: ledger.map(({ fileId: _fileId, ...row }) => row) };
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

/** Judgements by which ESR has the award already, of the same day; `j` is ops.esr_judgement. */
export const heldByEsr = "j.reason = 'ESR_HOLDS_IT' and j.days_apart = 0";
/** And by which it has it of another day. */
export const differsInEsr = "(j.reason = 'ESR_HOLDS_NEWER' or (j.reason = 'ESR_HOLDS_IT' and j.days_apart > 0))";
/** Deliveries of a rehearsal that ESR lacks. */
export const lackedByEsr = ["DUE", "SHADOWED"] as const;

/** A rehearsal against what ESR holds now: awards told by these connections, by employer. */
export async function readShadowComparisons(
  client: PoolClient,
  organisations: readonly string[],
  connections: readonly string[],
): Promise<ReadonlyMap<string, ShadowComparison>> {
  const judged = (condition: string) =>
    `(select count(*)::int from ops.esr_judgement j where j.organisation = o.code and j.connection_id = any($2::text[]) and ${condition})`;
  const { rows } = await client.query<ShadowComparison & { organisation: string }>({
    name: "esr-shadow-comparisons",
    text: `select o.code as organisation, ${judged(heldByEsr)} as held, ${judged(differsInEsr)} as differ,
        (select count(*)::int from ops.esr_delivery e where e.organisation = o.code and e.connection_id = any($2::text[])
          and e.state = any($3::text[])) as lacks
      from unnest($1::text[]) as o (code)`,
    values: [organisations, connections, lackedByEsr],
  });
  return new Map(rows.map(({ organisation, ...comparison }) => [organisation, comparison]));
}
