/** What the operations subgraph reads: counts, states and codes, nothing about people. */
import type { PoolClient } from "pg";

export interface RunRow {
  readonly connectionId: string;
  readonly id: string;
  readonly trigger: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly outcome: string | null;
  readonly errorCode: string | null;
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

/** The newest runs of several connections in one statement. */
export async function readRuns(
  client: PoolClient,
  connectionIds: readonly string[],
  before: string | undefined,
  limit: number,
): Promise<RunRow[]> {
  const counts = ["raw_in", "ignored", "refused_raw", "applied", "unchanged", "superseded", "waiting", "refused"];
  const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const { rows } = await client.query<RunRow>({
    name: "operations-runs",
    text: `select c.id as "connectionId", r.id::text as id, r.trigger, r.started_at as "startedAt", r.ended_at as "endedAt", r.outcome,
             r.error_code as "errorCode", r.pages, ${counts.map((name) => `r.${name}::float8 as "${camel(name)}"`).join(", ")}
        from unnest($1::text[]) as c(id) cross join lateral
          (select * from ops.sync_run where connection_id = c.id and ($2::bigint is null or id < $2::bigint) order by id desc limit $3) r
       order by c.id, r.id desc`,
    values: [connectionIds, before ?? null, limit],
  });
  return rows;
}

/** Refused records and failed runs since an instant, by connection: what turns "on time" into "errors". */
export async function readRecentFailures(client: PoolClient, since: Date): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ id: string }>({
    name: "operations-recent-failures",
    text: `select connection_id as id from ops.refused where resolved_at is null and last_seen_at >= $1
           union select connection_id from ops.sync_run where outcome = 'FAILED' and started_at >= $1`,
    values: [since],
  });
  return new Set(rows.map((row) => row.id));
}
