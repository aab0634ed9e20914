/** In what an organisation is a party, for its auditor: who has opened what to it or of it, and who is placed there or from there. Ids only. */
import type { PoolClient } from "pg";
import { loadPeople } from "../facts";
import { type EngagementLine, placing } from "./engagement-list";
import { type ShareRow, shareColumns, shareRowOf } from "./shares";

interface Page {
  readonly organisation: string;
  /** Id of the last one before. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** To the organisation, or of somebody of whom it holds a record; that only occupational health knows somebody is health data. */
export async function listSharesOfParty(client: PoolClient, { organisation, after, limit }: Page): Promise<ShareRow[]> {
  const { rows } = await client.query({
    name: "movement-shares-of-party",
    text: `select ${shareColumns} from movement.share h where ($2::uuid is null or h.id > $2) and (h.organisation = $1 or exists (
             select 1 from staff.staff_member s join staff.source_person p on p.staff_member_id = coalesce(s.merged_into, s.id)
              where s.id = h.staff_member_id and p.controller_org = $1 and p.system <> 'oh'))
           order by h.id limit $3`,
    values: [organisation, after ?? null, limit],
  });
  return rows.map(shareRowOf);
}

export interface PlacedPerson {
  readonly staffMember: string;
  /** Those in which the organisation is a party, as they count; none where what was said counts for nobody. */
  readonly placements: readonly EngagementLine[];
}

export async function listPlacedOfParty(client: PoolClient, { organisation, after, limit }: Page): Promise<PlacedPerson[]> {
  const { rows } = await client.query({
    name: "movement-placed-of-party",
    text: `select id::text from (
             select m.staff_member_id as id from movement.placement m where m.source_state <> 'WITHDRAWN' and $1 in (m.host_organisation, m.controller_org)
             union select a.staff_member_id from staff.assignment a
               where a.source_state <> 'WITHDRAWN' and a.controller_org = $1 and a.engagement = any($4)
             union select coalesce(s.merged_into, s.id) from movement.engagement e join staff.staff_member s on s.id = e.staff_member_id
               where e.withdrawn_at is null and e.controller_org = $1 and e.kind = any($4)) placed
           where id is not null and ($2::uuid is null or id > $2) order by id limit $3`,
    values: [organisation, after ?? null, limit, [...placing]],
  });
  const people = new Map(
    (
      await loadPeople(
        client,
        rows.map(({ id }) => id),
      )
    ).map((known) => [known.staffMember, known]),
  );
  return rows.map(({ id }) => ({
    staffMember: id,
    placements: (people.get(id)?.engagements ?? []).filter(
      (line) => placing.has(line.kind) && (line.organisation === organisation || line.controllerOrg === organisation),
    ),
  }));
}
