/** ops.replay_item: what a replay does, raw record by raw record, and how far it has got. Walked in pages, never as a whole. */
import type { Pool, PoolClient } from "pg";
import { anchorsOf, type Selection } from "./replay-selection";
import { inTransaction, retried } from "./transaction";

export type Expected = "change" | "unchanged" | "fail" | "expired";
export type Outcome = "changed" | "already-there" | "moved-on";

/** One raw record, and what was chosen of it: "<kind>:<record id>" or "refused:<id>". */
export interface ReplayItem {
  readonly n: number;
  readonly connectionId: string;
  readonly rawPageId: string | undefined;
  readonly rawOrdinal: number | undefined;
  readonly anchors: readonly string[];
  readonly sourcePersonId: string | undefined;
  readonly staffMemberId: string | undefined;
  readonly yieldHash: string | undefined;
}
export interface ItemPlanned {
  readonly n: number;
  readonly expected: Expected;
  readonly yieldHash: string | undefined;
  readonly changes: number;
  readonly awards: number;
  readonly withdrawn: number;
  readonly code: string | undefined;
}
export interface ReplayProgress {
  readonly chosen: number;
  /** Of those, planned. */
  readonly lookedAt: number;
  readonly changed: number;
  readonly alreadyThere: number;
  readonly movedOn: number;
  readonly left: number;
}
/** What has moved since the plan. */
export interface ReplayDifferences {
  readonly added: number;
  readonly changed: number;
  readonly gone: number;
  readonly expired: number;
}

const itemColumns = "n, connection_id, raw_page_id, raw_ordinal, anchors, source_person_id, staff_member_id, yield_hash";

// biome-ignore lint/suspicious/noExplicitAny: a row of itemColumns
const itemOf = (row: Record<string, any>): ReplayItem => ({
  n: row.n,
  connectionId: row.connection_id,
  rawPageId: row.raw_page_id ?? undefined,
  rawOrdinal: row.raw_ordinal ?? undefined,
  anchors: row.anchors,
  sourcePersonId: row.source_person_id ?? undefined,
  staffMemberId: row.staff_member_id ?? undefined,
  yieldHash: row.yield_hash ?? undefined,
});

/** One item for each raw record; `connectors`: connection -> name/version of the connector that reads it now. */
export async function insertItems(
  client: PoolClient,
  replayId: string,
  selection: Selection,
  connectors: Readonly<Record<string, string>>,
): Promise<void> {
  const values: unknown[] = [replayId, JSON.stringify(connectors)];
  await client.query(
    `insert into ops.replay_item (replay_id, n, connection_id, raw_page_id, raw_ordinal, anchors, prints, source_person_id, staff_member_id, older)
     select $1, row_number() over (order by connection_id, raw_page_id, raw_ordinal, anchors), connection_id, raw_page_id, raw_ordinal, anchors, prints,
       source_person_id, staff_member_id, older
     from (select connection_id, raw_page_id, raw_ordinal, array_agg(anchor order by anchor) as anchors, array_agg(print order by anchor) as prints,
         (array_agg(source_person_id) filter (where source_person_id is not null))[1] as source_person_id,
         (array_agg(staff_member_id) filter (where staff_member_id is not null))[1] as staff_member_id,
         coalesce(bool_or(split_part(derivation_version, '+', 1) <> ($2::jsonb ->> connection_id)), false) as older
       from (${anchorsOf(selection, values)}) a
       group by connection_id, raw_page_id, raw_ordinal, case when raw_page_id is null then anchor end) g`,
    values,
  );
}

/**
 * Items that have just been put there are taken for a few: the planner would sort all that are left for each page of them. The
 * index has them in order.
 */
const inOrder = "begin; set local enable_bitmapscan = off; set local enable_sort = off";

