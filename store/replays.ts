/** `store.replays`: what would be derived anew from raw records that are stored, as it was shown to a person, and how far it has got. */
import type { Pool, PoolClient } from "pg";
import { HubError } from "../platform/errors";
import type { Sealer } from "../platform/secrets";
import type { ProvenanceFacts } from "../schema/provenance";
import type { ProvenanceIds } from "./provenance";
import { readRawPages } from "./raw-pages";
import { createReplayItems, insertItems } from "./replay-items";
import { createReplayRows } from "./replay-rows";
import type { ReplayFilter, Selection } from "./replay-selection";
import { inTransaction, retried, violates } from "./transaction";

export type { Expected, ReplayDifferences, ReplayItem, ReplayProgress } from "./replay-items";
export type { PersonOfReplay, RefusalOfReplay, RowOfReplay } from "./replay-rows";
export type { ReplayFilter, Selection } from "./replay-selection";

/** A row of an organisation's course map that is to be stated or ended. */
export interface CourseMapStatement {
  readonly id: string;
  readonly course: string;
  /** Undefined: local learning. */
  readonly competence?: string;
  readonly from?: string;
  readonly to?: string;
}
/** A row of an organisation's code map that is to be stated or ended. */
export interface CodeMapStatement {
  readonly id: string;
  readonly list: string;
  readonly code: string;
  readonly value: string;
  readonly from?: string;
  readonly to?: string;
}
export interface MapChange<Row> {
  readonly organisation: string;
  readonly add: readonly Row[];
  readonly end: readonly Row[];
}
export type CourseMapChange = MapChange<CourseMapStatement>;
export type CodeMapChange = MapChange<CodeMapStatement>;

/** What is to be derived anew: what a change of a map touches (the change is part of it), or what a filter chooses. */
export type ReplayTask =
  | { readonly change: CourseMapChange; readonly codes?: undefined; readonly filter?: undefined }
  | { readonly codes: CodeMapChange; readonly change?: undefined; readonly filter?: undefined }
  | { readonly filter: ReplayFilter; readonly change?: undefined; readonly codes?: undefined };

export interface ReplayCounts {
  /** Raw records; the sum of the four that follow. */
  readonly records: number;
  readonly change: number;
  readonly unchanged: number;
  readonly fail: number;
  readonly rawExpired: number;
  /** Rows that are written for those that change. */
  readonly rows: number;
  /** Awards that come into being or change, and records that are taken back. */
  readonly awards: number;
  readonly withdrawn: number;
  /** Whose records change. */
  readonly staffMembers: number;
  /** People among them who are not bound to a staff member yet, and raw records of such people, whether they change or not. */
  readonly waitingForPerson: number;
  readonly waiting: number;
  /** Derived by an older version of their connector; and those of them that change. */
  readonly older: number;
  readonly olderChange: number;
}

export type ReplayPlan = ReplayTask & {
  readonly counts: ReplayCounts;
  /** What derives the records of each connection, as it was planned: for a map's change the version of the maps before it. */
  readonly versions: Readonly<Record<string, string>>;
  /** Why something fails or is not offered: code -> count. */
  readonly failures: Readonly<Record<string, number>>;
};

export type ReplayState = "PLANNING" | "PLANNED" | "APPLYING" | "APPLIED" | "CANCELLED" | "STALE";
export type ReplayKind = "course-map" | "code-map" | "records";
export interface Replay {
  readonly id: string;
  readonly kind: ReplayKind;
  /** Whose map changes; undefined for a replay of records. */
  readonly organisation: string | undefined;
  /** Whose records it may be about. */
  readonly organisations: readonly string[];
  readonly subject: string;
  readonly state: ReplayState;
  readonly plan: ReplayPlan;
  /** Raw records per second. */
  readonly rate: number | undefined;
  readonly reason: string | undefined;
  readonly plannedAt: Date;
  readonly plannedBy: string;
  readonly startedAt: Date | undefined;
  readonly appliedAt: Date | undefined;
  readonly appliedBy: string | undefined;
  readonly cancelledAt: Date | undefined;
  readonly cancelReason: string | undefined;
}

/** What a sample shows of a completion. */
export interface StoredCompletion {
  readonly id: string;
  readonly title: string;
  readonly completedOn: string;
  readonly mapping: string;
}

export type RawPage = ReadonlyMap<number, unknown>;

