/**
 * `store.turns`: whose turn it is, from the ledger alone. A job only asks for a turn; what is due, who may have a place now and
 * who comes next is decided here, so that a job that is lost, doubled or late changes nothing.
 */
import type { Pool } from "pg";
import { leaseOf } from "./lease";
import type { Lease } from "./store";
import { inTransaction, retried } from "./transaction";

/** One organisation's runs are counted under a lock of theirs, so that two workers cannot both take its last place. */
const turnLock = 7_301_003;

export interface DueRun {
  readonly connectionId: string;
  /** Of the last lease: a run that has begun since makes the asking for this one void. */
  readonly lease: string;
}
export interface TurnToTake {
  readonly connectionId: string;
  readonly holder: string;
  readonly seconds: number;
  /** By the hub's own clock. */
  readonly now: Date;
  /** Runs of one organisation at once. */
  readonly atMost: number;
}
export interface Turns {
  /**
   * Runs that are due and may have a place: the organisations in turn, each with those that have waited longest, and no more of
   * one than it may have at once.
   */
  due(connections: readonly string[], now: Date, atMost: number): Promise<readonly DueRun[]>;
  /** Whether any of these has been due since `since` and has no place, whoever is before it. */
  waits(connections: readonly string[], since: Date): Promise<boolean>;
  /** The lease for a run that is due now; undefined when it is not, when somebody has it, or when its organisation has its places. */
  take(turn: TurnToTake): Promise<Lease | undefined>;
  /** The database's own time: what a turn that begins now will have seen. */
  instant(): Promise<Date>;
  /** A turn came to its end that began at this instant. */
  ended(stage: string, subject: string, asOf: Date): Promise<void>;
  /** Subjects whose last turn is older than so many seconds, or began before a run of these connections ended. */
  dueSubjects(
    stage: string,
    subjects: readonly { readonly subject: string; readonly connections: readonly string[] }[],
    everySeconds: number,
  ): Promise<readonly string[]>;
}

/** Organisations that share a connection: it counts for the first of them. */
const organisationOf = (alias: string) => `coalesce(${alias}.organisations[1], '')`;

/** ($n now): due, and nobody's. A time far beyond the interval was written by a clock that has jumped. */
const dueNow = (now: string) => `c.retired_at is null and (c.lease_until is null or c.lease_until < now())
  and (c.paused_at is null or c.pause_until < now())
  and (c.next_run_at is null or c.next_run_at <= ${now}::timestamptz
    or c.next_run_at > ${now}::timestamptz + make_interval(secs => c.every_minutes * 60 + 7200))`;

const placesTaken = (organisation: string) =>
  `(select count(*) from ops.connection o where o.lease_turn and o.lease_until > now() and ${organisationOf("o")} = ${organisation})`;

export function createTurns(pool: Pool): Turns {
  return {
    async due(connections, now, atMost) {
      const { rows } = await retried(() =>
        pool.query(
          `select id, lease_number from (
             select c.id, c.lease_number, c.next_run_at, ${placesTaken(organisationOf("c"))} as taken,
               row_number() over (partition by ${organisationOf("c")} order by c.next_run_at nulls first, c.id) as place
             from ops.connection c where c.id = any($1::text[]) and ${dueNow("$2")}) d
           where place <= $3 - taken order by place, next_run_at nulls first, id`,
          [connections, now, atMost],
        ),
      );
      return rows.map((row) => ({ connectionId: row.id, lease: row.lease_number }));
    },

    async waits(connections, since) {
      const { rows } = await retried(() =>
        pool.query(`select exists (select 1 from ops.connection c where c.id = any($1::text[]) and ${dueNow("$2")}) as waits`, [
          connections,
          since,
        ]),
      );
      return rows[0].waits;
    },

    take: ({ connectionId, holder, seconds, now, atMost }) =>
      retried(() =>
        inTransaction(pool, async (client) => {
          await client.query(`select pg_advisory_xact_lock($2, hashtext(${organisationOf("c")})) from ops.connection c where id = $1`, [
            connectionId,
            turnLock,
          ]);
          const { rows } = await client.query(
            `update ops.connection c set lease_number = lease_number + 1, lease_holder = $2, lease_until = now() + make_interval(secs => $3),
               lease_turn = true, last_attempt_at = now()
             where id = $1 and ${dueNow("$4")} and ${placesTaken(organisationOf("c"))} < $5
             returning lease_number, checkpoint, failures, last_read_at`,
            [connectionId, holder, seconds, now, atMost],
          );
          return rows[0] && { ...leaseOf(rows[0]), failures: rows[0].failures };
        }),
      ),

    async instant() {
      return (await retried(() => pool.query("select now() as at"))).rows[0].at;
    },

    async ended(stage, subject, asOf) {
      await retried(() =>
        pool.query(
          `insert into ops.turn as t (stage, subject, as_of) values ($1, $2, $3)
           on conflict (stage, subject) do update set as_of = greatest(t.as_of, excluded.as_of)`,
          [stage, subject, asOf],
        ),
      );
    },

    async dueSubjects(stage, subjects, everySeconds) {
      if (subjects.length === 0) return [];
      const { rows } = await retried(() =>
        pool.query(
          `select s.subject from jsonb_to_recordset($2::jsonb) as s(subject text, connections text[])
           left join ops.turn t on t.stage = $1 and t.subject = s.subject
           where t.as_of is null or t.as_of < now() - make_interval(secs => $3)
             or exists (select 1 from unnest(s.connections) as c(id) cross join lateral (
               select r.ended_at from ops.sync_run r where r.connection_id = c.id order by r.id desc limit 3) l where l.ended_at > t.as_of)
           order by t.as_of nulls first, s.subject`,
          [stage, JSON.stringify(subjects), everySeconds],
        ),
      );
      return rows.map((row) => row.subject);
    },
  };
}
