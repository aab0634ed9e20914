/** Refusals and absence: what is listed but cannot be read may be what is missing, and what is listed no more is no refusal. */
import type { PoolClient } from "pg";
import type { Store } from "./store";

type SettleInput = Parameters<Store["pages"]["settleAbsence"]>[0];

/** The word under which a snapshot is held because it lists records that could not be read far enough to say which they are. */
export const unreadable = "UNREADABLE";

/**
 * A record that came to be unreadable after the connection had been read once may be any of those that are missing. One that
 * was so from the first is none of them, and neither is one about which a person has decided since.
 */
export async function listsUnreadable(client: PoolClient, connectionId: string, kind: string, reach: string): Promise<boolean> {
  const { rows } = await client.query(
    `select exists (select 1 from ops.refused f where f.connection_id = $1 and f.kind is null and f.resolved_at is null
       and f.first_seen_at > coalesce(greatest(
         (select min(r.ended_at) from ops.sync_run r where r.connection_id = $1 and r.trigger not in ('replay', 'event') and r.outcome in ('COMPLETED', 'HELD')),
         (select max(h.decided_at) from ops.held_absence h where h.connection_id = $1 and h.kind = $2 and h.scope = $3 and h.cause = $4)), '-infinity')) as found`,
    [connectionId, kind, reach, unreadable],
  );
  return rows[0].found;
}

/** A complete snapshot of the connection no longer lists these: what its source has taken away it need not correct. */
export async function settleRefusals(client: PoolClient, input: SettleInput, runs: readonly string[]): Promise<void> {
  const { connectionId, scope } = input;
  if (scope.scope === "person" || scope.scope === "course" || scope.doubt !== undefined) return;
  await client.query(
    // A page that was recognised by its bytes does not tell of its refusals again: then only their number says that there are none.
    `update ops.refused f set resolved_at = now()
     from (select min(r.started_at) as began from ops.sync_run r where r.id = any($2::bigint[])) s,
       (select coalesce(bool_or(p.identical), false) as identical, coalesce(sum(p.refused), 0) as refused, coalesce(sum(p.refused_raw), 0) as raw
        from ops.page p where p.run_id = any($2::bigint[])) p
     where f.connection_id = $1 and f.resolved_at is null and f.last_seen_at < s.began
       and ($5::text is null or (select c.organisations = array[$5] from ops.connection c where c.id = $1))
       and case when f.kind is null then $4 and (p.raw = 0 or not p.identical) else f.kind = any($3::text[]) and (p.refused = 0 or not p.identical) end`,
    [connectionId, runs, input.kinds.map(({ kind }) => kind), input.speaksOfAll ?? scope.kinds === undefined, scope.organisation ?? null],
  );
}
