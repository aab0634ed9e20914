/**
 * One statement per part of the staff record: any number of people, any number of kinds, json_agg per kind. Joining the
 * kinds instead would multiply the children of a person and costs hundreds of times the CPU.
 */
import type { PoolClient } from "pg";
import { definitionOfKind, type RecordKind } from "../../schema/kinds";
import type { RecordState } from "../../schema/record";
import type { Access } from "../../schema/registry";

/** A row about a person that the caller may see: person, controller, and the label under which it was opened. */
export interface Opening {
  readonly staffMember: string;
  readonly controllerOrg: string;
  readonly label: Access;
}

export interface ProvenanceRow {
  readonly origin: string | null;
  readonly assurancePolicy: string | null;
  readonly assuranceOutcome: string | null;
  readonly provider: string | null;
  readonly verifier: string | null;
  readonly method: string | null;
  readonly pedigree: string | null;
}

/** The common columns that reading needs, beside the facts of the kind. */
export interface ReadRecord {
  readonly id: string;
  readonly controllerOrg: string;
  readonly connectionId: string;
  readonly sourceState: RecordState;
  readonly provenance: ProvenanceRow;
}

/** A person's own list is plain; this bounds what a broken source can make of it. */
export const recordsPerKind = 500;

/** Over `p`. */
export const provenanceObject = `json_build_object('origin', p.origin, 'assurancePolicy', p.assurance_policy, 'assuranceOutcome', p.assurance_outcome,
  'provider', p.provider, 'verifier', p.verifier, 'method', p.method, 'pedigree', p.pedigree)`;

export interface KindSelection {
  readonly kind: RecordKind;
  /** Withdrawn rows too, where "withdrawn here, in force there" has to be told. */
  readonly withdrawn?: boolean;
  /** Further members of the json object: name, SQL over `r`. */
  readonly extra?: readonly (readonly [name: string, sql: string])[];
}

/** Name of the array of controllers that are open for a label in the `s` row. */
export function openFor(label: Access): string {
  return `s.open_${label.toLowerCase()}`;
}

function recordsOf({ kind, withdrawn, extra = [] }: KindSelection): string {
  const definition = definitionOfKind(kind);
  const members = [
    "'id', r.id",
    "'controllerOrg', r.controller_org",
    "'connectionId', r.connection_id",
    "'sourceState', r.source_state",
    ...definition.fields.map((field) => `'${field.name}', r.${field.column}`),
    ...extra.map(([name, sql]) => `'${name}', ${sql}`),
    `'provenance', ${provenanceObject}`,
  ];
  // Date-tracked records: the segment of today, else the nearest; one row per record of the source.
  return `(select json_agg(json_build_object(${members.join(", ")}))
    from (select distinct on (t.connection_id, t.controller_org, t.source_id) t.* from ${definition.schema}.${definition.table} t
           where t.staff_member_id = s.staff and t.controller_org = any(${openFor(definition.access)})
             ${withdrawn ? "" : "and t.source_state <> 'WITHDRAWN'"}
           order by t.connection_id, t.controller_org, t.source_id,
             (coalesce(t.valid_from <= $4::date, true) and coalesce(t.valid_to >= $4::date, true)) desc, t.valid_from desc nulls last
           limit ${recordsPerKind}) r
    left join ops.provenance p on p.id = r.provenance_id) as "${kind}"`;
}

const labels: readonly Access[] = ["R1", "R1s", "R2", "R3", "R4", "R5", "R7"];

export interface PartStatement {
  readonly name: string;
  readonly text: string;
}

/** `s`: a person, and per label the controllers whose rows are open. */
export const openingsRow = `(select o.staff, ${labels
  .map((label) => `coalesce(array_agg(o.org) filter (where o.label = '${label}'), '{}') as open_${label.toLowerCase()}`)
  .join(", ")}
        from unnest($1::uuid[], $2::text[], $3::text[]) as o(staff, org, label) group by o.staff) s`;

/** `further` are select items over `s` (staff, open_r1, open_r2 ...). */
export function partStatement(name: string, kinds: readonly KindSelection[], further: readonly string[] = []): PartStatement {
  const text = `select s.staff::text as "staffMember", ${[...kinds.map(recordsOf), ...further].join(",\n  ")}
from ${openingsRow}`;
  return { name: `part-${name}`, text };
}

export async function readPart<Row extends { readonly staffMember: string }>(
  client: PoolClient,
  statement: PartStatement,
  openings: readonly Opening[],
  today: string,
): Promise<Row[]> {
  const { rows } = await client.query<Row>({
    name: statement.name,
    text: statement.text,
    values: [openings.map((it) => it.staffMember), openings.map((it) => it.controllerOrg), openings.map((it) => it.label), today],
  });
  return rows;
}
