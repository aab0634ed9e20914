/** How much of each organisation's staff the hub reaches: counts of people, nobody's record. */
import type { PoolClient } from "pg";

export interface CoverageRow {
  readonly organisation: string;
  readonly assignments: number;
  /** People with an active assignment. */
  readonly people: number;
  /** Of these, bound to somebody in an LMS, or an occupational health system, of this organisation. */
  readonly inLms: number;
  readonly inHealth: number;
  /** People of an LMS of this organisation who are bound to nobody. */
  readonly unknownToEsr: number;
  /** Awards that ESR should hold, and those it has acknowledged (or told us back). */
  readonly eligible: number;
  readonly acknowledged: number;
  readonly shadowed: number;
}

/** An assignment in force today: not an offer, not ended, in the segment that covers the day. $2 is the day. */
export const activeAssignment = `a.source_state <> 'WITHDRAWN' and a.engagement <> 'PRE_HIRE' and (a.status is null or a.status = 'ACTIVE_ASSIGN')
  and (a.valid_from is null or a.valid_from <= $2::date) and (a.valid_to is null or a.valid_to >= $2::date)
  and (a.starts_on is null or a.starts_on <= $2::date) and (a.ends_on is null or a.ends_on >= $2::date)`;

/** One statement for any number of organisations. */
export async function readCoverage(client: PoolClient, organisations: readonly string[], today: string): Promise<CoverageRow[]> {
  const { rows } = await client.query<CoverageRow>({
    name: "operations-coverage",
    text: `with active as (select a.controller_org as org, a.staff_member_id as member, count(*) as n from staff.assignment a
             where a.controller_org = any($1::text[]) and a.staff_member_id is not null and ${activeAssignment} group by 1, 2),
           linked as (select distinct p.controller_org as org, p.staff_member_id as member, p.system from staff.source_person p
             where p.controller_org = any($1::text[]) and p.system in ('lms', 'oh') and p.staff_member_id is not null),
           people as (select a.org, sum(a.n) as assignments, count(*) as people, count(l.member) as in_lms, count(h.member) as in_oh
             from active a left join linked l on l.org = a.org and l.member = a.member and l.system = 'lms'
             left join linked h on h.org = a.org and h.member = a.member and h.system = 'oh' group by a.org),
           unknown as (select p.controller_org as org, count(*) as n from staff.source_person p
             where p.controller_org = any($1::text[]) and p.system = 'lms' and p.staff_member_id is null group by 1),
           esr as (select e.organisation as org, count(*) as eligible, count(*) filter (where e.state in ('ACKNOWLEDGED', 'RETURNED')) as acknowledged,
             count(*) filter (where e.state = 'SHADOWED') as shadowed
             from ops.esr_delivery e where e.organisation = any($1::text[]) and e.state <> 'DROPPED' group by 1)
           select o.org as organisation, coalesce(p.assignments, 0)::float8 as assignments, coalesce(p.people, 0)::float8 as people,
             coalesce(p.in_lms, 0)::float8 as "inLms", coalesce(p.in_oh, 0)::float8 as "inHealth", coalesce(u.n, 0)::float8 as "unknownToEsr",
             coalesce(e.eligible, 0)::float8 as eligible, coalesce(e.acknowledged, 0)::float8 as acknowledged, coalesce(e.shadowed, 0)::float8 as shadowed
           from unnest($1::text[]) with ordinality as o(org, at) left join people p on p.org = o.org left join unknown u on u.org = o.org
           left join esr e on e.org = o.org order by o.at`,
    values: [organisations, today],
  });
  return rows;
}
