/**
 * ops.tombstone: withdrawals of keys that were not held when they came. Without them the order of arrival would decide: a
 * record that is older than its withdrawal, and comes after it, would stand as if nothing had been said.
 */
import type { Pool, PoolClient } from "pg";
import type { RecordKind } from "../schema/kinds";
import type { Compared } from "./page-compare";
import { type KindPlan, type StoredRow, tombstoneSegment } from "./page-plan";
import type { PageToStore } from "./store";
import { retried } from "./transaction";

/** Connections remembered at the same time; more than one process works on. */
const mostConnections = 1_000;

export interface Tombstones {
  /** Adds what is buried under the keys of a page to the rows that are stored under them. */
  addTo(client: PoolClient, page: PageToStore, compared: readonly Compared[], rows: Map<RecordKind, StoredRow[]>): Promise<void>;
  store(client: PoolClient, page: PageToStore, plans: readonly { readonly kind: RecordKind; readonly plan: KindPlan }[]): Promise<void>;
}

export function createTombstones(pool: Pool): Tombstones {
  /** By lease: connections without any pay nothing, and most have none. */
  const any = new Map<string, Promise<boolean>>();

  function anyOf({ connectionId, lease }: PageToStore): Promise<boolean> {
    const key = `${connectionId}\n${lease}`;
    let found = any.get(key);
    if (!found) {
      if (any.size >= mostConnections) any.delete(any.keys().next().value!);
      found = retried(() => pool.query("select exists (select 1 from ops.tombstone where connection_id = $1) as any", [connectionId])).then(
        ({ rows }) => rows[0].any as boolean,
      );
      found.catch(() => any.delete(key));
      any.set(key, found);
    }
    return found;
  }

  return {
    async addTo(client, page, compared, rows) {
      if (compared.every(({ rest }) => rest.length === 0) || !(await anyOf(page))) return;
      const keys = compared.flatMap(({ kind, rest }) => rest.map(({ record }) => ({ k: kind, s: record.sourceId })));
      const { rows: found } = await client.query({
        name: "find-tombstones",
        text: `select t.kind, t.id, t.controller_org, t.source_id, t.source_version from ops.tombstone t
          where t.connection_id = $1 and (t.kind, t.source_id) in (select r.k, r.s from jsonb_to_recordset($2::jsonb) as r(k text, s text))`,
        values: [page.connectionId, JSON.stringify(keys)],
      });
      for (const { kind, id, controller_org, source_id, source_version } of found) {
        const row = [
          id,
          controller_org,
          source_id,
          tombstoneSegment,
          null,
          "",
          source_version,
          "",
          "WITHDRAWN",
          null,
          null,
          0,
          kind,
        ] as const;
        const list = rows.get(kind);
        if (list) list.push(row);
        else rows.set(kind, [row]);
      }
    },

    async store(client, page, plans) {
      const buried = plans.flatMap(({ kind, plan }) =>
        plan.tombstones.map(({ id, record }) => ({ id, k: kind, o: record.organisation, s: record.sourceId, v: record.sourceVersion })),
      );
      if (buried.length === 0) return;
      await client.query(
        `insert into ops.tombstone as t (id, connection_id, kind, controller_org, source_id, source_version)
         select r.id, $1, r.k, r.o, r.s, r.v from jsonb_to_recordset($2::jsonb) as r(id uuid, k text, o text, s text, v text) order by r.k, r.s
         on conflict (connection_id, kind, source_id, controller_org) do update set source_version = excluded.source_version
           where t.source_version < excluded.source_version`,
        [page.connectionId, JSON.stringify(buried)],
      );
      any.set(`${page.connectionId}\n${page.lease}`, Promise.resolve(true));
    },
  };
}
