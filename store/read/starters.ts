/** Who may belong to a rotation: ids only. Which of their starts do, and who may know of them, is decided afterwards. */
import type { PoolClient } from "pg";

/** More people than this do not start in one organisation within two weeks. */
const mostStarters = 2000;

const startsOn = `coalesce(case when a.engagement = 'PRE_HIRE' then a.projected_hire_on end, a.starts_on)`;
const places = `('HOST_PLACEMENT', 'SECONDMENT_IN', 'HONORARY')`;

const statements = {
  /** Placed there by a feed, or by the organisation's own ESR; or with an offer. */
  ARRIVING: `select m.staff_member_id as id from movement.placement m
       where m.host_organisation = $1 and m.starts_on between $2::date and $3::date and m.source_state <> 'WITHDRAWN'
     union select a.staff_member_id from staff.assignment a
       where a.controller_org = $1 and (a.engagement in ${places} or a.engagement = 'PRE_HIRE')
         and ${startsOn} between $2::date and $3::date and a.source_state <> 'WITHDRAWN'`,
  /** Placed elsewhere by the organisation's own feed; or employed here and by another's ESR placed there. */
  LEAVING: `select m.staff_member_id as id from movement.placement m
       where m.controller_org = $1 and m.host_organisation <> $1 and m.starts_on between $2::date and $3::date and m.source_state <> 'WITHDRAWN'
     union select a.staff_member_id from staff.assignment a
       where a.controller_org <> $1 and a.engagement in ${places} and ${startsOn} between $2::date and $3::date and a.source_state <> 'WITHDRAWN'
         and exists (select from staff.assignment o where o.staff_member_id = a.staff_member_id and o.controller_org = $1
           and o.engagement not in ${places} and o.engagement <> 'PRE_HIRE' and o.source_state <> 'WITHDRAWN')`,
} as const;

export async function listStarters(
  client: PoolClient,
  side: keyof typeof statements,
  window: { readonly organisation: string; readonly from: string; readonly to: string },
): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>({
    name: `list-starters-${side.toLowerCase()}`,
    text: `select distinct s.id::text as id from (${statements[side]}) s where s.id is not null order by 1 limit ${mostStarters}`,
    values: [window.organisation, window.from, window.to],
  });
  return rows.map((row) => row.id);
}
