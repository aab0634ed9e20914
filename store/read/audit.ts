/** Reads of the audit: who saw one person's record, for that person; what an organisation's people did, for its auditor. */
import type { PoolClient } from "pg";

export interface AccessRow {
  readonly key: string;
  readonly at: Date;
  readonly organisation: string | null;
  readonly role: string;
  readonly purpose: string | null;
  readonly kinds: readonly string[];
  readonly decision: "ALLOW" | "DENY" | "PARTIAL";
}

/** The staff member's id, and those that were merged into it: an older look names the older id. */
export async function idsOf(client: PoolClient, staffMember: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>({
    name: "read-ids-of-person",
    text: "select id::text as id from staff.staff_member where id = $1::uuid or merged_into = $1::uuid",
    values: [staffMember],
  });
  return rows.map(({ id }) => id);
}

/**
 * The newest first. Ids that were merged into the person's count as the person's. A row that refused this very person says so,
 * whatever else it showed; the person's own looks are left out unless they are asked for.
 */
export async function readAccessHistory(
  client: PoolClient,
  {
    ids,
    own,
    before,
    limit,
  }: { readonly ids: readonly string[]; readonly own: boolean; readonly before: string | undefined; readonly limit: number },
): Promise<readonly AccessRow[]> {
  const { rows } = await client.query<AccessRow>({
    name: "read-access-history",
    text: `select e.id::text as key, e.at, e.organisation, e.role, e.purpose,
        case when e.staff_members && $1::uuid[] then e.kinds else '{}' end as kinds,
        case when e.staff_members && $1::uuid[] then e.decision else 'DENY' end as decision
      from audit.event e
      where (e.staff_members && $1::uuid[] or e.refused_members && $1::uuid[])
        and ($2 or e.role <> 'self' or e.acting_client is not null or not e.staff_members && $1::uuid[])
        and ($3::bigint is null or e.id < $3::bigint)
      order by e.id desc limit $4`,
    values: [ids, own, before ?? null, limit],
  });
  return rows;
}

export interface AuditRow {
  readonly key: string;
  readonly at: Date;
  /** Of the organisation's own chain; a row of another's says only who used its data, why and how. */
  readonly own: boolean;
  readonly number: string | null;
  readonly operation: string | null;
  readonly fields: readonly string[] | null;
  readonly subject: string | null;
  readonly organisation: string | null;
  readonly role: string;
  readonly actingClient: string | null;
  readonly purpose: string | null;
  readonly decision: "ALLOW" | "DENY" | "PARTIAL";
  readonly reason: string | null;
  readonly kinds: readonly string[] | null;
  readonly staffMembers: readonly string[] | null;
  readonly refusedMembers: readonly string[] | null;
  readonly changes: readonly string[] | null;
  readonly controllers: readonly string[] | null;
  readonly policyVersion: string;
}

/** What the organisation's people did, and what others did with what it controls; the newest first. */
export async function readAuditEvents(
  client: PoolClient,
  {
    organisation,
    from,
    to,
    before,
    limit,
  }: { readonly organisation: string; readonly from: Date; readonly to: Date; readonly before: string | undefined; readonly limit: number },
): Promise<readonly AuditRow[]> {
  const own = (column: string) => `case when e.chain = $1 then ${column} end`;
  const { rows } = await client.query<AuditRow>({
    name: "read-audit-events",
    text: `select e.id::text as key, e.at, e.chain = $1 as own, ${own("e.seq::text")} as number, ${own("e.operation")} as operation,
        ${own("e.fields")} as fields, ${own("e.subject")} as subject, e.organisation, e.role, e.acting_client as "actingClient", e.purpose,
        e.decision, ${own("e.reason")} as reason, ${own("e.kinds")} as kinds, ${own("e.staff_members::text[]")} as "staffMembers",
        ${own("e.refused_members::text[]")} as "refusedMembers", ${own("e.changes")} as changes, ${own("e.controllers")} as controllers,
        e.policy_version as "policyVersion"
      from audit.event e
      where (e.chain = $1 or e.controllers @> array[$1]) and e.at >= $2 and e.at < $3 and ($4::bigint is null or e.id < $4::bigint)
      order by e.id desc limit $5`,
    values: [organisation, from, to, before ?? null, limit],
  });
  return rows;
}