export function createReplayItems(pool: Pool) {
  const page = (text: string, values: unknown[]) =>
    retried(() => inTransaction(pool, async (client) => (await client.query(text, values)).rows.map(itemOf), inOrder));
  return {
    /** In the order of work, those of one connection together; none once the plan has been cancelled. */
    toPlan: (replayId: string, after: number, limit: number) =>
      page(
        `select ${itemColumns} from ops.replay_item where replay_id = $1 and n > $2 and expected = 'pending'
           and exists (select 1 from ops.replay where id = $1 and state = 'PLANNING') order by n limit $3`,
        [replayId, after, limit],
      ),
    /** Planned to change, and not done. */
    left: (replayId: string, connectionId: string, after: number, limit: number) =>
      page(
        `select ${itemColumns} from ops.replay_item where replay_id = $1 and connection_id = $2 and n > $3 and expected = 'change' and outcome is null
         order by n limit $4`,
        [replayId, connectionId, after, limit],
      ),
    async connectionsLeft(replayId: string): Promise<readonly string[]> {
      const { rows } = await retried(() =>
        pool.query(
          "select distinct connection_id from ops.replay_item where replay_id = $1 and expected = 'change' and outcome is null order by 1",
          [replayId],
        ),
      );
      return rows.map((row) => row.connection_id);
    },
    /** A connection has left the configuration since: nobody knows how to read its records, and the replay ends without them. */
    async leaveRetired(replayId: string): Promise<void> {
      await retried(() =>
        pool.query(
          `update ops.replay_item i set outcome = 'moved-on' from ops.connection c
           where i.replay_id = $1 and i.expected = 'change' and i.outcome is null and c.id = i.connection_id and c.retired_at is not null`,
          [replayId],
        ),
      );
    },
    /** Those with something that is not offered, because its raw record is not there. */
    async connectionsExpired(replayId: string): Promise<readonly string[]> {
      const { rows } = await retried(() =>
        pool.query("select distinct connection_id from ops.replay_item where replay_id = $1 and expected = 'expired' order by 1", [
          replayId,
        ]),
      );
      return rows.map((row) => row.connection_id);
    },
    async planned(replayId: string, items: readonly ItemPlanned[]): Promise<void> {
      const rows = items.map(({ n, expected, yieldHash, changes, awards, withdrawn, code }) => ({
        n,
        x: expected,
        y: yieldHash,
        c: changes,
        a: awards,
        w: withdrawn,
        k: code,
      }));
      await retried(() =>
        pool.query(
          `update ops.replay_item i set expected = r.x, yield_hash = r.y, changes = r.c, awards = r.a, withdrawn = r.w, code = r.k
           from jsonb_to_recordset($2::jsonb) as r(n integer, x text, y uuid, c integer, a integer, w integer, k text)
           where i.replay_id = $1 and i.n = r.n`,
          [replayId, JSON.stringify(rows)],
        ),
      );
    },
    /**
     * A newer raw record of the source's says what this one said: the item is about that one. Answers whether it has been joined
     * to an item that is about it already.
     */
    redirect: (replayId: string, n: number, rawPageId: string, rawOrdinal: number): Promise<boolean> =>
      retried(() =>
        inTransaction(pool, async (client) => {
          const { rowCount } = await client.query(
            `update ops.replay_item other set anchors = other.anchors || own.anchors, prints = other.prints || own.prints
             from ops.replay_item own where own.replay_id = $1 and own.n = $2 and other.replay_id = $1 and other.connection_id = own.connection_id
               and other.raw_page_id = $3 and other.raw_ordinal = $4`,
            [replayId, n, rawPageId, rawOrdinal],
          );
          const joined = (rowCount ?? 0) > 0;
          if (joined) await client.query("delete from ops.replay_item where replay_id = $1 and n = $2", [replayId, n]);
          else
            await client.query("update ops.replay_item set raw_page_id = $3, raw_ordinal = $4 where replay_id = $1 and n = $2", [
              replayId,
              n,
              rawPageId,
              rawOrdinal,
            ]);
          return joined;
        }),
      ),
    async mark(replayId: string, items: readonly number[], outcome: Outcome): Promise<void> {
      if (items.length === 0) return;
      await retried(() =>
        pool.query("update ops.replay_item set outcome = $3 where replay_id = $1 and n = any($2::integer[]) and outcome is null", [
          replayId,
          items,
          outcome,
        ]),
      );
    },
    async progress(replayId: string): Promise<ReplayProgress> {
      const { rows } = await retried(() =>
        pool.query(
          `select count(*)::int as chosen, count(*) filter (where expected <> 'pending')::int as "lookedAt",
             count(*) filter (where outcome = 'changed')::int as changed, count(*) filter (where outcome = 'already-there')::int as "alreadyThere",
             count(*) filter (where outcome = 'moved-on')::int as "movedOn", count(*) filter (where expected = 'change' and outcome is null)::int as left
           from ops.replay_item where replay_id = $1`,
          [replayId],
        ),
      );
      return rows[0];
    },
    /** The same selection again, compared with what was planned: in the database, whatever their number. */
    async differences(replayId: string, selection: Selection, today: string): Promise<ReplayDifferences> {
      const values: unknown[] = [replayId, today];
      const { rows } = await retried(() =>
        pool.query(
          `with planned as (select u.anchor, u.print from ops.replay_item i, unnest(i.anchors, i.prints) as u(anchor, print) where i.replay_id = $1),
             now as (${anchorsOf(selection, values)})
           select count(*) filter (where planned.anchor is null)::int as added, count(*) filter (where now.anchor is null)::int as gone,
             count(*) filter (where planned.print <> now.print)::int as changed,
             (select count(*)::int from ops.replay_item i where i.replay_id = $1 and i.expected <> 'expired' and i.raw_page_id is not null
               and not exists (select 1 from ops.raw_page p where p.id = i.raw_page_id and p.expires_on >= $2::date)) as expired
           from planned full join now on now.anchor = planned.anchor`,
          values,
        ),
      );
      return rows[0];
    },
  };
}
