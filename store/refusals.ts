/** ops.refused: records that cannot proceed without somebody. Open until a good version of the same key arrives. */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import type { RecordKind } from "../schema/kinds";
import type { KindPlan } from "./page-plan";
import type { PageToStore, RefusalToStore } from "./store";
import { retried } from "./transaction";

/** Open refusals of one lease: kind and source id, so that a page without a former refusal asks nothing. */
export type OpenRefusals = Set<string>;
const keyOf = (kind: string | undefined, sourceId: string) => `${kind ?? ""}\n${sourceId}`;
/** Leases remembered at the same time; more than the connections one process works on. */
const mostLeases = 1_000;

export interface Refusals {
  openOf(connectionId: string, lease: string): Promise<OpenRefusals>;
  store(
    client: PoolClient,
    page: PageToStore,
    refusals: readonly RefusalToStore[],
    rawPageId: string | null,
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
    async store(client, page, refusals, rawPageId, open, plans) {
      const resolved = new Map<string, { k: string | undefined; s: string }>();
      if (open.size > 0) {
        const refusedNow = new Set(refusals.map(({ kind, sourceId }) => keyOf(kind, sourceId)));
        for (const { kind, sourceId } of page.records) {
          for (const k of [kind, undefined]) {
            const key = keyOf(k, sourceId);
            if (open.has(key) && !refusedNow.has(key)) resolved.set(key, { k, s: sourceId });
          }
        }
        // A key that still names somebody else is not a good version.
        for (const { kind, plan } of plans) for (const { record } of plan.conflicts) resolved.delete(keyOf(kind, record.sourceId));
      }
      if (resolved.size > 0) {
        await client.query(
          `update ops.refused t set resolved_at = now() from jsonb_to_recordset($2::jsonb) as r(k text, s text)
           where t.connection_id = $1 and t.resolved_at is null and t.kind is not distinct from r.k and t.source_id = r.s`,
          [page.connectionId, JSON.stringify([...resolved.values()])],
        );
      }
      if (refusals.length > 0) await insertRefusals(client, page, refusals, rawPageId);
      return () => {
        for (const key of resolved.keys()) open.delete(key);
        for (const { kind, sourceId } of refusals) open.add(keyOf(kind, sourceId));
      };
    },
  };
}

async function readOpen(pool: Pool, connectionId: string): Promise<OpenRefusals> {
  const { rows } = await retried(() =>
    pool.query("select distinct kind, source_id from ops.refused where connection_id = $1 and resolved_at is null", [connectionId]),
  );
  return new Set(rows.map((row) => keyOf(row.kind ?? undefined, row.source_id)));
}

async function insertRefusals(
  client: PoolClient,
  page: PageToStore,
  refusals: readonly RefusalToStore[],
  rawPageId: string | null,
): Promise<void> {
  const byKey = new Map<string, object>();
  for (const { organisation, kind, sourceId, code, pointer, got, expected, rawOrdinal } of refusals) {
    byKey.set(`${keyOf(kind, sourceId)}\n${code}`, {
      id: randomUUID(),
      o: organisation,
      k: kind,
      s: sourceId,
      c: code,
      p: pointer,
      g: got,
      e: expected,
      n: rawPageId === null ? undefined : rawOrdinal,
    });
  }
  const rows = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await client.query({
    name: "insert-refusals",
    text: `insert into ops.refused (id, connection_id, controller_org, kind, source_id, code, pointer, got, expected, run_id, raw_page_id, raw_ordinal)
      select r.id, $2, r.o, r.k, r.s, r.c, r.p, r.g, r.e, $3, $4::bigint, r.n from jsonb_to_recordset($1::jsonb)
        as r(id uuid, o text, k text, s text, c text, p text, g text, e text, n integer)
      on conflict on constraint refused_key do update set last_seen_at = now(), run_id = excluded.run_id, pointer = excluded.pointer,
        got = excluded.got, expected = excluded.expected, raw_page_id = excluded.raw_page_id, raw_ordinal = excluded.raw_ordinal, resolved_at = null`,
    values: [JSON.stringify(rows), page.connectionId, page.runId, rawPageId],
  });
}
