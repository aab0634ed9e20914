/** What is different about a page that derives stored raw records anew (PageToStore.rederives). */
import type { PoolClient } from "pg";
import { HubError } from "../platform/errors";
import type { RecordKind } from "../schema/kinds";
import type { KindPlan } from "./page-plan";
import { recordTable } from "./record-tables";
import type { PageToStore } from "./store";

/**
 * Raw records that are stored already are derived anew: nothing was read, so nothing is seen at the source and no raw is
 * copied (what expires expires on its day). Every record of the page must change its row, or nothing is stored.
 */
export interface Rederives {
  readonly rawPageId: string;
  readonly replayId: string;
  /** Items of the replay that this page does: they are done with it, or not at all. */
  readonly items: readonly number[];
  /** Refusals that have gone with it. */
  readonly refusals: readonly string[];
}

type Plans = readonly { readonly kind: RecordKind; readonly plan: KindPlan }[];

/** Between equal versions the other derivation wins, and a re-derivation is always the other one: also when maps are put back. */
export function derivationOf(page: PageToStore): string {
  return page.rederives ? "" : page.derivationVersion;
}

/** Every record of the page was said to change its row; one that does not means that the world is not the one of the plan. */
export function requireExactly(page: PageToStore, plans: Plans): void {
  const changed = plans.reduce((sum, { plan }) => sum + plan.upserts.length + plan.withdrawals.length, 0);
  if (changed === page.records.length && page.refusals.length === 0 && plans.every(({ plan }) => plan.conflicts.length === 0)) return;
  throw new HubError({
    code: "REPLAY_DIVERGED",
    class: "internal",
    detail: { connection: page.connectionId, run: page.runId, page: page.ordinal, expected: page.records.length, got: changed },
  });
}

/** A completion that the source no longer lists stays marked so, and so does what is derived from it. */
export async function keepStates(client: PoolClient, plans: Plans): Promise<void> {
  for (const { kind, plan } of plans) {
    const rows = plan.upserts.flatMap(({ id, entry: { record } }) =>
      record.state === undefined || record.state === "IN_FORCE" ? [] : [{ id, st: record.state }],
    );
    if (rows.length === 0) continue;
    await client.query(
      `update ${recordTable(kind).table} t set source_state = r.st from jsonb_to_recordset($1::jsonb) as r(id uuid, st text) where t.id = r.id`,
      [JSON.stringify(rows)],
    );
  }
}

/** In the transaction of the page: a replay that has been cancelled stores nothing more, and no item is done twice. */
export async function settleItems(client: PoolClient, { replayId, items, refusals }: Rederives, plans: Plans): Promise<void> {
  const { rows } = await client.query("select state from ops.replay where id = $1 for share", [replayId]);
  if (rows[0]?.state !== "APPLYING") throw new HubError({ code: "REPLAY_CANCELLED", class: "settings", detail: { replay: replayId } });
  const { rowCount } = await client.query(
    "update ops.replay_item set outcome = 'changed' where replay_id = $1 and n = any($2::integer[]) and outcome is null",
    [replayId, items],
  );
  if (rowCount !== items.length)
    throw new HubError({
      code: "REPLAY_DIVERGED",
      class: "internal",
      detail: { replay: replayId, expected: items.length, got: rowCount ?? 0 },
    });
  if (refusals.length > 0)
    await client.query("update ops.refused set resolved_at = now() where id = any($1::uuid[]) and resolved_at is null", [refusals]);
  for (const { kind, plan } of plans) {
    // Given again by a replay, or taken back by one: told apart from what the source or a person has withdrawn.
    if (plan.upserts.length > 0)
      await client.query("delete from ops.taken_back where kind = $1 and record_id = any($2::uuid[])", [
        kind,
        plan.upserts.map(({ id }) => id),
      ]);
    if (plan.withdrawals.length > 0)
      await client.query(
        `insert into ops.taken_back (kind, record_id, known_from) select $1, t.id, t.known_from from ${recordTable(kind).table} t
         where t.id = any($2::uuid[]) on conflict (kind, record_id) do update set known_from = excluded.known_from`,
        [kind, plan.withdrawals.map(({ id }) => id)],
      );
  }
}
