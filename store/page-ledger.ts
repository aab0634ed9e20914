/** The ledger of pages: what each held, which rows it showed to be at the source, and the digest that recognises it again. */
import type { Pool, PoolClient } from "pg";
import type { RecordKind } from "../schema/kinds";
import type { Counts, PageToStore } from "./store";
import { retried } from "./transaction";

export interface PageRow extends Counts {
  readonly records: number;
}
/** Ids joined by commas: they come from PostgreSQL and go back to it as one text. */
export type Seen = readonly { readonly kind: RecordKind; readonly ids: string }[];

/** As PostgreSQL reads a uuid[]: the driver's own escaping costs more than the rest of the parameter. */
export const uuidList = (ids: readonly string[]) => `{${ids.join(",")}}`;

/**
 * The page's row, and the rows it has shown to be at the source: one statement. Always at least one row of those, so that a
 * page without records is told from one whose rows a crash has emptied.
 */
export async function insertPage(
  client: PoolClient,
  page: PageToStore,
  row: PageRow,
  rawPageId: string | null,
  identical: boolean,
  seen: Seen,
): Promise<void> {
  const held = seen.filter(({ ids }) => ids !== "");
  const kinds = held.length > 0 ? held.map(({ kind }) => kind as string) : [""];
  const ids = held.length > 0 ? held.map((one) => `{${one.ids}}`) : ["{}"];
  await client.query({
    name: "insert-page",
    text: `with seen as (insert into ops.seen (run_id, page_ordinal, kind, ids)
        select $1, $4, k, i::uuid[] from unnest($18::text[], $19::text[]) as s(k, i)
        on conflict (run_id, page_ordinal, kind) do update set ids = excluded.ids)
      insert into ops.page (run_id, connection_id, data_set, ordinal, raw_in, yielding, ignored, refused_raw, applied, unchanged, superseded,
        waiting, refused, records, reasons, raw_page_id, identical, file)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $20)`,
    values: [
      page.runId,
      page.connectionId,
      page.dataSet,
      page.ordinal,
      row.rawIn,
      row.yielding,
      row.ignored,
      row.refusedRaw,
      row.applied,
      row.unchanged,
      row.superseded,
      row.waiting,
      row.refused,
      row.records,
      JSON.stringify(page.reasons),
      rawPageId,
      identical,
      kinds,
      ids,
      page.file ?? null,
    ],
  });
}

export async function storeDigest(
  client: PoolClient,
  page: PageToStore,
  digest: { readonly key: string; readonly sha256: string },
  row: PageRow,
  seen: Seen,
): Promise<void> {
  await client.query({
    name: "store-digest",
    text: `insert into ops.page_digest as d (connection_id, key, sha256, derivation_version, records, counts, record_ids)
      values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (connection_id, key) do update set sha256 = excluded.sha256, derivation_version = excluded.derivation_version,
        records = excluded.records, counts = excluded.counts, record_ids = excluded.record_ids
      where (d.sha256, d.derivation_version, d.records, d.record_ids) is distinct from
        (excluded.sha256, excluded.derivation_version, excluded.records, excluded.record_ids)`,
    values: [
      page.connectionId,
      digest.key,
      digest.sha256,
      page.derivationVersion,
      row.rawIn,
      JSON.stringify({ ...row, reasons: page.reasons }),
      JSON.stringify(Object.fromEntries(seen.map(({ kind, ids }) => [kind, `{${ids}}`]))),
    ],
  });
}

/** Of one connection's runs, up to this one or before it. */
export async function clearSeen(pool: Pool, runId: string, which: "<" | "<="): Promise<void> {
  await retried(() =>
    pool.query(
      // A run whose lease has gone clears nothing: who took over may be going on with its sweep.
      `delete from ops.seen s using ops.sync_run r, ops.sync_run e, ops.connection c
         where r.id = $1 and e.id = s.run_id and e.connection_id = r.connection_id and s.run_id ${which} r.id
           and c.id = r.connection_id and c.lease_number = r.lease_number`,
      [runId],
    ),
  );
}

/** A sweep that was interrupted more often, or takes longer, is not one snapshot any more. */
const mostRunsOfOneSweep = 100;
const mostDaysOfOneSweep = 7;

export async function unfinishedRuns(pool: Pool, connectionId: string, runId: string): Promise<readonly string[] | undefined> {
  const { rows } = await retried(() =>
    pool.query(
      // A replay reads nothing from the source, an event one person of it: neither ends a sweep nor is part of one. What went on
      // after its slice of time, or because its worker was stopped, was not interrupted: there may be any number of those.
      `select r.id, r.outcome is distinct from 'CONTINUES' as interrupted, r.started_at < now() - make_interval(days => $3) as old
       from ops.sync_run r where connection_id = $1 and id < $2 and trigger not in ('replay', 'event')
         and exists (select 1 from ops.page p where p.run_id = r.id)
         and id > coalesce((select max(id) from ops.sync_run where connection_id = $1 and id < $2
           and trigger not in ('replay', 'event') and outcome in ('COMPLETED', 'HELD')), 0)
       order by id`,
      [connectionId, runId, mostDaysOfOneSweep],
    ),
  );
  if (rows[0]?.old || rows.filter((row) => row.interrupted).length > mostRunsOfOneSweep) return undefined;
  return rows.map((row) => row.id);
}
