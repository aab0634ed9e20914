/** The parts of the staff record, one statement each. */
import type { FactsOfKind, RecordKind } from "../../schema/kinds";
import { asOfStatement } from "./as-of";
import { type DeliveryOfRecord, deliveriesItem, type JudgementOfRecord, judgementsItem } from "./esr";
import { partStatement, type ReadRecord } from "./part";

type Read<K extends RecordKind> = FactsOfKind<K> & ReadRecord;

export interface LearningRow {
  readonly staffMember: string;
  readonly "competence-award": readonly Read<"competence-award">[] | null;
  readonly achievement: readonly Read<"achievement">[] | null;
  readonly deliveries: readonly DeliveryOfRecord[] | null;
  readonly judgements: readonly JudgementOfRecord[] | null;
}
export const learningPart = partStatement(
  "learning",
  [{ kind: "competence-award", withdrawn: true }, { kind: "achievement" }],
  [deliveriesItem, judgementsItem],
);

/** Without the ledger towards ESR, which tells how far an award has come by now. */
export const learningAsOf = asOfStatement("learning", [{ kind: "competence-award", withdrawn: true }, { kind: "achievement" }]);

export interface HealthRow {
  readonly staffMember: string;
  readonly immunisation: readonly Read<"immunisation">[] | null;
  readonly "clinical-test": readonly Read<"clinical-test">[] | null;
  readonly observation: readonly Read<"observation">[] | null;
  readonly clearance: readonly Read<"clearance">[] | null;
}
const healthKinds = [
  // Withdrawn ones too: a dose that one source has taken back and another stands by is disputed.
  { kind: "immunisation", withdrawn: true },
  { kind: "clinical-test" },
  { kind: "observation" },
  { kind: "clearance" },
] as const;
export const healthPart = partStatement("health", healthKinds);
export const healthAsOf = asOfStatement("health", healthKinds);

export interface ChecksRow {
  readonly staffMember: string;
  readonly "employment-check": readonly Read<"employment-check">[] | null;
  readonly "professional-registration": readonly Read<"professional-registration">[] | null;
}
const checksKinds = [{ kind: "employment-check" }, { kind: "professional-registration" }] as const;
export const checksPart = partStatement("checks", checksKinds);
export const checksAsOf = asOfStatement("checks", checksKinds);

export interface SourcePersonRow {
  readonly id: string;
  readonly controllerOrg: string;
  readonly connectionId: string;
  readonly system: string;
  readonly given: string | null;
  readonly family: string | null;
  readonly birthDate: string | null;
  readonly identifiers: readonly { readonly scheme: string; readonly value: string | null; readonly encrypted: string | null }[] | null;
}
export interface PositionRow {
  readonly id: string;
  readonly number: string | null;
  readonly name: string | null;
  readonly staffGroup: string | null;
  readonly jobRole: string | null;
  readonly occupationCode: string | null;
  readonly hiringStatus: string | null;
}
export type AssignmentRow = Read<"assignment"> & { readonly position: PositionRow | null };
export interface StaffRow {
  readonly staffMember: string;
  readonly people: readonly SourcePersonRow[] | null;
  readonly assignment: readonly AssignmentRow[] | null;
}
const position = `(select json_build_object('id', q.id, 'number', q.number, 'name', q.name, 'staffGroup', q.staff_group, 'jobRole', q.job_role,
    'occupationCode', q.occupation_code, 'hiringStatus', q.hiring_status)
  from staff.position q
  where q.connection_id = r.connection_id and q.source_id = r.position_source_id and q.controller_org = r.controller_org
  order by (coalesce(q.valid_from <= $4::date, true) and coalesce(q.valid_to >= $4::date, true)) desc, q.valid_from desc nulls last limit 1)`;
const people = `(select json_agg(json_build_object('id', p.id, 'controllerOrg', p.controller_org, 'connectionId', p.connection_id, 'system', p.system,
    'given', p.given_name, 'family', p.family_name, 'birthDate', p.birth_date, 'identifiers',
    (select json_agg(json_build_object('scheme', i.scheme, 'value', i.value, 'encrypted', encode(i.encrypted, 'base64')) order by i.first_seen_at)
       from staff.identifier i where i.source_person_id = p.id)))
  from staff.source_person p where p.staff_member_id = s.staff and p.controller_org = any(s.open_r1 || s.open_r1s || s.open_r2)) as people`;
export const staffPart = partStatement("staff", [{ kind: "assignment", extra: [["position", position]] }], [people]);

export const assignmentsAsOf = asOfStatement("assignments", [{ kind: "assignment" }]);

export type PlacementRow = Read<"placement">;
export interface MovementRow {
  readonly staffMember: string;
  readonly placement: readonly PlacementRow[] | null;
}
export const movementPart = partStatement("movement", [{ kind: "placement" }]);
