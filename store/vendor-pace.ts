/**
 * `store.vendorPace`: the ledger of requests to one instance of a vendor's product, one row that all workers share. Turns are
 * handed out at the budget's distance on the database's clock (GCRA), several in one statement; the breaker and what the
 * vendor has told us to wait stand in the same row, so that every turn knows them.
 */
import type { Pool } from "pg";
import type { MaintenanceWindow } from "../schema/operations/maintenance";
import { retried } from "./transaction";

export interface PaceToRegister {
  readonly connectionId: string;
  /** Undefined: nobody is asked over HTTP. */
  readonly instance: string | undefined;
  readonly maintenance: readonly MaintenanceWindow[];
}

/** How a shared breaker behaves; a rehearsal in one process has the same (composed in cli/). */
export interface BreakerPause {
  readonly firstMs: number;
  readonly longestMs: number;
  readonly probeMs: number;
}

type Turns =
  | { readonly verdict: "granted"; readonly startsInMs: number; readonly wave: number; readonly failures: number; readonly probe: boolean }
  | { readonly verdict: "told"; readonly waitMs: number }
  | { readonly verdict: "open"; readonly since: string; readonly probeInMs: number; readonly failures: number; readonly why: string };

export interface VendorPace {
  /** Which instance each connection asks, and when that is in maintenance. */
  register(connections: readonly PaceToRegister[]): Promise<void>;
  /** Without a run: nobody has been asked. */
  comeBackAt(connectionId: string, at: Date): Promise<void>;
  /** The door for requests to one instance (connectors/kit/pace.ts says what each word means). */
  ledgerOf(
    instance: string,
    pause: BreakerPause,
  ): {
    reserve(turns: number, perSecond: number, longestHoldMs: number): Promise<Turns>;
    told(waitMs: number): Promise<void>;
    failed(wave: number, why: string, limit: number, chance: number): Promise<{ wave: number; failures: number; open: boolean }>;
    succeeded(): Promise<void>;
  };
}

const ms = (interval: string) => `extract(epoch from ${interval})::float8 * 1000`;

/**
 * ($1 instance, $2 turns, $3 milliseconds between turns, $4 longest hold, $5 milliseconds a probe may take). The row is locked
 * before it is judged: two workers never get one probe, nor one turn.
 */
const reserve = `with held as materialized (select * from ops.vendor_pace where instance = $1 for update),
  judged as (select h.*, c.at,
      case when h.blocked_until > c.at + make_interval(secs => $4::float8 / 1000) then 'told'
        when h.open_since is null then 'granted'
        when greatest(h.probe_at, h.probe_until) > c.at then 'open' else 'probe' end as verdict
    from held h cross join lateral (select clock_timestamp() as at from (values (h.wave)) v) c),
  timed as (select j.*, greatest(j.next_at, j.at, j.blocked_until) as starts from judged j),
  done as (update ops.vendor_pace p set
      next_at = case when t.verdict = 'granted' then t.starts + make_interval(secs => $2::integer * $3::float8 / 1000)
        when t.verdict = 'probe' then t.starts + make_interval(secs => $3::float8 / 1000) else p.next_at end,
      probe_until = case when t.verdict = 'probe' then t.starts + make_interval(secs => $5::float8 / 1000) else p.probe_until end
    from timed t where p.instance = t.instance)
  select verdict, wave, failures, why, open_since as since, ${ms("starts - clock_timestamp()")} as starts_in, ${ms("blocked_until - at")} as told_for,
    ${ms("greatest(probe_at, probe_until) - at")} as probe_in from timed`;

/**
 * ($1 instance, $2 wave, $3 why, $4 limit, $5 chance, $6 first pause, $7 longest pause). While it is open only a probe's
 * failure has the wave of now.
 */
const failed = `update ops.vendor_pace p set wave = p.wave + 1, failures = p.failures + 1,
    why = $3, open_since = case when opens then coalesce(p.open_since, clock_timestamp()) end,
    openings = p.openings + opens::integer, probe_until = null,
    probe_at = case when opens then clock_timestamp() + make_interval(secs => $5::float8 * least($7::float8, $6::float8 * 2 ^ least(p.openings, 20)) / 1000) end
  from (select instance, failures + 1 >= $4::integer or open_since is not null as opens from ops.vendor_pace where instance = $1 for update) o
  where p.instance = o.instance and p.wave = $2`;

export function createVendorPace(pool: Pool): VendorPace {
  return {
    async register(connections) {
      await retried(() =>
        pool.query(
          `with given as (select * from jsonb_to_recordset($1::jsonb) as g(id text, instance text, maintenance jsonb)),
             rows as (insert into ops.vendor_pace (instance) select distinct instance from given where instance is not null order by 1 on conflict do nothing)
           update ops.connection c set vendor_instance = g.instance, maintenance = g.maintenance from given g
           where c.id = g.id and (c.vendor_instance, c.maintenance) is distinct from (g.instance, g.maintenance)`,
          [JSON.stringify(connections.map((one) => ({ id: one.connectionId, instance: one.instance, maintenance: one.maintenance })))],
        ),
      );
    },

    async comeBackAt(connectionId, at) {
      await retried(() => pool.query("update ops.connection set next_run_at = $2 where id = $1", [connectionId, at]));
    },

    ledgerOf(instance, pause) {
      const one = async (text: string, values: readonly unknown[]) => (await retried(() => pool.query(text, [...values]))).rows[0];
      return {
        async reserve(turns, perSecond, longestHoldMs) {
          const values = [instance, turns, 1000 / perSecond, longestHoldMs, pause.probeMs];
          let row = await one(reserve, values);
          if (!row) {
            await retried(() => pool.query("insert into ops.vendor_pace (instance) values ($1) on conflict do nothing", [instance]));
            row = await one(reserve, values);
          }
          if (row.verdict === "told") return { verdict: "told", waitMs: Math.max(1, Math.ceil(row.told_for)) };
          if (row.verdict === "open")
            return {
              verdict: "open",
              since: row.since.toISOString(),
              probeInMs: Math.max(1, Math.ceil(row.probe_in)),
              failures: row.failures,
              why: row.why,
            };
          const startsInMs = Math.max(0, row.starts_in);
          return { verdict: "granted", startsInMs, wave: Number(row.wave), failures: row.failures, probe: row.verdict === "probe" };
        },

        async told(waitMs) {
          await retried(() =>
            pool.query(
              `update ops.vendor_pace set blocked_until = greatest(blocked_until, clock_timestamp() + make_interval(secs => $2::float8 / 1000))
               where instance = $1`,
              [instance, waitMs],
            ),
          );
        },

        async failed(wave, why, limit, chance) {
          await retried(() => pool.query(failed, [instance, wave, why, limit, chance, pause.firstMs, pause.longestMs]));
          const row = await one("select wave, failures, open_since is not null as open from ops.vendor_pace where instance = $1", [
            instance,
          ]);
          return { wave: Number(row.wave), failures: row.failures, open: row.open };
        },

        async succeeded() {
          await retried(() =>
            pool.query(
              `update ops.vendor_pace set failures = 0, openings = 0, open_since = null, probe_at = null, probe_until = null
               where instance = $1 and (failures > 0 or open_since is not null)`,
              [instance],
            ),
          );
        },
      };
    },
  };
}
