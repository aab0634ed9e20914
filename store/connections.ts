/** `store.connections`: configuration, lease, runs, freshness, problems without a run. */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { HubError } from "../platform/errors";
import { countDeaths, quarantine } from "./deaths";
import { leaseLost, leaseOf, requireLease } from "./lease";
import type { Counts, Store } from "./store";
import { inTransaction, retried } from "./transaction";

const sums = ["raw_in", "yielding", "ignored", "refused_raw", "applied", "unchanged", "superseded", "waiting", "refused"] as const;

/** ($1 run): the run's counters from its pages. */
const closeRun = `update ops.sync_run r set pages = s.pages, ${sums.map((name) => `${name} = s.${name}`).join(", ")}, reasons = s.reasons
  from (select count(*) as pages, ${sums.map((name) => `coalesce(sum(${name}), 0) as ${name}`).join(", ")}, coalesce(sum(records), 0) as records,
    (select coalesce(jsonb_object_agg(key, n), '{}') from (select key, sum(value::bigint) as n from ops.page, jsonb_each_text(reasons)
      where run_id = $1 group by key) e) as reasons
    from ops.page where run_id = $1) s where r.id = $1
  returning r.*, s.records`;

export function createConnections(pool: Pool): Store["connections"] {
  /** Leases that this process has given up while the database was away, by connection. */
  const givenUp = new Map<string, string>();
  return {
    async register(connections) {
      if (connections.length === 0) return;
      const rows = connections.map((one) => ({
        id: one.id,
        c: one.connector,
        o: one.organisations,
        t: one.title,
        m: one.everyMinutes,
        f: one.freshWithinSeconds,
        g: one.goLiveOn,
        s: one.settingsFingerprint,
        p: one.pausedBecause,
      }));
      await retried(() =>
        pool.query(
          // A pause that the configuration asks for begins and ends with it; a person's pause is left alone.
          `with retired as (
             update ops.connection set retired_at = now() where retired_at is null and id <> all ($2::text[]))
           insert into ops.connection as c (id, connector, organisations, title, every_minutes, fresh_within_seconds, go_live_on,
             settings_fingerprint, paused_at, paused_by, pause_reason)
           select r.id, r.c, r.o, r.t, r.m, r.f, r.g, r.s, case when r.p is not null then now() end, case when r.p is not null then 'configuration' end, r.p
           from jsonb_to_recordset($1::jsonb) as r(id text, c text, o text[], t text, m double precision, f integer, g date, s text, p text) order by r.id
           on conflict (id) do update set connector = excluded.connector, organisations = excluded.organisations, title = excluded.title,
             every_minutes = excluded.every_minutes, fresh_within_seconds = excluded.fresh_within_seconds, go_live_on = excluded.go_live_on,
             settings_fingerprint = excluded.settings_fingerprint, retired_at = null,
             paused_at = case when excluded.paused_by is not null then coalesce(c.paused_at, excluded.paused_at)
               when c.paused_by = 'configuration' then null else c.paused_at end,
             pause_reason = case when excluded.paused_by is not null then excluded.pause_reason
               when c.paused_by = 'configuration' then null else c.pause_reason end,
             paused_by = case when excluded.paused_by is not null then excluded.paused_by
               when c.paused_by = 'configuration' then null else c.paused_by end`,
          [JSON.stringify(rows), connections.map((one) => one.id)],
        ),
      );
    },

    async lease(connectionId, holder, seconds, forWhat) {
      const { rows } = await retried(() =>
        pool.query(
          `update ops.connection set lease_number = lease_number + 1, lease_holder = $2, lease_until = now() + make_interval(secs => $3),
             lease_turn = false, last_attempt_at = case when $4 then last_attempt_at else now() end
           where id = $1 and retired_at is null and (lease_until is null or lease_until < now() or lease_number = $5)
             and ($4 or paused_at is null or pause_until < now())
           returning lease_number, checkpoint, last_read_at`,
          [connectionId, holder, seconds, forWhat === "own-records", givenUp.get(connectionId) ?? null],
        ),
      );
      if (rows[0]) givenUp.delete(connectionId);
      return rows[0] && leaseOf(rows[0]);
    },

    async renew(connectionId, lease, seconds) {
      const { rowCount } = await retried(() =>
        pool.query(
          "update ops.connection set lease_until = now() + make_interval(secs => $3) where id = $1 and lease_number = $2 and lease_holder is not null",
          [connectionId, lease, seconds],
        ),
      );
      if (rowCount !== 1) throw leaseLost(connectionId, lease);
    },

    async releaseDead(isDead) {
      const { rows } = await retried(() =>
        pool.query("select id, lease_number, lease_holder from ops.connection where lease_until > now() and lease_holder is not null"),
      );
      const dead = rows.filter((row) => isDead(row.lease_holder));
      if (dead.length > 0) {
        await retried(() =>
          pool.query(
            `update ops.connection c set lease_until = null, lease_holder = null
             from unnest($1::text[], $2::bigint[]) as d(id, lease) where c.id = d.id and c.lease_number = d.lease`,
            [dead.map((row) => row.id), dead.map((row) => row.lease_number)],
          ),
        );
      }
      return dead.length;
    },

    async nextRunAt(connectionId) {
      const { rows } = await retried(() => pool.query("select next_run_at from ops.connection where id = $1", [connectionId]));
      return rows[0]?.next_run_at ?? undefined;
    },

    async release(connectionId, lease) {
      // Until the database has heard of it: whoever of this process comes next need not wait for it to run out.
      givenUp.set(connectionId, lease);
      await retried(() =>
        pool.query("update ops.connection set lease_until = null, lease_holder = null where id = $1 and lease_number = $2", [
          connectionId,
          lease,
        ]),
      );
      if (givenUp.get(connectionId) === lease) givenUp.delete(connectionId);
    },

    async startRun(connectionId, lease, trigger) {
      const started = await retried((attempt) => inTransaction(pool, (client) => startIn(client, connectionId, lease, trigger, attempt)));
      if (typeof started === "string") return started;
      throw new HubError({ code: "CONNECTION_QUARANTINED", class: "guard", detail: { connection: connectionId, deaths: started.deaths } });
    },

    endRun: ({ connectionId, runId, lease, outcome, error, nextRunAt }) =>
      retried(() =>
        inTransaction(pool, async (client) => {
          await requireLease(client, connectionId, lease, "update");
          const { rows } = await client.query(closeRun, [runId]);
          const run = rows[0];
          if (!run) throw new HubError({ code: "INTERNAL", class: "internal", detail: { why: "no such run", run: runId } });
          const counts: Counts = {
            rawIn: Number(run.raw_in),
            yielding: Number(run.yielding),
            ignored: Number(run.ignored),
            refusedRaw: Number(run.refused_raw),
            applied: Number(run.applied),
            unchanged: Number(run.unchanged),
            superseded: Number(run.superseded),
            waiting: Number(run.waiting),
            refused: Number(run.refused),
          };
          const rawOut = counts.yielding + counts.ignored + counts.refusedRaw;
          const out = counts.applied + counts.unchanged + counts.superseded + counts.waiting + counts.refused;
          if (counts.rawIn !== rawOut || Number(run.records) !== out) {
            throw new HubError({
              code: "COUNTS_DO_NOT_CLOSE",
              class: "internal",
              detail: {
                connection: connectionId,
                run: runId,
                rawIn: counts.rawIn,
                out: rawOut,
                records: Number(run.records),
                recordsOut: out,
              },
            });
          }
          await client.query("update ops.sync_run set ended_at = now(), outcome = $2, error_code = $3 where id = $1", [
            runId,
            outcome,
            error?.code ?? null,
          ]);
          // Nothing was asked of the vendor, or of one person only: its problems, next run and last success are as they were.
          if (run.trigger === "replay" || run.trigger === "event") return counts;
          // What a whole run no longer reports has gone. Files are looked at by every run, the rest only where pages were read.
          if (error === undefined && (outcome === "COMPLETED" || outcome === "HELD")) {
            await client.query(
              `update ops.problem set resolved_at = now() where connection_id = $1 and resolved_at is null and code not like 'ESR#_%' escape '#' and last_seen_at < $2
                 and ($3 or code like 'FILE\\_%')`,
              [connectionId, run.started_at, Number(run.pages) > 0],
            );
          }
          // A held snapshot delays only what it would withdraw: everything else of the run has been read.
          const succeeded = error === undefined && outcome !== "FAILED" && outcome !== "ABANDONED";
          await client.query(
            // A run that goes on later has not been read to its end; waiting as told is no failure; who ends a run has not died.
            `update ops.connection set next_run_at = $2, deaths = 0,
               failures = case when $3 then 0 when $4::text is null or $5 = 'throttled' then failures else failures + 1 end,
               last_success_at = case when $7 then now() else last_success_at end,
               error_since = case when $3 then null when error_code is not distinct from $4 then error_since when $4::text is null then error_since else now() end,
               error_code = case when $3 then null else coalesce($4, error_code) end,
               error_class = case when $3 then null else coalesce($5, error_class) end,
               error_detail = case when $3 then null else coalesce($6::jsonb, error_detail) end
             where id = $1`,
            [
              connectionId,
              nextRunAt ?? null,
              succeeded,
              error?.code ?? null,
              error?.class ?? null,
              error ? JSON.stringify(error.detail ?? {}) : null,
              succeeded && outcome === "COMPLETED",
            ],
          );
          return counts;
        }),
      ),

    async freshAsOf(connectionId, dataSet, asOf, lease) {
      await fenced(
        pool,
        connectionId,
        lease,
        `insert into ops.data_set as d (connection_id, data_set, fresh_as_of, last_complete_at) select $1, $2, $3::timestamptz, now() from fence
         on conflict (connection_id, data_set) do update set fresh_as_of = greatest(d.fresh_as_of, excluded.fresh_as_of), last_complete_at = now()`,
        [dataSet, asOf],
      );
    },

    async problem({ connectionId, code, subject, detail, count, lease }) {
      await fenced(
        pool,
        connectionId,
        lease,
        `insert into ops.problem as p (id, connection_id, code, subject, detail, count)
         select $5::uuid, $1, $2, $3, $4::jsonb, coalesce($6::bigint, 1) from fence
         on conflict (connection_id, code, subject) do update set detail = excluded.detail, last_seen_at = now(),
           count = coalesce($6::bigint, case when p.resolved_at is null then p.count + 1 else 1 end),
           first_seen_at = case when p.resolved_at is null then p.first_seen_at else now() end, resolved_at = null`,
        [code, subject ?? "", JSON.stringify(detail ?? {}), randomUUID(), count ?? null],
      );
    },

    async resolveProblems(connectionId, codes, stillThere = []) {
      await retried(() =>
        pool.query(
          `update ops.problem set resolved_at = now() where connection_id = $1 and code = any($2::text[]) and resolved_at is null
             and subject <> all($3::text[])`,
          [connectionId, codes, stillThere],
        ),
      );
    },

    async isPaused(connectionId) {
      const { rows } = await retried(() =>
        pool.query(
          "select paused_at is not null and (pause_until is null or pause_until >= now()) as paused from ops.connection where id = $1",
          [connectionId],
        ),
      );
      return rows[0]?.paused === true;
    },

    pause: (connectionId, { by, reason, until }) =>
      retried(() =>
        inTransaction(pool, async (client) => {
          const { rowCount } = await client.query(
            `update ops.connection set paused_at = coalesce(paused_at, now()), paused_by = $2, pause_reason = $3, pause_until = $4,
               lease_number = lease_number + 1, lease_until = null, lease_holder = null where id = $1 and retired_at is null`,
            [connectionId, by, reason, until ?? null],
          );
          // Whoever is reading it finds the number moved on at the next write: that is an end, and no death.
          await abandon(client, connectionId);
          return rowCount === 1;
        }),
      ),

    resume: (connectionId) =>
      retried(() =>
        inTransaction(pool, async (client) => {
          const { rows } = await client.query("select paused_at, paused_by, pause_reason from ops.connection where id = $1 for update", [
            connectionId,
          ]);
          if (!rows[0]?.paused_at) return "not paused";
          if (rows[0].paused_by === "configuration") return { configuration: rows[0].pause_reason ?? "" };
          await client.query(
            `update ops.connection set paused_at = null, paused_by = null, pause_reason = null, pause_until = null, deaths = 0, failures = 0,
               next_run_at = null where id = $1`,
            [connectionId],
          );
          await client.query(
            "update ops.problem set resolved_at = now() where connection_id = $1 and code = 'CONNECTION_QUARANTINED' and resolved_at is null",
            [connectionId],
          );
          return "resumed";
        }),
      ),
  };
}

