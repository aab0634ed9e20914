/**
 * Records that wait for their person, by age, organisation and connection. One statement for any number of connections; each
 * of its parts finds the waiting records of one kind by the index of their staff member, never by reading what is held.
 */
import type { PoolClient } from "pg";
import { healthKinds } from "../../schema/kinds";
import { personTables, waitingOf } from "../record-tables";
import { fetchedAt, type QueueScope } from "./queues";

/** Days: a record stands in the first band that it is not too old for, else among the older ones. */
export const waitingBands = [1, 7, 30] as const;

export interface WaitingRow {
  readonly connectionId: string;
  readonly organisation: string;
  /** Health records are counted apart: they are for other eyes, and somebody else's move. */
  readonly health: boolean;
  readonly records: number;
  readonly people: number;
  readonly upToOneDay: number;
  readonly upTo7Days: number;
  readonly upTo30Days: number;
  readonly older: number;
  /** When the one that has waited longest was fetched, in the version that waits. */
  readonly oldestAt: Date;
}

const waiting = personTables
  .map(
    (one) =>
      `select t.connection_id, t.controller_org, ${healthKinds.has(one.kind)} as health, t.source_person_id, ${fetchedAt("t")} as at
       from ${waitingOf(one, "$1")} t where t.staff_member_id is null and t.source_state <> 'WITHDRAWN' and t.connection_id = any($1::text[])
         and ($2::text is null or t.controller_org = $2)`,
  )
  .join(" union all ");

const age = (days: number) => `at >= $3::timestamptz - interval '${days} days'`;
const [day, week, month] = waitingBands;

export async function readWaiting(client: PoolClient, scope: QueueScope, now: Date): Promise<WaitingRow[]> {
  const { rows } = await client.query<WaitingRow>({
    name: "operations-waiting",
    text: `select connection_id as "connectionId", controller_org as organisation, health, count(*)::float8 as records,
             count(distinct source_person_id)::float8 as people, count(*) filter (where ${age(day)})::float8 as "upToOneDay",
             count(*) filter (where ${age(week)} and not ${age(day)})::float8 as "upTo7Days",
             count(*) filter (where ${age(month)} and not ${age(week)})::float8 as "upTo30Days",
             count(*) filter (where not ${age(month)})::float8 as older, min(at) as "oldestAt"
           from (${waiting}) w group by 1, 2, 3 order by 1, 2, 3`,
    values: [scope.connections, scope.controllerOrg ?? null, now],
  });
  return rows;
}
