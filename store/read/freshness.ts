import type { PoolClient } from "pg";
import type { MaintenanceWindow } from "../../schema/operations/maintenance";

/** A connection as the states of interface.md need it; nothing about people. */
export interface ConnectionFreshness {
  readonly id: string;
  readonly connector: string;
  readonly title: string;
  readonly organisations: readonly string[];
  readonly targetSeconds: number;
  readonly maintenance: readonly MaintenanceWindow[];
  readonly goLiveOn: string | undefined;
  readonly registeredAt: Date;
  readonly pausedAt: Date | undefined;
  readonly pauseUntil: Date | undefined;
  readonly lastSuccessAt: Date | undefined;
  readonly errorClass: string | undefined;
  /** The oldest over the data sets: before it everything of the connection is known to be read. */
  readonly freshAsOf: Date | undefined;
  /** Last complete read, the oldest over the data sets. */
  readonly lastCompleteAt: Date | undefined;
}

interface Row {
  id: string;
  connector: string;
  title: string;
  organisations: string[];
  target: number;
  maintenance: MaintenanceWindow[];
  goLiveOn: string | null;
  registeredAt: Date;
  pausedAt: Date | null;
  pauseUntil: Date | null;
  lastSuccessAt: Date | null;
  errorClass: string | null;
  freshAsOf: Date | null;
  lastCompleteAt: Date | null;
}

export async function readFreshness(client: PoolClient): Promise<ConnectionFreshness[]> {
  const { rows } = await client.query<Row>({
    name: "read-freshness",
    text: `select c.id, c.connector, c.title, c.organisations, c.fresh_within_seconds as target, c.maintenance, c.go_live_on::text as "goLiveOn",
             c.registered_at as "registeredAt", c.paused_at as "pausedAt", c.pause_until as "pauseUntil", c.last_success_at as "lastSuccessAt",
             c.error_class as "errorClass", d.fresh as "freshAsOf", d.complete as "lastCompleteAt"
        from ops.connection c
        left join lateral (select min(fresh_as_of) as fresh, min(last_complete_at) as complete from ops.data_set where connection_id = c.id) d on true
       where c.retired_at is null order by c.id`,
  });
  return rows.map((row) => ({
    id: row.id,
    connector: row.connector,
    title: row.title,
    organisations: row.organisations,
    targetSeconds: row.target,
    maintenance: row.maintenance,
    goLiveOn: row.goLiveOn ?? undefined,
    registeredAt: row.registeredAt,
    pausedAt: row.pausedAt ?? undefined,
    pauseUntil: row.pauseUntil ?? undefined,
    lastSuccessAt: row.lastSuccessAt ?? undefined,
    errorClass: row.errorClass ?? undefined,
    freshAsOf: row.freshAsOf ?? undefined,
    lastCompleteAt: row.lastCompleteAt ?? undefined,
  }));
}
