/**
 * Runs whose process died. What kills every process that touches it must not take them all, one after the other: after so many
 * deaths in a row without progress the connection is set apart until a person lets it go on.
 */
import { randomUUID } from "node:crypto";
import type { PoolClient } from "pg";

export const mostDeaths = 3;

/** What a vendor pushes it sends again by itself, and a replay is no reading: neither says anything about the connection's data. */
const uncounted = new Set(["push", "replay"]);

/** `left`: triggers of runs that nobody ended. Gives how many have died at this checkpoint, when that is too many. */
export async function countDeaths(client: PoolClient, connectionId: string, left: readonly string[]): Promise<number | undefined> {
  const died = left.filter((trigger) => !uncounted.has(trigger)).length;
  if (died === 0) return undefined;
  const { rows } = await client.query(
    `update ops.connection c set deaths_at = d.at, deaths = case when c.deaths_at = d.at then c.deaths + $2 else $2 end
     from (select md5(coalesce(checkpoint::text, '')) as at from ops.connection where id = $1) d where c.id = $1 returning c.deaths`,
    [connectionId, died],
  );
  const deaths: number = rows[0].deaths;
  return deaths < mostDeaths ? undefined : deaths;
}

/** Paused until a person resumes it, with the problem that says so; others go on. */
export async function quarantine(client: PoolClient, connectionId: string, deaths: number): Promise<void> {
  await client.query(
    `update ops.connection set paused_at = now(), paused_by = 'hub', pause_until = null, pause_reason = $2, lease_until = null, lease_holder = null
     where id = $1`,
    [connectionId, `its runs died ${deaths} times in a row at the same place`],
  );
  await client.query(
    `insert into ops.problem as p (id, connection_id, code, subject, detail, count) values ($1, $2, 'CONNECTION_QUARANTINED', '', $3, $4)
     on conflict (connection_id, code, subject) do update set detail = excluded.detail, count = excluded.count, last_seen_at = now(),
       first_seen_at = case when p.resolved_at is null then p.first_seen_at else now() end, resolved_at = null`,
    [randomUUID(), connectionId, JSON.stringify({ connection: connectionId, deaths }), deaths],
  );
}