export type Replays = ReturnType<typeof createReplays>;

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** ($1 replay): the counts of its items. */
const countItems = `select count(*)::int as records, count(*) filter (where expected = 'change')::int as change,
  count(*) filter (where expected = 'unchanged')::int as unchanged, count(*) filter (where expected = 'fail')::int as fail,
  count(*) filter (where expected = 'expired')::int as "rawExpired", coalesce(sum(changes), 0)::int as rows, coalesce(sum(awards), 0)::int as awards,
  coalesce(sum(withdrawn), 0)::int as withdrawn, count(distinct staff_member_id) filter (where expected = 'change')::int as "staffMembers",
  count(distinct source_person_id) filter (where expected = 'change' and staff_member_id is null)::int as "waitingForPerson",
  count(*) filter (where source_person_id is not null and staff_member_id is null)::int as waiting, count(*) filter (where older)::int as older,
  count(*) filter (where older and expected = 'change')::int as "olderChange" from ops.replay_item where replay_id = $1`;

export function createReplays(pool: Pool, sealer: Sealer, provenance: ProvenanceIds) {
  const select = async (where: string, values: unknown[], limit?: number): Promise<readonly Replay[]> => {
    const order = limit === undefined ? "planned_at, id" : `planned_at desc, id limit ${limit}`;
    const { rows } = await retried(() => pool.query(`select * from ops.replay where ${where} order by ${order}`, values));
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      organisation: row.organisation ?? undefined,
      organisations: row.organisations,
      subject: row.subject,
      state: row.state,
      plan: row.plan,
      rate: row.rate ?? undefined,
      reason: row.reason ?? undefined,
      plannedAt: row.planned_at,
      plannedBy: row.planned_by,
      startedAt: row.started_at ?? undefined,
      appliedAt: row.applied_at ?? undefined,
      appliedBy: row.applied_by ?? undefined,
      cancelledAt: row.cancelled_at ?? undefined,
      cancelReason: row.cancel_reason ?? undefined,
    }));
  };
  return {
    ...createReplayItems(pool),
    ...createReplayRows(pool),
    provenanceIds: (statements: readonly ProvenanceFacts[]) => provenance.idsOf(statements),
    /** Decrypted; pages that have expired are missing. */
    rawPages: (ids: readonly string[], today: string): Promise<ReadonlyMap<string, RawPage>> => readRawPages(pool, sealer, ids, today),

    /** A replay in planning, with its items: what is chosen is chosen in one statement. */
    async begin(input: {
      readonly id: string;
      readonly subject: string;
      readonly task: ReplayTask;
      readonly organisations: readonly string[];
      readonly selection: Selection;
      readonly connectors: Readonly<Record<string, string>>;
      readonly by: string;
    }): Promise<void> {
      const { id, subject, task, organisations, selection, connectors, by } = input;
      const kind: ReplayKind = task.change ? "course-map" : task.codes ? "code-map" : "records";
      const organisation = (task.change ?? task.codes)?.organisation ?? null;
      await retried(() =>
        inTransaction(pool, async (client) => {
          const { rowCount } = await client.query(
            `insert into ops.replay (id, kind, organisation, organisations, subject, state, plan, planned_by)
             values ($1, $2, $3, $4, $5, 'PLANNING', $6, $7) on conflict (id) do nothing`,
            [id, kind, organisation, organisations, subject, JSON.stringify(task), by],
          );
          // The commit succeeded and its answer was lost.
          if (rowCount === 1) await insertItems(client, id, selection, connectors);
        }),
      );
    },
    /** Every item has been looked at: the counts are those of the items. */
    async ready(id: string, task: ReplayTask, versions: Readonly<Record<string, string>>): Promise<void> {
      await retried(() =>
        inTransaction(pool, async (client) => {
          const counts = (await client.query(countItems, [id])).rows[0] as ReplayCounts;
          const codes = await client.query(
            "select code, count(*)::int as n from ops.replay_item where replay_id = $1 and code is not null group by code order by code",
            [id],
          );
          const failures = Object.fromEntries(codes.rows.map((row) => [row.code, row.n]));
          await client.query("update ops.replay set state = 'PLANNED', plan = $2 where id = $1 and state = 'PLANNING'", [
            id,
            JSON.stringify({ ...task, counts, versions, failures }),
          ]);
        }),
      );
    },
    /** A plan of nothing: there is no such course. */
    async forget(id: string): Promise<void> {
      await retried(() =>
        pool.query("delete from ops.replay where id = $1 and not exists (select 1 from ops.replay_item where replay_id = $1)", [id]),
      );
    },
    /** Plans that a process which has died never finished: nobody was shown them. */
    async forgetUnfinished(before: Date): Promise<number> {
      return retried(() =>
        inTransaction(pool, async (client) => {
          const { rows } = await client.query("select id from ops.replay where state = 'PLANNING' and planned_at < $1 for update", [
            before,
          ]);
          const ids = rows.map((row) => row.id);
          if (ids.length === 0) return 0;
          await client.query("delete from ops.replay_item where replay_id = any($1::uuid[])", [ids]);
          await client.query("delete from ops.replay where id = any($1::uuid[])", [ids]);
          return ids.length;
        }),
      );
    },
    find: async (id: string): Promise<Replay | undefined> => (uuid.test(id) ? (await select("id = $1", [id]))[0] : undefined),
    /** The latest first; those about records of these organisations only. */
    list: (organisations: readonly string[] | undefined, limit: number): Promise<readonly Replay[]> =>
      select(
        "(state <> 'PLANNING' or kind = 'records') and ($1::text[] is null or (organisations <> '{}' and organisations <@ $1::text[]))",
        [organisations ?? null],
        limit,
      ),
    async completions(ids: readonly string[]): Promise<readonly StoredCompletion[]> {
      const { rows } = await retried(() =>
        pool.query(`select id, title, completed_on as "completedOn", mapping from learning.achievement where id = any($1::uuid[])`, [ids]),
      );
      return rows;
    },
    /** Stores the change itself; from here on a change of a map is finished, whatever happens. */
    async start(
      id: string,
      said: { readonly by: string; readonly approvedBy: string; readonly reason: string; readonly rate?: number },
    ): Promise<void> {
      try {
        await retried(() => inTransaction(pool, (client) => startIn(client, id, said)));
      } catch (error) {
        if (violates(error, "replay_one_at_a_time")) throw new HubError({ code: "REPLAY_BUSY", class: "internal", detail: {} });
        throw error;
      }
    },
    async finish(id: string): Promise<void> {
      await retried(() =>
        pool.query("update ops.replay set state = 'APPLIED', applied_at = now() where id = $1 and state = 'APPLYING'", [id]),
      );
    },
    async close(id: string, state: "STALE"): Promise<void> {
      await retried(() => pool.query("update ops.replay set state = $2 where id = $1 and state = 'PLANNED'", [id, state]));
    },
    /** What has been stored stays; false when there was nothing to cancel. A map that has changed is derived to its end. */
    async cancel(id: string, by: string, reason: string): Promise<boolean> {
      const { rowCount } = await retried(() =>
        pool.query(
          `update ops.replay set state = 'CANCELLED', cancelled_at = now(), cancelled_by = $2, cancel_reason = $3
           where id = $1 and (state in ('PLANNING', 'PLANNED') or (state = 'APPLYING' and kind = 'records'))`,
          [id, by, reason],
        ),
      );
      return rowCount === 1;
    },
    /** Those that are under way, or were interrupted. */
    underWay: (organisation?: string): Promise<readonly Replay[]> =>
      select("state = 'APPLYING' and ($1::text is null or organisation = $1)", [organisation ?? null]),
  };
}

