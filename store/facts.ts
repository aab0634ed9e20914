import type { PoolClient } from "pg";
import type { Agreement, Delegation, Engagement, Objection, Placement, PolicyFacts, Restriction, Share } from "../access/facts";
import { healthLabels } from "../schema/movement/record-types";
import { frozenExpression } from "./accounts";
import {
  type AnswerSaid,
  type AssignmentSaid,
  type EngagementLine,
  type EngagementSaid,
  engagementsOf,
  type PlacementSaid,
  placing,
  type TransferLine,
  transfersOf,
} from "./movement/engagement-list";

/** One person as access decisions need them: policy facts, and at which connections something is bound to them. */
export interface KnownPerson {
  readonly staffMember: string;
  readonly facts: PolicyFacts;
  /** Why which organisation has the person: ESR, the placement feed and HR in one list. */
  readonly engagements: readonly EngagementLine[];
  readonly transfers: readonly TransferLine[];
  readonly controllers: readonly string[];
  /** First day of any assignment by ESR, by organisation. */
  readonly firstDays: ReadonlyMap<string, string>;
  /** Connection and controller of each source person bound to the staff member. */
  readonly sources: readonly { readonly connectionId: string; readonly controllerOrg: string; readonly system: string }[];
}

/**
 * One statement for any number of people, nothing of it kept from one request to the next. Agreements are the same for everybody:
 * the first row carries them. Whether one is in force is decided by access; one that has ended is none. What was said of an id
 * that was merged into the person's is the person's.
 */
const peopleStatement = `
select s.id::text as "staffMember",
  case when s.n = 1 then (select json_agg(json_build_object('controllerOrg', g.controller_org, 'organisation', g.organisation,
            'labels', g.labels, 'startsOn', g.starts_on, 'endsBefore', g.ends_before, 'reference', g.reference,
            'placementLeadDays', g.placement_lead_days, 'placementGraceDays', g.placement_grace_days,
            'signedByBoth', g.signed_for_controller is not null and g.signed_for_organisation is not null))
     from movement.sharing_agreement g where g.ended_at is null) end as agreements,
  (select json_agg(json_build_object('id', m.id, 'host', m.host_organisation, 'employer', m.controller_org, 'starts', m.starts_on, 'ends', m.ends_on,
            'accepted', exists (select 1 from movement.feed_acceptance f where f.placement_id = m.id and f.staff_member_id = any(i.ids)
              and f.controller_org = m.controller_org and f.withdrawn_at is null
              and (f.host_organisation, f.starts_on, f.ends_on) = (m.host_organisation, m.starts_on, m.ends_on))))
     from movement.placement m where m.staff_member_id = s.id and m.source_state <> 'WITHDRAWN') as placements,
  (select json_agg(json_build_array(p.connection_id, p.controller_org, p.system))
     from staff.source_person p where p.staff_member_id = s.id) as sources,
  (select json_agg(json_build_object('id', a.id, 'org', a.controller_org, 'kind', a.engagement, 'from', a.valid_from, 'to', a.valid_to,
            'starts', a.starts_on, 'ends', a.ends_on, 'projected', a.projected_hire_on, 'offer', a.connection_id || '|' || a.source_id))
     from staff.assignment a join staff.source_person p on p.id = a.source_person_id and p.system = 'esr'
    where a.staff_member_id = s.id and a.source_state <> 'WITHDRAWN') as assignments,
  (select json_object_agg(d.controller_org, d.terminated_on)
     from (select distinct on (controller_org) controller_org, terminated_on from staff.personal_details
            where staff_member_id = s.id and source_state <> 'WITHDRAWN'
            order by controller_org, valid_from desc nulls last) d) as terminations,
  (select json_agg(json_build_object('id', e.id, 'org', e.controller_org, 'kind', e.kind, 'starts', e.starts_on, 'ends', e.ends_before,
            'reason', e.reason))
     from movement.engagement e where e.staff_member_id = any(i.ids) and e.withdrawn_at is null) as engagements,
  (select json_agg(json_build_object('id', h.id, 'organisation', h.organisation, 'labels', h.labels, 'startsOn', h.starts_on,
            'endsBefore', h.ends_before, 'madeAt', h.made_at))
     from movement.share h where h.staff_member_id = any(i.ids) and h.revoked_at is null) as shares,
  (select json_agg(json_build_object('client', c.client, 'labels', c.labels, 'startsOn', c.starts_on))
     from movement.client_approval c where c.staff_member_id = any(i.ids) and c.revoked_at is null) as delegations,
  (select json_agg(json_build_object('labels', o.labels, 'madeAt', o.made_at, 'overruledBy',
            array(select d.controller_org from movement.objection_decision d where d.objection_id = o.id and d.decision = 'OVERRULED')))
     from movement.objection o where o.staff_member_id = any(i.ids) and o.withdrawn_at is null) as objections,
  (select json_agg(json_build_object('org', t.organisation, 'offer', t.offer, 'answer', t.answer))
     from movement.transfer_answer t where t.staff_member_id = any(i.ids)) as answers,
  (select json_agg(json_build_object('controllerOrg', r.controller_org, 'labels', r.labels))
     from ops.restriction r where r.staff_member_id = any(i.ids) and r.lifted_at is null) as restrictions,
  ${frozenExpression("s.id")} as frozen
from unnest($1::uuid[]) with ordinality as s(id, n)
cross join lateral (select s.id || array(select m.id from staff.staff_member m where m.merged_into = s.id) as ids) i
order by s.n`;

