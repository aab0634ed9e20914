/** `store.replays`: what a change of a course map would derive anew, as it was shown to a person, and how far it has got. */
import type { Pool, PoolClient } from "pg";
import { HubError } from "../platform/errors";
import type { Sealer } from "../platform/secrets";
import type { RecordKind } from "../schema/kinds";
import type { RecordState } from "../schema/record";
import { uuidList } from "./page-ledger";
import type { StoredRow } from "./page-plan";
import { readRawPages } from "./raw-pages";
import { storedOf } from "./record-tables";
import { inTransaction, retried, violates } from "./transaction";

/** A row of an organisation's course map that is to be stated or ended. */
export interface CourseMapStatement {
  readonly id: string;
  readonly course: string;
  /** Undefined: local learning. */
  readonly competence?: string;
  readonly from?: string;
  readonly to?: string;
}
export interface CourseMapChange {
  readonly organisation: string;
  readonly add: readonly CourseMapStatement[];
  readonly end: readonly CourseMapStatement[];
}

export type Expected = "change" | "unchanged" | "fail" | "expired";

export interface ReplayCounts {
  /** Completions of the course; the sum of the four that follow. */
  readonly completions: number;
  readonly change: number;
  readonly unchanged: number;
  readonly fail: number;
  readonly rawExpired: number;
  /** Awards that come into being or change, and awards that are taken back. */
  readonly awards: number;
  readonly withdrawn: number;
  /** Whose records change. */
  readonly staffMembers: number;
  readonly waitingForPerson: number;
}

export interface ReplayPlan {
  readonly change: CourseMapChange;
  readonly counts: ReplayCounts;
  /** Version of the maps in force when it was planned, by connection. */
  readonly versions: Readonly<Record<string, string>>;
  /** Why something fails: code -> count. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface ReplayItem {
  readonly recordId: string;
  readonly connectionId: string;
  readonly rawPageId: string | undefined;
  readonly rawOrdinal: number | undefined;
  readonly expected: Expected;
  readonly beforeHash: string;
  readonly afterHash: string | undefined;
  /** Digest of everything that the raw record yields afterwards, and of what it no longer yields. */
  readonly yieldHash: string | undefined;
  readonly awards: number;
  readonly code: string | undefined;
}

export type ReplayState = "PLANNED" | "APPLYING" | "APPLIED" | "CANCELLED" | "STALE";
export interface Replay {
  readonly id: string;
  readonly organisation: string;
  readonly subject: string;
  readonly state: ReplayState;
  readonly plan: ReplayPlan;
  readonly plannedAt: Date;
  readonly plannedBy: string;
  readonly appliedAt: Date | undefined;
  readonly appliedBy: string | undefined;
}

/** A completion as it is stored, and where its raw record lies. */
export interface StoredCompletion {
  readonly id: string;
  readonly organisation: string;
  readonly connectionId: string;
  readonly sourceId: string;
  readonly contentHash: string;
  readonly sourceVersion: string;
  readonly state: RecordState;
  readonly rawPageId: string | undefined;
  readonly rawOrdinal: number | undefined;
  readonly sourcePersonId: string;
  readonly staffMemberId: string | undefined;
  readonly title: string;
  readonly completedOn: string;
  readonly mapping: string;
}

/** What is stored under a source id: enough to tell whether a derived record would change it. */
export interface StoredUnder {
  readonly organisation: string;
  readonly sourceId: string;
  readonly validFrom: string | undefined;
  readonly contentHash: string;
  readonly sourceVersion: string;
  readonly state: RecordState;
}

export type RawPage = ReadonlyMap<number, unknown>;

