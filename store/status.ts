/** Reads for those who run the hub: the command line and the operations subgraph. Counts, codes and ids; names only where a trust asks for its own. */
import type { Pool } from "pg";
import { recordKinds } from "../schema/kinds";
import type { MaintenanceWindow } from "../schema/operations/maintenance";
import { personTables, recordTable, recordTables, waitingOf } from "./record-tables";
import { retried } from "./transaction";
import type { Pools } from "./walls/pools";

export interface ConnectionStatus {
  readonly id: string;
  readonly connector: string;
  readonly title: string;
  readonly organisations: readonly string[];
  readonly everyMinutes: number;
  readonly freshWithinSeconds: number;
  readonly goLiveOn: string | undefined;
  readonly registeredAt: Date;
  readonly pausedAt: Date | undefined;
  readonly pauseReason: string | undefined;
  readonly lastAttemptAt: Date | undefined;
  readonly lastSuccessAt: Date | undefined;
  readonly nextRunAt: Date | undefined;
  readonly error:
    | { readonly code: string; readonly class: string; readonly detail: Record<string, unknown>; readonly since: Date }
    | undefined;
  readonly running: boolean;
  readonly maintenance: readonly MaintenanceWindow[];
  /** What all workers keep to with its vendor's installation; undefined: it is asked as usual. */
  readonly breaker: { readonly openSince: Date; readonly nextProbeAt: Date; readonly failures: number; readonly why: string } | undefined;
  /** Until when the vendor has told us to wait; undefined: it has not. */
  readonly toldToWaitUntil: Date | undefined;
  readonly dataSets: readonly {
    readonly dataSet: string;
    readonly freshAsOf: Date | undefined;
    readonly lastCompleteAt: Date | undefined;
  }[];
  readonly lastRun: RunStatus | undefined;
  /** Records that wait for their person, now. */
  readonly waiting: number;
  /** Open refusals, now. */
  readonly refused: number;
}

export interface RunStatus {
  readonly id: string;
  readonly trigger: string;
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
  readonly outcome: string | undefined;
  readonly errorCode: string | undefined;
  readonly pages: number;
  readonly counts: Readonly<
    Record<"rawIn" | "yielding" | "ignored" | "refusedRaw" | "applied" | "unchanged" | "superseded" | "waiting" | "refused", number>
  >;
  readonly reasons: Readonly<Record<string, number>>;
}

