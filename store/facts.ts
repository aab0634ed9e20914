import type { PoolClient } from "pg";
import type { Agreement, Engagement, Placement, PolicyFacts } from "../access/facts";
import { addDays } from "../platform/clock";
import { frozenExpression } from "./accounts";

/** One person as access decisions need them: policy facts, and at which connections something is bound to them. */
export interface KnownPerson {
  readonly staffMember: string;
  readonly facts: PolicyFacts;
  readonly controllers: readonly string[];
  /** First day of any assignment by ESR, by organisation. */
  readonly firstDays: ReadonlyMap<string, string>;
  /** Connection and controller of each source person bound to the staff member. */
  readonly sources: readonly { readonly connectionId: string; readonly controllerOrg: string; readonly system: string }[];
}

// One statement for any number of people. Shares, delegations, objections and the like have no table yet: they are empty, so
// every path that needs them denies. Agreements are the same for everybody: the first row carries them. Whether one is in force
// is decided by access; one that has ended is none.
const peopleStatement = `
select s.id::text as "staffMember",
  case when s.n = 1 then (select json_agg(json_build_object('controllerOrg', g.controller_org, 'organisation', g.organisation,
            'labels', g.labels, 'startsOn', g.starts_on, 'endsBefore', g.ends_before,
            'signedByBoth', g.signed_for_controller is not null and g.signed_for_organisation is not null))
     from movement.sharing_agreement g where g.ended_at is null) end as agreements,
  (select json_agg(json_build_object('host', m.host_organisation, 'employer', m.controller_org, 'starts', m.starts_on, 'ends', m.ends_on))
     from movement.placement m where m.staff_member_id = s.id and m.source_state <> 'WITHDRAWN') as placements,
  (select json_agg(json_build_array(p.connection_id, p.controller_org, p.system))
     from staff.source_person p where p.staff_member_id = s.id) as sources,
  (select json_agg(json_build_object('org', a.controller_org, 'kind', a.engagement, 'from', a.valid_from, 'to', a.valid_to,
            'starts', a.starts_on, 'ends', a.ends_on, 'projected', a.projected_hire_on))
     from staff.assignment a join staff.source_person p on p.id = a.source_person_id and p.system = 'esr'
    where a.staff_member_id = s.id and a.source_state <> 'WITHDRAWN') as assignments,
  (select json_object_agg(d.controller_org, d.terminated_on)
     from (select distinct on (controller_org) controller_org, terminated_on from staff.personal_details
            where staff_member_id = s.id and source_state <> 'WITHDRAWN'
            order by controller_org, valid_from desc nulls last) d) as terminations,
  ${frozenExpression("s.id")} as frozen
from unnest($1::uuid[]) with ordinality as s(id, n) order by s.n`;

interface AssignmentRow {
  org: string;
  kind: string;
  from: string | null;
  to: string | null;
  starts: string | null;
  ends: string | null;
  projected: string | null;
}
interface PlacementRow {
  host: string;
  employer: string;
  starts: string;
  ends: string | null;
}
interface AgreementRow extends Omit<Agreement, "endsBefore"> {
  endsBefore: string | null;
}
interface PersonRow {
  staffMember: string;
  agreements: AgreementRow[] | null;
  placements: PlacementRow[] | null;
  sources: [string, string, string][] | null;
  assignments: AssignmentRow[] | null;
  terminations: Record<string, string | null> | null;
  frozen: boolean;
}

const placing = new Set(["HOST_PLACEMENT", "SECONDMENT_IN", "HONORARY"]);
/** Employed now: an offer that was only accepted places nobody elsewhere. */
const employing = new Set(["LEAD_EMPLOYER", "SUBSTANTIVE", "LOCALLY_EMPLOYED"]);

const dayAfter = (day: string) => addDays(day, 1);

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
  placements.push(...placementsOfFeed(row, engagements));
  return { engagements, placements };
}

/**
 * What a placement feed says counts where the organisation that says so employs the person by ESR, and for other organisations
 * than itself: nobody opens a view of somebody else's staff, or of their own, by a line in a file. No end, no place.
 */
function placementsOfFeed(row: PersonRow, engagements: readonly Engagement[]): Placement[] {
  return (row.placements ?? []).flatMap((it) => {
    const employed = engagements.some(
      ({ organisation, kind, acceptedOn, endsBefore }) =>
        organisation === it.employer &&
        employing.has(kind) &&
        (it.ends === null || acceptedOn <= it.ends) &&
        (endsBefore === undefined || endsBefore > it.starts),
    );
    if (!employed || it.host === it.employer || it.ends === null) return [];
    const { staffMember } = row;
    return [{ staffMember, organisation: it.host, kind: "HOST_PLACEMENT", startsOn: it.starts, endsBefore: dayAfter(it.ends) }];
  });
}

function firstDaysOf(row: PersonRow): Map<string, string> {
  const days = new Map<string, string>();
  for (const { org, starts, from, projected } of row.assignments ?? []) {
    const day = starts ?? from ?? projected;
    const known = days.get(org);
    if (day !== null && (known === undefined || day < known)) days.set(org, day);
  }
  return days;
}

/** Only those with a controller of the person's records: a decision about a person never looks through all the others. */
function agreementsFor(row: PersonRow, agreements: readonly Agreement[]): Agreement[] {
  const controllers = new Set((row.sources ?? []).map(([, controllerOrg]) => controllerOrg));
  return agreements.filter((it) => controllers.has(it.controllerOrg));
}

export async function loadPeople(client: PoolClient, staffMembers: readonly string[]): Promise<KnownPerson[]> {
  const { rows } = await client.query<PersonRow>({ name: "facts-people", text: peopleStatement, values: [staffMembers] });
  const agreements = (rows[0]?.agreements ?? []).map((it): Agreement => ({ ...it, endsBefore: it.endsBefore ?? undefined }));
  return rows.map((row) => ({
    staffMember: row.staffMember,
    facts: {
      ...factsOf(row),
      agreements: agreementsFor(row, agreements),
      shares: [],
      delegations: [],
      objections: [],
      transfers: [],
      restrictions: [],
      approvals: [],
      frozen: row.frozen ? [row.staffMember] : [],
    },
    controllers: [...new Set((row.sources ?? []).map(([, controllerOrg]) => controllerOrg))],
    firstDays: firstDaysOf(row),
    sources: (row.sources ?? []).map(([connectionId, controllerOrg, system]) => ({ connectionId, controllerOrg, system })),
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
