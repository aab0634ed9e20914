/** ops.refused: records that cannot proceed without somebody. Open until a good version of the same key arrives. */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import type { RecordKind } from "../schema/kinds";
import type { KindPlan } from "./page-plan";
import type { PageToStore, RefusalToStore } from "./store";
import { retried } from "./transaction";

/** Open refusals of one lease by kind and source id, so that a page without a former refusal asks nothing; where their raw lies. */
export type OpenRefusals = Map<string, RawOfRefusal | undefined>;
export interface RawOfRefusal {
  readonly hash: string;
  readonly pageId: string;
  readonly ordinal: number;
}
/** What a refusal's raw record is kept as: undefined where nothing of it is kept. */
export type RawOf = (refusal: RefusalToStore) => RawOfRefusal | undefined;
export const refusalKeyOf = (kind: string | undefined, sourceId: string) => `${kind ?? ""}\n${sourceId}`;
/** The name of a raw record that says nothing else about itself. */
export function rawIdOf(dataSet: string, raw: unknown): string | undefined {
  const id = (raw as { id?: unknown } | null | undefined)?.id;
  return typeof id === "string" || typeof id === "number" ? `${dataSet}:${id}` : undefined;
}
/** Leases remembered at the same time; more than the connections one process works on. */
const mostLeases = 1_000;

export interface Refusals {
  openOf(connectionId: string, lease: string): Promise<OpenRefusals>;
  store(
    client: PoolClient,
    page: PageToStore,
    refusals: readonly RefusalToStore[],
    rawOf: RawOf,
    open: OpenRefusals,
    plans: readonly { readonly kind: RecordKind; readonly plan: KindPlan }[],
  ): Promise<() => void>;
}

export function createRefusals(pool: Pool): Refusals {
  const byLease = new Map<string, Promise<OpenRefusals>>();
  return {
    openOf(connectionId, lease) {
      const key = `${connectionId}\n${lease}`;
      let open = byLease.get(key);
      if (!open) {
        if (byLease.size >= mostLeases) byLease.delete(byLease.keys().next().value!);
        open = readOpen(pool, connectionId);
        open.catch(() => byLease.delete(key));
        byLease.set(key, open);
      }
      return open;
    },
    async store(client, page, refusals, rawOf, open, plans) {
      const resolved = new Map<string, { k: string | undefined; s: string }>();
      if (open.size > 0) {
        const refusedNow = new Set(refusals.map(({ kind, sourceId }) => refusalKeyOf(kind, sourceId)));
        const settle = (k: string | undefined, s: string) => {
          const key = refusalKeyOf(k, s);
          if (open.has(key) && !refusedNow.has(key)) resolved.set(key, { k, s });
        };
        for (const { kind, sourceId, rawOrdinal } of page.records) {
          settle(kind, sourceId);
          settle(undefined, sourceId);
          // What could not be read at all was named by the vendor's own id of the raw record.
          const rawId = rawIdOf(page.dataSet, page.raw[rawOrdinal]);
          if (rawId !== undefined) settle(undefined, rawId);
        }
        // A key that still names somebody else is not a good version.
        for (const { kind, plan } of plans) for (const { record } of plan.conflicts) resolved.delete(refusalKeyOf(kind, record.sourceId));
      }
      if (resolved.size > 0) {
        await client.query(
          `update ops.refused t set resolved_at = now() from jsonb_to_recordset($2::jsonb) as r(k text, s text)
           where t.connection_id = $1 and t.resolved_at is null and t.kind is not distinct from r.k and t.source_id = r.s`,
          [page.connectionId, JSON.stringify([...resolved.values()])],
        );
      }
      if (refusals.length > 0) await insertRefusals(client, page, refusals, rawOf);
      return () => {
        for (const key of resolved.keys()) open.delete(key);
        for (const refusal of refusals) open.set(refusalKeyOf(refusal.kind, refusal.sourceId), rawOf(refusal));
      };
    },
  };
}

async function readOpen(pool: Pool, connectionId: string): Promise<OpenRefusals> {
  const { rows } = await retried(() =>
    pool.query(
      // Raw that has been deleted is kept anew when the vendor says the same again.
      `select f.kind, f.source_id, f.raw_hash, f.raw_ordinal, p.id as page_id from ops.refused f
       left join ops.raw_page p on p.id = f.raw_page_id and f.raw_hash is not null
       where f.connection_id = $1 and f.resolved_at is null`,
      [connectionId],
    ),
  );
  const open: OpenRefusals = new Map();
  for (const row of rows) {
    const key = refusalKeyOf(row.kind ?? undefined, row.source_id);
    const raw = row.page_id === null ? undefined : { hash: row.raw_hash, pageId: row.page_id, ordinal: row.raw_ordinal };
    open.set(key, raw ?? open.get(key));
  }
  return open;
}

async function insertRefusals(client: PoolClient, page: PageToStore, refusals: readonly RefusalToStore[], rawOf: RawOf): Promise<void> {
  const byKey = new Map<string, object>();
  for (const refusal of refusals) {
    const { organisation, kind, sourceId, code, pointer, got, expected } = refusal;
    const raw = rawOf(refusal);
    byKey.set(`${refusalKeyOf(kind, sourceId)}\n${code}`, {
      id: randomUUID(),
      o: organisation,
      k: kind,
      s: sourceId,
      c: code,
      p: pointer,
      g: got,
      e: expected,
      r: raw?.pageId,
      n: raw?.ordinal,
      h: raw?.hash,
      v: refusal.sourceVersion,
      w: refusal.person,
    });
  }
  const rows = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await client.query({
    name: "insert-refusals",
    text: `insert into ops.refused (id, connection_id, controller_org, kind, source_id, code, pointer, got, expected, run_id, raw_page_id, raw_ordinal,
        raw_hash, source_version, person)
      select r.id, $2, r.o, r.k, r.s, r.c, r.p, r.g, r.e, $3, r.r, r.n, r.h, r.v, r.w from jsonb_to_recordset($1::jsonb)
        as r(id uuid, o text, k text, s text, c text, p text, g text, e text, r bigint, n integer, h uuid, v text, w text)
      on conflict on constraint refused_key do update set last_seen_at = now(), run_id = excluded.run_id, pointer = excluded.pointer,
        got = excluded.got, expected = excluded.expected, raw_page_id = excluded.raw_page_id, raw_ordinal = excluded.raw_ordinal, raw_hash = excluded.raw_hash,
        source_version = excluded.source_version, person = excluded.person, resolved_at = null,
        first_seen_at = case when ops.refused.resolved_at is null then ops.refused.first_seen_at else now() end`,
    values: [JSON.stringify(rows), page.connectionId, page.runId],
  });
}