export interface Replays {
  /** All completions of a course that the source stands by, mapped or not. A course is named as its map names it. */
  completionsOf(organisation: string, course: string): Promise<readonly StoredCompletion[]>;
  completions(ids: readonly string[]): Promise<readonly StoredCompletion[]>;
  storedUnder(connectionId: string, kind: RecordKind, sourceIds: readonly string[]): Promise<readonly StoredUnder[]>;
  /** Decrypted; pages that have expired are missing. */
  rawPages(ids: readonly string[], today: string): Promise<ReadonlyMap<string, RawPage>>;
  plan(input: { id: string; subject: string; plan: ReplayPlan; items: readonly ReplayItem[]; by: string }): Promise<void>;
  find(id: string): Promise<Replay | undefined>;
  items(id: string): Promise<readonly ReplayItem[]>;
  /** Stores the change itself; from here on the replay is finished, whatever happens. */
  start(id: string, input: { by: string; approvedBy: string; reason: string }): Promise<void>;
  finish(id: string): Promise<void>;
  close(id: string, state: "STALE" | "CANCELLED"): Promise<void>;
  /** Those that were interrupted. */
  underWay(organisation?: string): Promise<readonly Replay[]>;
}

const completionColumns = `a.id, a.controller_org, a.connection_id, a.source_id, a.content_hash, a.source_version, a.source_state, a.raw_page_id, a.raw_ordinal,
  a.source_person_id, a.staff_member_id, a.title, a.completed_on, a.mapping`;
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export function createReplays(pool: Pool, sealer: Sealer): Replays {
  const select = async (where: string, values: unknown[]): Promise<readonly Replay[]> => {
    const { rows } = await retried(() => pool.query(`select * from ops.replay where ${where} order by planned_at, id`, values));
    return rows.map((row) => ({
      id: row.id,
      organisation: row.organisation,
      subject: row.subject,
      state: row.state,
      plan: row.plan,
      plannedAt: row.planned_at,
      plannedBy: row.planned_by,
      appliedAt: row.applied_at ?? undefined,
      appliedBy: row.applied_by ?? undefined,
    }));
  };
  return {
    async completionsOf(organisation, course) {
      const { rows } = await retried(() =>
        pool.query(
          `with wanted as (select distinct connection_id, course_source_id from learning.achievement
             where controller_org = $1 and (course_code = $2 or 'id:' || course_source_id = $2))
           select ${completionColumns} from wanted w join learning.achievement a on a.controller_org = $1
             and a.connection_id = w.connection_id and a.course_source_id = w.course_source_id
           join ops.connection c on c.id = a.connection_id and c.retired_at is null
           where a.source_state <> 'WITHDRAWN' order by a.id`,
          [organisation, course],
        ),
      );
      return rows.map(completionOf);
    },
    async completions(ids) {
      const { rows } = await retried(() =>
        pool.query(`select ${completionColumns} from learning.achievement a where a.id = any($1::uuid[]) order by a.id`, [uuidList(ids)]),
      );
      return rows.map(completionOf);
    },
    async storedUnder(connectionId, kind, sourceIds) {
      if (sourceIds.length === 0) return [];
      const { rows } = await retried(() => pool.query({ ...storedOf([kind]), values: [connectionId, sourceIds], rowMode: "array" }));
      return (rows as unknown as StoredRow[]).map((row) => ({
        organisation: row[1],
        sourceId: row[2],
        validFrom: row[3] ?? undefined,
        contentHash: row[5],
        sourceVersion: row[6],
        state: row[8] as RecordState,
      }));
    },
    rawPages: (ids, today) => readRawPages(pool, sealer, ids, today),

    async plan({ id, subject, plan, items, by }) {
      const rows = items.map((item) => ({
        r: item.recordId,
        c: item.connectionId,
        p: item.rawPageId,
        n: item.rawOrdinal,
        x: item.expected,
        b: item.beforeHash,
        a: item.afterHash,
        y: item.yieldHash,
        w: item.awards,
        k: item.code,
      }));
      await retried(() =>
        inTransaction(pool, async (client) => {
          await client.query(
            `insert into ops.replay (id, kind, organisation, subject, plan, planned_by) values ($1, 'course-map', $2, $3, $4, $5)
             on conflict (id) do nothing`,
            [id, plan.change.organisation, subject, JSON.stringify(plan), by],
          );
          await client.query(
            `insert into ops.replay_item (replay_id, kind, record_id, connection_id, raw_page_id, raw_ordinal, expected, before_hash, after_hash,
               yield_hash, awards, code)
             select $1, 'achievement', i.r, i.c, i.p, i.n, i.x, i.b, i.a, i.y, i.w, i.k
             from jsonb_to_recordset($2::jsonb) as i(r uuid, c text, p bigint, n integer, x text, b uuid, a uuid, y uuid, w integer, k text)
             on conflict do nothing`,
            [id, JSON.stringify(rows)],
          );
        }),
      );
    },
    find: async (id) => (uuid.test(id) ? (await select("id = $1", [id]))[0] : undefined),
    async items(id) {
      const { rows } = await retried(() => pool.query("select * from ops.replay_item where replay_id = $1 order by record_id", [id]));
      return rows.map((row) => ({
        recordId: row.record_id,
        connectionId: row.connection_id,
        rawPageId: row.raw_page_id ?? undefined,
        rawOrdinal: row.raw_ordinal ?? undefined,
        expected: row.expected,
        beforeHash: row.before_hash,
        afterHash: row.after_hash ?? undefined,
        yieldHash: row.yield_hash ?? undefined,
        awards: row.awards,
        code: row.code ?? undefined,
      }));
    },
    async start(id, said) {
      try {
        await retried(() => inTransaction(pool, (client) => startIn(client, id, said)));
      } catch (error) {
        if (violates(error, "replay_one_at_a_time")) throw new HubError({ code: "REPLAY_BUSY", class: "internal", detail: {} });
        throw error;
      }
    },
    async finish(id) {
      await retried(() =>
        pool.query("update ops.replay set state = 'APPLIED', applied_at = now() where id = $1 and state = 'APPLYING'", [id]),
      );
    },
    async close(id, state) {
      await retried(() => pool.query("update ops.replay set state = $2 where id = $1 and state = 'PLANNED'", [id, state]));
    },
    underWay: (organisation) => select("state = 'APPLYING' and ($1::text is null or organisation = $1)", [organisation ?? null]),
  };
}

