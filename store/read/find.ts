import type { PoolClient } from "pg";

/** The staff member an id stands for today: ids resolve for ever, also after a merge. */
export async function findStaffMember(client: PoolClient, id: string): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>({
    name: "find-staff-member",
    text: "select coalesce(merged_into, id)::text as id from staff.staff_member where id = $1::uuid",
    values: [id],
  });
  return rows[0]?.id;
}

export interface Known {
  readonly id: string;
  readonly controllerOrg: string;
  readonly system: string;
}

/** More people than this share an identifier only by mistake. */
const mostHolders = 20;

/**
 * Where staff members are known by an identifier: in an organisation's systems, or in any for national schemes. Which of these
 * the caller may hear of is decided before anybody counts them.
 */
export async function findByIdentifier(
  client: PoolClient,
  scheme: string,
  valueIndex: string,
  organisation: string | undefined,
): Promise<readonly Known[]> {
  const { rows } = await client.query<Known>({
    name: "find-by-identifier",
    text: `select distinct coalesce(s.merged_into, s.id)::text as id, p.controller_org as "controllerOrg", p.system
             from staff.identifier i
             join staff.source_person p on p.id = i.source_person_id
             join staff.staff_member s on s.id = p.staff_member_id
            where i.scheme = $1 and i.value_index = $2 and ($3::text is null or p.controller_org = $3) limit ${mostHolders}`,
    values: [scheme, valueIndex, organisation ?? null],
  });
  return rows;
}

/** Staff members with an assignment at an organisation, in stable order, after a key. */
export async function listStaffMembers(
  client: PoolClient,
  organisation: string,
  after: string | undefined,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>({
    name: "list-staff-members",
    text: `select distinct a.staff_member_id::text as id, a.staff_member_id as key from staff.assignment a
            where a.controller_org = $1 and a.staff_member_id is not null and a.source_state <> 'WITHDRAWN'
              and ($2::uuid is null or a.staff_member_id > $2::uuid)
            order by key limit $3`,
    values: [organisation, after ?? null, limit],
  });
  return rows.map((row) => row.id);
}
