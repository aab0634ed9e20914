import type { PoolClient } from "pg";
import type { Engagement, Placement, PolicyFacts } from "../access/facts";

/** One person as access decisions need them: policy facts, and at which connections something is bound to them. */
export interface KnownPerson {
  readonly staffMember: string;
  readonly facts: PolicyFacts;
  readonly controllers: readonly string[];
  /** Connection and controller of each source person bound to the staff member. */
  readonly sources: readonly { readonly connectionId: string; readonly controllerOrg: string }[];
}

// One statement for any number of people. Sharing agreements, shares, delegations and the like have no table yet: they
// are empty, so every path that needs them denies.
const peopleStatement = `
select s.id::text as "staffMember",
  (select json_agg(json_build_array(p.connection_id, p.controller_org))
     from staff.source_person p where p.staff_member_id = s.id) as sources,
  (select json_agg(json_build_object('org', a.controller_org, 'kind', a.engagement, 'from', a.valid_from, 'to', a.valid_to,
            'starts', a.starts_on, 'ends', a.ends_on, 'projected', a.projected_hire_on))
     from staff.assignment a join staff.source_person p on p.id = a.source_person_id and p.system = 'esr'
    where a.staff_member_id = s.id and a.source_state <> 'WITHDRAWN') as assignments,
  (select json_object_agg(d.controller_org, d.terminated_on)
     from (select distinct on (controller_org) controller_org, terminated_on from staff.personal_details
            where staff_member_id = s.id and source_state <> 'WITHDRAWN'
            order by controller_org, valid_from desc nulls last) d) as terminations
from unnest($1::uuid[]) as s(id)`;

interface AssignmentRow {
  org: string;
  kind: string;
  from: string | null;
  to: string | null;
  starts: string | null;
  ends: string | null;
  projected: string | null;
}
interface PersonRow {
  staffMember: string;
  sources: [string, string][] | null;
  assignments: AssignmentRow[] | null;
  terminations: Record<string, string | null> | null;
}

const placing = new Set(["HOST_PLACEMENT", "SECONDMENT_IN", "HONORARY"]);

function dayAfter(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

/** The earlier of two exclusive ends; none when neither is known. */
function earlier(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined ? b : b === undefined || a < b ? a : b;
}

function later(a: string | null, b: string | null): string | undefined {
  return (a === null ? b : b === null || a > b ? a : b) ?? undefined;
}

function factsOf(row: PersonRow): Pick<PolicyFacts, "engagements" | "placements"> {
  const engagements: Engagement[] = [];
  const placements: Placement[] = [];
  for (const it of row.assignments ?? []) {
    const start = later(it.from, it.starts) ?? it.projected ?? undefined;
    if (start === undefined) continue;
    const terminated = row.terminations?.[it.org] ?? undefined;
    let end = earlier(it.ends ? dayAfter(it.ends) : undefined, it.to ? dayAfter(it.to) : undefined);
    // A termination before this segment belongs to earlier service: somebody has come back.
    if (terminated && terminated >= start) end = earlier(end, dayAfter(terminated));
    if (placing.has(it.kind)) {
      if (end !== undefined) {
        placements.push({ staffMember: row.staffMember, organisation: it.org, kind: it.kind, startsOn: start, endsBefore: end });
      }
    } else if (it.kind === "PRE_HIRE") {
      // Held since the offer was accepted; it ends with the projected start, when the employment itself begins.
      const accepted = it.from ?? it.starts ?? start;
      const until = earlier(end, it.projected ?? undefined);
      engagements.push({ staffMember: row.staffMember, organisation: it.org, kind: it.kind, acceptedOn: accepted, endsBefore: until });
    } else {
      engagements.push({ staffMember: row.staffMember, organisation: it.org, kind: it.kind, acceptedOn: start, endsBefore: end });
    }
  }
  return { engagements, placements };
}

export async function loadPeople(client: PoolClient, staffMembers: readonly string[]): Promise<KnownPerson[]> {
  const { rows } = await client.query<PersonRow>({ name: "facts-people", text: peopleStatement, values: [staffMembers] });
  return rows.map((row) => ({
    staffMember: row.staffMember,
    facts: { ...factsOf(row), agreements: [], shares: [], delegations: [], objections: [], transfers: [], restrictions: [], approvals: [] },
    controllers: [...new Set((row.sources ?? []).map(([, controllerOrg]) => controllerOrg))],
    sources: (row.sources ?? []).map(([connectionId, controllerOrg]) => ({ connectionId, controllerOrg })),
  }));
}

/** Staff member of an account at a configured issuer; a revoked account belongs to nobody. */
export async function findAccount(client: PoolClient, issuer: string, subject: string): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>({
    name: "facts-account",
    text: `select coalesce(s.merged_into, s.id)::text as id from staff.account a join staff.staff_member s on s.id = a.staff_member_id
            where a.issuer = $1 and a.subject = $2 and a.revoked_at is null`,
    values: [issuer, subject],
  });
  return rows[0]?.id;
}