/** A statement that says `from fence`: it writes only while the connection has this lease. Without a lease it is nobody's run. */
async function fenced(pool: Pool, connectionId: string, lease: string | undefined, statement: string, values: unknown[]): Promise<void> {
  const last = values.length + 2;
  const fence = lease === undefined ? "select 1" : `select 1 from ops.connection where id = $1 and lease_number = $${last} for share`;
  const { rowCount } = await retried(() =>
    pool.query(`with fence as materialized (${fence}) ${statement}`, [connectionId, ...values, ...(lease === undefined ? [] : [lease])]),
  );
  if (rowCount === 0) throw leaseLost(connectionId, lease ?? "");
}

/** Ends what is open under an earlier lease; gives what had begun it. */
async function abandon(client: PoolClient, connectionId: string): Promise<readonly string[]> {
  const { rows } = await client.query(
    `select r.id, r.trigger from ops.sync_run r join ops.connection c on c.id = r.connection_id
     where r.connection_id = $1 and r.ended_at is null and r.lease_number < c.lease_number order by r.id`,
    [connectionId],
  );
  for (const { id } of rows) {
    await client.query(closeRun, [id]);
    await client.query("update ops.sync_run set ended_at = now(), outcome = 'ABANDONED' where id = $1", [id]);
  }
  return rows.map((row) => row.trigger);
}

async function startIn(
  client: PoolClient,
  connectionId: string,
  lease: string,
  trigger: string,
  attempt: number,
): Promise<string | { readonly deaths: number }> {
  await requireLease(client, connectionId, lease, "update");
  if (attempt > 1) {
    // The commit may have succeeded and its answer been lost: one lease begins one run of a kind.
    const begun = await client.query(
      "select id from ops.sync_run where connection_id = $1 and lease_number = $2 and trigger = $3 and ended_at is null",
      [connectionId, lease, trigger],
    );
    if (begun.rows[0]) return begun.rows[0].id;
  }
  const deaths = await countDeaths(client, connectionId, await abandon(client, connectionId));
  if (deaths !== undefined) {
    await quarantine(client, connectionId, deaths);
    return { deaths };
  }
  const { rows } = await client.query("insert into ops.sync_run (connection_id, lease_number, trigger) values ($1, $2, $3) returning id", [
    connectionId,
    lease,
    trigger,
  ]);
  return rows[0].id as string;
}