async function startIn(
  client: PoolClient,
  id: string,
  { by, approvedBy, reason }: { by: string; approvedBy: string; reason: string },
): Promise<void> {
  const { rows } = await client.query("select state, plan from ops.replay where id = $1 for update", [id]);
  const replay = rows[0] as { state: ReplayState; plan: ReplayPlan } | undefined;
  // The commit succeeded and its answer was lost.
  if (replay?.state === "APPLYING") return;
  if (replay?.state !== "PLANNED") throw new HubError({ code: "REPLAY_OVER", class: "settings", detail: { replay: id } });
  await client.query("update ops.replay set state = 'APPLYING', started_at = now(), applied_by = $2, reason = $3 where id = $1", [
    id,
    by,
    reason,
  ]);
  const { add, end, organisation } = replay.plan.change;
  await client.query(
    `insert into ops.course_map (id, organisation, course, competence, from_on, to_on, approved_by, recorded_by, reason)
     select r.id, $2, r.course, r.competence, r."from", r."to", $3, $4, $5
     from jsonb_to_recordset($1::jsonb) as r(id uuid, course text, competence text, "from" date, "to" date)`,
    [JSON.stringify(add), organisation, approvedBy, by, reason],
  );
  await client.query(
    "update ops.course_map set ended_at = now(), ended_by = $2, end_reason = $3 where id = any($1::uuid[]) and ended_at is null",
    [end.map((row) => row.id), by, reason],
  );
}

// biome-ignore lint/suspicious/noExplicitAny: a row of completionColumns
function completionOf(row: Record<string, any>): StoredCompletion {
  return {
    id: row.id,
    organisation: row.controller_org,
    connectionId: row.connection_id,
    sourceId: row.source_id,
    contentHash: row.content_hash,
    sourceVersion: row.source_version,
    state: row.source_state,
    rawPageId: row.raw_page_id ?? undefined,
    rawOrdinal: row.raw_ordinal ?? undefined,
    sourcePersonId: row.source_person_id,
    staffMemberId: row.staff_member_id ?? undefined,
    title: row.title,
    completedOn: row.completed_on,
    mapping: row.mapping,
  };
}
