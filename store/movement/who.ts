/** Who makes a change to what opens a record, as every row keeps it. */
import type { PoolClient } from "pg";

export interface By {
  /** Issuer and subject of the account. */
  readonly subject: string;
  readonly role: string;
  readonly organisation?: string | undefined;
  /** Client that acts for the person. */
  readonly client?: string | undefined;
  readonly reason?: string | undefined;
}

/** Columns of every row that a person can change, and their values from `$n` on. */
export const saidColumns = "changed_at, change, changed_by, changed_role, changed_org, acting_client, reason";

export function saidValues(from: number): string {
  return `clock_timestamp(), ${[0, 1, 2, 3, 4, 5].map((at) => `$${from + at}`).join(", ")}`;
}

export function said(change: string, by: By): unknown[] {
  return [change, by.subject, by.role, by.organisation ?? null, by.client ?? null, by.reason ?? null];
}

/** All ids that stand for a person: its own, and those that were merged into it. */
export const idsOf = (id: string) => `(select m.id from staff.staff_member m where m.id = ${id} or m.merged_into = ${id})`;

/** Changes of one person's shares and the like come one after the other: two at once would not see each other. */
export async function oneAfterTheOther(client: PoolClient, staffMember: string): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtextextended('movement ' || $1, 0))", [staffMember]);
}

export interface Change {
  readonly thingId: string;
  readonly at: Date;
  readonly change: string;
  readonly by: string;
  readonly role: string | undefined;
  readonly organisation: string | undefined;
  readonly client: string | undefined;
  readonly reason: string | undefined;
  /** The row as it stood after the change. */
  readonly row: Readonly<Record<string, unknown>>;
}

/** What became of these, the oldest change first. */
export async function readChanges(client: PoolClient, things: readonly string[]): Promise<Map<string, Change[]>> {
  const found = new Map<string, Change[]>();
  if (things.length === 0) return found;
  const { rows } = await client.query({
    name: "movement-changes",
    text: `select thing_id::text as "thingId", at, change, changed_by as by, changed_role as role, changed_org as organisation,
        acting_client as client, reason, row from movement.change where thing_id = any($1::uuid[]) order by seq`,
    values: [things],
  });
  for (const { role, organisation, client: acting, reason, ...row } of rows) {
    const change: Change = {
      ...row,
      role: role ?? undefined,
      organisation: organisation ?? undefined,
      client: acting ?? undefined,
      reason: reason ?? undefined,
    };
    found.set(change.thingId, [...(found.get(change.thingId) ?? []), change]);
  }
  return found;
}
