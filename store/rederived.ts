/** What is different about a page that derives stored raw records anew (PageToStore.rederives). */
import type { PoolClient } from "pg";
import { HubError } from "../platform/errors";
import type { RecordKind } from "../schema/kinds";
import type { KindPlan } from "./page-plan";
import { recordTable } from "./record-tables";
import type { PageToStore } from "./store";

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