interface AgreementRow extends Omit<Agreement, "endsBefore" | "placementLeadDays" | "placementGraceDays"> {
  endsBefore: string | null;
  placementLeadDays: number | null;
  placementGraceDays: number | null;
}
interface PersonRow {
  staffMember: string;
  agreements: AgreementRow[] | null;
  placements: PlacementSaid[] | null;
  sources: [string, string, string][] | null;
  assignments: AssignmentSaid[] | null;
  terminations: Record<string, string | null> | null;
  engagements: EngagementSaid[] | null;
  shares: Omit<Share, "staffMember" | "revoked">[] | null;
  delegations: Omit<Delegation, "staffMember" | "endsBefore">[] | null;
  objections: (Omit<Objection, "staffMember"> & { overruledBy: string[] })[] | null;
  answers: AnswerSaid[] | null;
  restrictions: Omit<Restriction, "staffMember">[] | null;
  frozen: boolean;
}

/** What a transfer may carry (access tables, `portable`); which of it opens to whom is decided there. */
const transferable = ["R1", "R2", "R3", "R5", "R7"] as const;

function factsOf(row: PersonRow, lines: readonly EngagementLine[], transfers: readonly TransferLine[]): Omit<PolicyFacts, "agreements"> {
  const { staffMember } = row;
  const engagements: Engagement[] = [];
  const placements: Placement[] = [];
  for (const { organisation, kind, startsOn, acceptedOn, endsBefore, master } of lines) {
    if (!placing.has(kind)) engagements.push({ staffMember, organisation, kind, acceptedOn, endsBefore, master });
    // No end, no place.
    else if (endsBefore !== undefined) placements.push({ staffMember, organisation, kind, startsOn, endsBefore, master });
  }
  return {
    engagements,
    placements,
    shares: (row.shares ?? []).map((it) => ({ ...it, staffMember, revoked: false })),
    delegations: (row.delegations ?? []).map((it) => ({ ...it, staffMember, endsBefore: undefined })),
    objections: (row.objections ?? []).flatMap((it) => objectionsOf(staffMember, it)),
    transfers: transfers.map(({ organisation, acceptedOn, endsBefore, answer }) => ({
      staffMember,
      organisation,
      labels: transferable,
      acceptedOn,
      endsBefore,
      answer,
      state: answer === "NO" ? "DECLINED" : "OPEN",
    })),
    restrictions: (row.restrictions ?? []).map((it) => ({ ...it, staffMember })),
    // A second person's yes counts for an act, which asks for it by its own subject (approvals.ts).
    approvals: [],
    frozen: row.frozen ? [staffMember] : [],
  };
}

/** Nobody decides against an objection to health data; against one to other types each controller may, for its own records. */
function objectionsOf(staffMember: string, { labels, madeAt, overruledBy }: NonNullable<PersonRow["objections"]>[number]): Objection[] {
  const health = labels.filter((label) => healthLabels.has(label));
  const other = labels.filter((label) => !healthLabels.has(label));
  return [
    ...(health.length > 0 ? [{ staffMember, labels: health, madeAt }] : []),
    ...(other.length > 0 ? [{ staffMember, labels: other, madeAt, overruledBy }] : []),
  ];
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
  const agreements = (rows[0]?.agreements ?? []).map(agreementOf);
  return rows.map((row) => {
    const engagements = engagementsOf({
      assignments: row.assignments ?? [],
      terminations: row.terminations ?? {},
      placements: row.placements ?? [],
      engagements: row.engagements ?? [],
    });
    const transfers = transfersOf(engagements, row.answers ?? []);
    return {
      staffMember: row.staffMember,
      facts: { ...factsOf(row, engagements, transfers), agreements: agreementsFor(row, agreements) },
      engagements,
      transfers,
      controllers: [...new Set((row.sources ?? []).map(([, controllerOrg]) => controllerOrg))],
      firstDays: firstDaysOf(row),
      sources: (row.sources ?? []).map(([connectionId, controllerOrg, system]) => ({ connectionId, controllerOrg, system })),
    };
  });
}

function agreementOf({ endsBefore, placementLeadDays, placementGraceDays, ...it }: AgreementRow): Agreement {
  return {
    ...it,
    endsBefore: endsBefore ?? undefined,
    ...(placementLeadDays === null ? {} : { placementLeadDays }),
    ...(placementGraceDays === null ? {} : { placementGraceDays }),
  };
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