async function startIn(
  client: PoolClient,
  id: string,
  { by, approvedBy, reason, rate }: { by: string; approvedBy: string; reason: string; rate?: number },
): Promise<void> {
  const { rows } = await client.query("select state, plan from ops.replay where id = $1 for update", [id]);
  const replay = rows[0] as { state: ReplayState; plan: ReplayPlan } | undefined;
  // The commit succeeded and its answer was lost.
  if (replay?.state === "APPLYING") return;
  if (replay?.state !== "PLANNED") throw new HubError({ code: "REPLAY_OVER", class: "settings", detail: { replay: id } });
  await client.query(
    "update ops.replay set state = 'APPLYING', started_at = now(), applied_by = $2, reason = $3, rate = $4 where id = $1",
    [id, by, reason, rate ?? null],
  );
  const { change, codes } = replay.plan;
  if (change) {
    await client.query(
      `insert into ops.course_map (id, organisation, course, competence, from_on, to_on, approved_by, recorded_by, reason)
       select r.id, $2, r.course, r.competence, r."from", r."to", $3, $4, $5
       from jsonb_to_recordset($1::jsonb) as r(id uuid, course text, competence text, "from" date, "to" date)`,
      [JSON.stringify(change.add), change.organisation, approvedBy, by, reason],
    );
    await endRows(client, "ops.course_map", change.end, by, reason);
  }
  if (codes) {
    await client.query(
      `insert into ops.code_map (id, organisation, list, code, value, from_on, to_on, approved_by, recorded_by, reason)
       select r.id, $2, r.list, r.code, r.value, r."from", r."to", $3, $4, $5
       from jsonb_to_recordset($1::jsonb) as r(id uuid, list text, code text, value text, "from" date, "to" date)`,
      [JSON.stringify(codes.add), codes.organisation, approvedBy, by, reason],
    );
    await endRows(client, "ops.code_map", codes.end, by, reason);
  }
}

async function endRows(client: PoolClient, table: string, rows: readonly { readonly id: string }[], by: string, reason: string) {
  await client.query(
    `update ${table} set ended_at = now(), ended_by = $2, end_reason = $3 where id = any($1::uuid[]) and ended_at is null`,
    [rows.map((row) => row.id), by, reason],
  );
}