export interface ProblemStatus {
  readonly connectionId: string;
  readonly code: string;
  readonly subject: string;
  readonly count: number;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

export interface MatchStatus {
  readonly sourcePersonId: string;
  readonly connectionId: string;
  readonly organisation: string;
  readonly sourceKey: string;
  readonly system: string;
  readonly state: string;
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
  readonly birthDate: string | undefined;
  readonly reasons: readonly unknown[];
  readonly staffMemberId: string | undefined;
  readonly proposals: readonly {
    readonly staffMemberId: string;
    readonly outcome: string;
    readonly score: number;
    readonly reasons: readonly unknown[];
  }[];
}

export interface Status {
  listConnections(): Promise<readonly ConnectionStatus[]>;
  listProblems(filter?: { organisations?: readonly string[] }): Promise<readonly ProblemStatus[]>;
  listRuns(connectionId: string, limit: number): Promise<readonly RunStatus[]>;
  /** Names: only for the organisations that the caller may see. */
  listMatches(filter: { organisations: readonly string[]; state?: string; limit?: number }): Promise<readonly MatchStatus[]>;
  /** Where an id is: a record, a source person or a staff member. Undefined when nothing has it. */
  show(id: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  countStaffMembers(): Promise<number>;
}

const runColumns = `r.id, r.trigger, r.started_at, r.ended_at, r.outcome, r.error_code, r.pages, r.raw_in, r.yielding, r.ignored, r.refused_raw, r.applied,
  r.unchanged, r.superseded, r.waiting, r.refused, r.reasons`;

// biome-ignore lint/suspicious/noExplicitAny: a row of runColumns
function runOf(row: Record<string, any>): RunStatus {
  return {
    id: row.id,
    trigger: row.trigger,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    outcome: row.outcome ?? undefined,
    errorCode: row.error_code ?? undefined,
    pages: row.pages,
    reasons: row.reasons,
    counts: {
      rawIn: Number(row.raw_in),
      yielding: Number(row.yielding),
      ignored: Number(row.ignored),
      refusedRaw: Number(row.refused_raw),
      applied: Number(row.applied),
      unchanged: Number(row.unchanged),
      superseded: Number(row.superseded),
      waiting: Number(row.waiting),
      refused: Number(row.refused),
    },
  };
}

const waitingByConnection = personTables
  .map(
    (one) =>
      `select connection_id, count(*) as n from ${waitingOf(one, "null")} t where staff_member_id is null and source_state <> 'WITHDRAWN' group by 1`,
  )
  .join(" union all ");

/** Each a set of (connection_id, code, subject, count, detail, first_seen_at, last_seen_at). */
const problemSets = [
  `select connection_id, code, coalesce(kind, '') as subject, count(*) as count,
     jsonb_build_object('kind', min(kind), 'pointer', min(pointer), 'got', min(got), 'expected', min(expected), 'organisation', min(controller_org)) as detail,
     min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at
   from ops.refused where resolved_at is null group by connection_id, code, kind`,
  "select connection_id, code, subject, count, detail, first_seen_at, last_seen_at from ops.problem where resolved_at is null",
  `select a.connection_id, 'COURSE_NOT_MAPPED', a.title, count(*), jsonb_build_object('course', a.title, 'count', count(*),
     'key', (array_agg(coalesce(nullif(a.course_code, ''), 'id:' || a.course_source_id) order by a.known_from desc))[1],
     'people', count(distinct a.source_person_id), 'organisation', min(a.controller_org)), min(r.started_at), max(r.started_at)
   from learning.achievement a
   cross join lateral (select coalesce(max(s.started_at), now()) as started_at from ops.sync_run s where s.connection_id = a.connection_id) r
   where a.mapping = 'UNMAPPED' and a.source_state <> 'WITHDRAWN' group by a.connection_id, a.title`,
  // By age and organisation; somebody whom only an occupational health system names is that team's to know.
  `select connection_id, code, '', sum(n)::bigint, jsonb_build_object('count', sum(n), 'organisation', min(controller_org), 'why', min(why),
       'health', bool_and(health), 'oldestSeconds', extract(epoch from now() - min(first_at))::bigint,
       'ages', jsonb_build_array(sum(day), sum(week) - sum(day), sum(month) - sum(week), sum(n) - sum(month)), 'organisations', jsonb_object_agg(controller_org, n)),
     min(first_at), max(last_at)
   from (select connection_id, controller_org, case state when 'PROPOSED' then 'PERSON_PROPOSED' when 'CONFLICT' then 'IDENTITY_CONFLICT' else 'PERSON_UNMATCHED' end as code,
       count(*) as n, min(state_reasons -> 0 ->> 'rule') filter (where state = 'CONFLICT') as why, bool_and(system = 'oh') as health,
       min(first_seen_at) as first_at, max(claimed_at) as last_at, count(*) filter (where first_seen_at >= now() - interval '1 day') as day,
       count(*) filter (where first_seen_at >= now() - interval '7 days') as week, count(*) filter (where first_seen_at >= now() - interval '30 days') as month
     from staff.source_person where state <> 'BOUND' group by 1, 2, 3) u group by connection_id, code`,
  `select id, error_code, '', 1, coalesce(error_detail, '{}') || jsonb_build_object('connection', id, 'class', error_class), error_since,
     coalesce(last_attempt_at, error_since) from ops.connection where error_code is not null and retired_at is null`,
  `select connection_id, 'DRIFT_NOTICED', data_set, count(*), jsonb_build_object('connection', connection_id, 'dataSet', data_set,
     'what', string_agg(distinct case what when 'NEW_FIELD' then 'new field ' || subject when 'MISSING_FIELD' then subject || ' is missing'
       when 'TYPE_CHANGED' then subject || ' is of another kind' when 'NEW_VALUE' then subject || ' has new values'
       else 'a complete read gave ' || (detail ->> 'now') || ' records, usually ' || (detail ->> 'usual') end, '; ')), min(first_seen_at), max(last_seen_at)
   from ops.drift where what <> 'BREAKING' and accepted_at is null and ended_at is null group by connection_id, data_set`,
  `select connection_id, 'SNAPSHOT_SHRANK', kind, would_withdraw, jsonb_build_object('count', would_withdraw, 'total', in_force, 'kind', kind, 'held', id),
     held_at, held_at from ops.held_absence where decided_at is null`,
];

export function createStatus(pools: Pick<Pools, "lanyard_ops" | "lanyard_work" | "lanyard_work_health">): Status {
  const pool = pools.lanyard_ops;
  return {
    async listConnections() {
      const { rows } = await retried(() =>
        pool.query(`with waiting as (select connection_id, sum(n)::int as n from (${waitingByConnection}) w group by 1),
          refused as (select connection_id, count(*)::int as n from ops.refused where resolved_at is null group by 1)
          select c.*, c.lease_until > now() as running, coalesce(c.pause_until < now(), false) as pause_over, p.open_since, greatest(p.probe_at, p.probe_until) as probe_at, p.failures as failures_in_a_row, p.why,
            case when p.blocked_until > now() then p.blocked_until end as told_until, coalesce(w.n, 0) as waiting_now, coalesce(f.n, 0) as refused_now,
            (select coalesce(jsonb_agg(jsonb_build_object('dataSet', d.data_set, 'freshAsOf', d.fresh_as_of, 'lastCompleteAt', d.last_complete_at)
              order by d.data_set), '[]') from ops.data_set d where d.connection_id = c.id) as data_sets
          from ops.connection c left join ops.vendor_pace p on p.instance = c.vendor_instance left join waiting w on w.connection_id = c.id left join refused f on f.connection_id = c.id
          where c.retired_at is null order by c.id`),
      );
      const runs = await retried(() =>
        pool.query(`select c.id as connection_id, ${runColumns} from ops.connection c cross join lateral
          (select * from ops.sync_run s where s.connection_id = c.id order by s.id desc limit 1) r`),
      );
      const lastRuns = new Map(runs.rows.map((row) => [row.connection_id, runOf(row)]));
      const instant = (value: string | null) => (value === null ? undefined : new Date(value));
      return rows.map((row) => ({
        id: row.id,
        connector: row.connector,
        title: row.title,
        organisations: row.organisations,
        everyMinutes: row.every_minutes,
        freshWithinSeconds: row.fresh_within_seconds,
        goLiveOn: row.go_live_on ?? undefined,
        registeredAt: row.registered_at,
        // A pause until an instant ends with it, whether or not anything has run since.
        pausedAt: row.pause_over ? undefined : (row.paused_at ?? undefined),
        pauseReason: row.pause_over ? undefined : (row.pause_reason ?? undefined),
        lastAttemptAt: row.last_attempt_at ?? undefined,
        lastSuccessAt: row.last_success_at ?? undefined,
        nextRunAt: row.next_run_at ?? undefined,
        error: row.error_code
          ? { code: row.error_code, class: row.error_class, detail: row.error_detail ?? {}, since: row.error_since }
          : undefined,
        running: row.running === true,
        maintenance: row.maintenance,
        breaker: row.open_since
          ? { openSince: row.open_since, nextProbeAt: row.probe_at, failures: row.failures_in_a_row, why: row.why }
          : undefined,
        toldToWaitUntil: row.told_until ?? undefined,
        dataSets: row.data_sets.map((one: { dataSet: string; freshAsOf: string | null; lastCompleteAt: string | null }) => ({
          dataSet: one.dataSet,
          freshAsOf: instant(one.freshAsOf),
          lastCompleteAt: instant(one.lastCompleteAt),
        })),
        lastRun: lastRuns.get(row.id),
        waiting: row.waiting_now,
        refused: row.refused_now,
      }));
    },

    async listProblems(filter) {
      const { rows } = await retried(() =>
        pool.query(
          `select p.* from (${problemSets.join(" union all ")}) as p (connection_id, code, subject, count, detail, first_seen_at, last_seen_at)
           where $1::text[] is null or exists (select 1 from ops.connection c where c.id = p.connection_id and c.organisations && $1::text[])
           order by p.connection_id, p.code, p.subject`,
          [filter?.organisations ?? null],
        ),
      );
      return rows.map((row) => ({
        connectionId: row.connection_id,
        code: row.code,
        subject: row.subject,
        count: Number(row.count),
        detail: row.detail,
        firstSeenAt: row.first_seen_at,
        lastSeenAt: row.last_seen_at,
      }));
    },

    async listRuns(connectionId, limit) {
      const { rows } = await retried(() =>
        pool.query(`select ${runColumns} from ops.sync_run r where r.connection_id = $1 order by r.id desc limit $2`, [
          connectionId,
          limit,
        ]),
      );
      return rows.map(runOf);
    },

    async listMatches({ organisations, state, limit }) {
      const { rows } = await retried(() =>
        pools.lanyard_work.query(
          `select p.*, (select coalesce(jsonb_agg(jsonb_build_object('staffMemberId', m.staff_member_id, 'outcome', m.outcome, 'score', m.score,
              'reasons', m.reasons) order by m.score desc), '[]') from staff.match_proposal m where m.source_person_id = p.id) as proposals
           from staff.source_person p where p.controller_org = any($1::text[]) and (case when $2::text is null then p.state <> 'BOUND' else p.state = $2 end)
           order by p.connection_id, p.source_key limit $3`,
          [organisations, state ?? null, limit ?? 500],
        ),
      );
      return rows.map((row) => ({
        sourcePersonId: row.id,
        connectionId: row.connection_id,
        organisation: row.controller_org,
        sourceKey: row.source_key,
        system: row.system,
        state: row.state,
        givenName: row.given_name ?? undefined,
        familyName: row.family_name ?? undefined,
        birthDate: row.birth_date ?? undefined,
        reasons: row.state_reasons,
        staffMemberId: row.staff_member_id ?? undefined,
        proposals: row.proposals,
      }));
    },

    show: (id) => retried(() => showIn(pools.lanyard_work_health, id)),

    async countStaffMembers() {
      const { rows } = await retried(() => pool.query("select count(*)::int as n from staff.staff_member where merged_into is null"));
      return rows[0].n;
    },
  };
}

async function showIn(pool: Pool, id: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id)) return undefined;
  for (const kind of recordKinds) {
    const { rows } = await pool.query(
      `select t.controller_org as controller, t.connection_id as "connectionId", t.source_id as "sourceId", t.source_state as state,
         t.source_version as "sourceVersion", t.derivation_version as "derivationVersion", t.valid_from as "validFrom", t.valid_to as "validTo",
         t.content_hash as "contentHash", t.known_from as "knownFrom", t.raw_page_id as "rawPageId", t.raw_ordinal as "rawOrdinal",
         t.source_person_id as "sourcePersonId", t.staff_member_id as "staffMemberId", to_jsonb(p) - 'id' - 'hash' as provenance
       from ${recordTable(kind).table} t join ops.provenance p on p.id = t.provenance_id where t.id = $1`,
      [id],
    );
    if (!rows[0]) continue;
    const versions = await pool.query(
      `select source_version as "sourceVersion", derivation_version as "derivationVersion", why, source_state as state, known_from as "knownFrom",
         known_to as "knownTo", known_at as "knownAt", superseded_at as "supersededAt" from ops.record_version where record_id = $1 order by known_to`,
      [id],
    );
    return { is: "record", id, kind, table: recordTables.get(kind)!.table.replaceAll('"', ""), ...rows[0], versions: versions.rows };
  }
  const refusal = await pool.query(
    `select connection_id as "connectionId", controller_org as controller, kind, code, pointer, got, expected, run_id::text as "runId",
       raw_page_id::text as "rawPageId", raw_ordinal as "rawOrdinal", first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt",
       resolved_at as "resolvedAt" from ops.refused where id = $1`,
    [id],
  );
  if (refusal.rows[0]) return { is: "refusal", id, ...refusal.rows[0], kind: refusal.rows[0].kind ?? undefined };
  const person = await pool.query(
    `select connection_id as "connectionId", controller_org as controller, source_key as "sourceKey", system, state, state_reasons as reasons,
       staff_member_id as "staffMemberId", match_due as "matchDue", first_seen_at as "firstSeenAt", claimed_at as "claimedAt"
     from staff.source_person where id = $1`,
    [id],
  );
  if (person.rows[0]) {
    const bindings = await pool.query(
      `select staff_member_id as "staffMemberId", decision, outcome, score, reasons, decided_by as "decidedBy", from_at as "fromAt", to_at as "toAt",
         ended_by as "endedBy", end_reason as "endReason" from staff.binding where source_person_id = $1 order by from_at`,
      [id],
    );
    return {
      is: "source-person",
      id,
      ...person.rows[0],
      bindings: bindings.rows,
      records: await recordCounts(pool, "source_person_id", id),
    };
  }
  const staff = await pool.query(`select merged_into as "mergedInto", created_at as "createdAt" from staff.staff_member where id = $1`, [
    id,
  ]);
  if (!staff.rows[0]) return undefined;
  const people = await pool.query(
    `select id, connection_id as "connectionId", controller_org as controller, source_key as "sourceKey", system, state
     from staff.source_person where staff_member_id = $1 order by connection_id, source_key`,
    [id],
  );
  return { is: "staff-member", id, ...staff.rows[0], sourcePersons: people.rows, records: await recordCounts(pool, "staff_member_id", id) };
}

async function recordCounts(pool: Pool, column: "source_person_id" | "staff_member_id", id: string): Promise<Record<string, number>> {
  const { rows } = await pool.query(
    personTables
      .map(({ kind, table }) => `select '${kind}' as kind, count(*)::int as n from ${table} where ${column} = $1`)
      .join(" union all "),
    [id],
  );
  return Object.fromEntries(rows.filter((row) => row.n > 0).map((row) => [row.kind, row.n]));
}
