/** ops.stream_shape and ops.drift: what the records of a stream look like, and where they have begun to look otherwise. */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { inTransaction, retried } from "./transaction";

export interface StreamShape {
  readonly dataSet: string;
  readonly sampled: number;
  readonly fields: Readonly<Record<string, { readonly n: number; readonly kinds: number; readonly values: readonly string[] | null }>>;
  readonly volumes: readonly number[];
  /** Fields whose misfits a person has taken note of: they stop nothing any more. */
  readonly accepted: ReadonlySet<string>;
}

export interface DriftFound {
  readonly dataSet: string;
  readonly what: "NEW_FIELD" | "MISSING_FIELD" | "TYPE_CHANGED" | "NEW_VALUE" | "VOLUME_CHANGED" | "BREAKING";
  /** Path of the field; empty for the record itself or the stream as a whole. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, string>>;
  readonly count: number;
  readonly records: number;
}
export interface DriftShown extends DriftFound {
  readonly connectionId: string;
  readonly runId: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly endedAt: Date | undefined;
  readonly acceptedAt: Date | undefined;
  readonly acceptedBy: string | undefined;
  readonly reason: string | undefined;
}

export interface Drift {
  shapesOf(connectionId: string): Promise<readonly StreamShape[]>;
  /** What one run has seen. `fitting`: streams whose records fit again; what was breaking there has ended. */
  store(input: {
    readonly connectionId: string;
    readonly runId: string;
    readonly shapes: readonly {
      readonly dataSet: string;
      readonly sampled: number;
      readonly fields: object;
      readonly volumes: readonly number[];
    }[];
    readonly found: readonly DriftFound[];
    readonly fitting: readonly string[];
  }): Promise<void>;
  list(filter: { readonly connectionId?: string; readonly all: boolean }): Promise<readonly DriftShown[]>;
  /** A person has taken note of everything that is open. Answers how many. */
  accept(input: {
    readonly connectionId: string;
    readonly dataSet?: string;
    readonly by: string;
    readonly reason: string;
  }): Promise<number>;
}

export function createDrift(pool: Pool): Drift {
  return {
    async shapesOf(connectionId) {
      const { rows } = await retried(() =>
        pool.query(
          `select coalesce(s.data_set, a.data_set) as "dataSet", coalesce(s.sampled, 0)::float8 as sampled, coalesce(s.fields, '{}') as fields,
             coalesce(s.volumes, '[]') as volumes, coalesce(a.subjects, '{}') as accepted
           from (select * from ops.stream_shape where connection_id = $1) s
           full join (select data_set, array_agg(subject) as subjects from ops.drift where connection_id = $1 and what = 'BREAKING' and accepted_at is not null
             group by data_set) a on a.data_set = s.data_set`,
          [connectionId],
        ),
      );
      return rows.map((row) => ({ ...row, accepted: new Set<string>(row.accepted) }));
    },

    async store({ connectionId, runId, shapes, found, fitting }) {
      await retried(() =>
        inTransaction(pool, async (client) => {
          if (shapes.length > 0) {
            await client.query(
              `insert into ops.stream_shape as s (connection_id, data_set, sampled, fields, volumes)
               select $1, r."dataSet", r.sampled, r.fields, r.volumes from jsonb_to_recordset($2::jsonb) as r("dataSet" text, sampled bigint, fields jsonb, volumes jsonb)
               on conflict (connection_id, data_set) do update set sampled = excluded.sampled, fields = excluded.fields, volumes = excluded.volumes,
                 learned_at = now()`,
              [connectionId, JSON.stringify(shapes)],
            );
          }
          if (fitting.length > 0) {
            await client.query(
              "update ops.drift set ended_at = now() where connection_id = $1 and data_set = any($2::text[]) and what = 'BREAKING' and ended_at is null and accepted_at is null",
              [connectionId, fitting],
            );
          }
          if (found.length === 0) return;
          const rows = found.map((it) => ({
            id: randomUUID(),
            d: it.dataSet,
            w: it.what,
            s: it.subject,
            x: it.detail,
            n: it.count,
            r: it.records,
          }));
          // What was taken note of and comes again is not told again, but for a stream that stands still once more.
          await client.query(
            `insert into ops.drift as t (id, connection_id, data_set, what, subject, detail, count, records, run_id)
             select r.id, $1, r.d, r.w, r.s, r.x, r.n, r.r, $3 from jsonb_to_recordset($2::jsonb)
               as r(id uuid, d text, w text, s text, x jsonb, n bigint, r bigint)
             on conflict on constraint drift_once do update set detail = excluded.detail, count = excluded.count, records = excluded.records,
               run_id = excluded.run_id, last_seen_at = now(), ended_at = null,
               accepted_at = case when t.what = 'VOLUME_CHANGED' then null else t.accepted_at end`,
            [connectionId, JSON.stringify(rows), runId],
          );
        }),
      );
    },

    async list({ connectionId, all }) {
      const { rows } = await retried(() =>
        pool.query(
          `select connection_id as "connectionId", data_set as "dataSet", what, subject, detail, count::float8 as count, records::float8 as records,
             run_id::text as "runId", first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt", ended_at as "endedAt", accepted_at as "acceptedAt",
             accepted_by as "acceptedBy", reason
           from ops.drift where ($1::text is null or connection_id = $1) and ($2 or (ended_at is null and accepted_at is null))
           order by connection_id, (what = 'BREAKING') desc, data_set, what, subject limit 1000`,
          [connectionId ?? null, all],
        ),
      );
      return rows;
    },

    async accept({ connectionId, dataSet, by, reason }) {
      const { rowCount } = await retried(() =>
        pool.query(
          `update ops.drift set accepted_at = now(), accepted_by = $3, reason = $4
           where connection_id = $1 and ($2::text is null or data_set = $2) and accepted_at is null and ended_at is null`,
          [connectionId, dataSet ?? null, by, reason],
        ),
      );
      return rowCount ?? 0;
    },
  };
}
