/**
 * The sync queues of the ESR team: how many records stand where, per connection, data set and kind. Counts and ages only.
 * One statement for any number of connections; each of its parts reads what is open (an index each), never all that is held.
 */
import type { PoolClient } from "pg";
import { personTables, waitingOf } from "../record-tables";
import { fetchedAt as versionFetchedAt } from "../version";

/** Which part of the hub a caller may count: connections, and of shared ones the rows of one organisation. */
export interface QueueScope {
  readonly connections: readonly string[];
  /** Only rows of this controller; undefined: everybody's. */
  readonly controllerOrg: string | undefined;
  /** Connections that serve nobody but this controller: what names no organisation is the caller's there only. */
  readonly wholly: readonly string[];
}

export interface QueueCount {
  readonly what: "WAITING" | "REFUSED" | "HELD" | "ESR";
  readonly connectionId: string;
  /** Where the refusal itself says so; else it follows from the kind. */
  readonly dataSet: string | null;
  /** Null: refused before it was known what it is. */
  readonly kind: string | null;
  /** State of a delivery to ESR. */
  readonly state: string | null;
  readonly count: number;
  /** Since when the oldest of them stands there. */
  readonly oldestAt: Date | null;
  /** How many have been seen since the instant asked for. */
  readonly recent: number;
}

/** When the hub fetched the version it holds: the last part of a version, behind what the vendor said. */
export const fetchedAt = (alias: string) => versionFetchedAt(`${alias}.source_version`);
/** Of a caller's part of a table with a controller. $2 is the controller or null. */
const ofCaller = (alias: string) => `${alias}.connection_id = any($1::text[]) and ($2::text is null or ${alias}.controller_org = $2)`;

const waiting = personTables
  .map(
    (one) =>
      `select 'WAITING' as what, t.connection_id, null::text as data_set, '${one.kind}' as kind, null::text as state, count(*) as n,
         min(${fetchedAt("t")}) as oldest, 0 as recent
       from ${waitingOf(one, "$1")} t where t.staff_member_id is null and t.source_state <> 'WITHDRAWN' and ${ofCaller("t")} group by t.connection_id`,
  )
  .join(" union all ");

const statement = `${waiting}
  union all select 'REFUSED', r.connection_id, d.data_set, r.kind, null, count(*), min(r.first_seen_at), count(*) filter (where r.last_seen_at >= $4)
    from ops.refused r left join ops.data_set d on r.kind is null and d.connection_id = r.connection_id and starts_with(r.source_id, d.data_set || ':')
    where r.resolved_at is null and r.connection_id = any($1::text[])
      and ($2::text is null or r.controller_org = $2 or (r.controller_org is null and r.connection_id = any($3::text[])))
    group by r.connection_id, d.data_set, r.kind
  union all select 'HELD', h.connection_id, null, h.kind, null, sum(h.would_withdraw), min(h.held_at), 0
    from ops.held_absence h where h.decided_at is null and h.connection_id = any($1::text[])
      and ($2::text is null or h.connection_id = any($3::text[])) group by h.connection_id, h.kind
  union all select 'ESR', e.connection_id, null, e.kind, e.state, count(*), min(case e.state when 'DUE' then e.due_at when 'WRITTEN' then e.written_at
      when 'SHADOWED' then e.written_at when 'SENT' then e.sent_at when 'ACKNOWLEDGED' then e.acknowledged_at when 'REFUSED' then e.refused_at
      when 'RETURNED' then e.returned_at end), 0
    from ops.esr_delivery e where e.state <> 'DROPPED' and e.connection_id = any($1::text[])
      and ($2::text is null or e.controller_org = $2 or e.organisation = $2) group by e.connection_id, e.kind, e.state`;

export async function readQueues(client: PoolClient, scope: QueueScope, since: Date): Promise<QueueCount[]> {
  const { rows } = await client.query<QueueCount>({
    name: "operations-queues",
    text: `select what, connection_id as "connectionId", data_set as "dataSet", kind, state, n::float8 as count, oldest as "oldestAt",
             recent::float8 as recent from (${statement}) q order by connection_id, what, kind, state`,
    values: [scope.connections, scope.controllerOrg ?? null, scope.wholly, since],
  });
  return rows;
}
