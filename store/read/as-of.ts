/**
 * A part of the staff record as the hub knew it at an instant: one statement for any number of people, like part.ts. What
 * decides the order is the sequence; instants only say where in that order the question stands, so a clock that jumped back
 * shortens a version's time and never reorders it.
 *
 * A record belonged to the person from the instant on which it was bound, not from its arrival: bound later means not there
 * yet. Who may read is decided by today's policy, and what has been unlinked since is not theirs, whatever was believed then.
 */
import type { PoolClient } from "pg";
import type { Sealer } from "../../platform/secrets";
import { definitionOfKind, type RecordKind } from "../../schema/kinds";
import { historyAad } from "../history";
import { fetchedAt } from "../version";
import { type KindSelection, type Opening, openFor, openingsRow, type PartStatement, provenanceObject, recordsPerKind } from "./part";

export interface AsOf {
  readonly at: Date;
  /** The day whose segments are told, of sources that date-track. */
  readonly day: string;
}

/** Where the facts told were superseded since: sealed, opened only for rows that are returned. */
interface SealedFacts {
  readonly id: string;
  readonly org: string;
  readonly key: number;
  readonly facts: string;
}

function recordsAsOf({ kind, withdrawn, extra = [] }: KindSelection): string {
  const definition = definitionOfKind(kind);
  const members = [
    "'id', r.id",
    "'controllerOrg', r.controller_org",
    "'connectionId', r.connection_id",
    "'sourceState', r.state_then",
    // Facts of the row as it is now must not leave where others were in force then.
    ...definition.fields.map((field) => `'${field.name}', case when r.version_facts is null then to_json(r.${field.column}) end`),
    ...extra.map(([name, sql]) => `'${name}', ${sql}`),
    `'provenance', ${provenanceObject}`,
    `'sealed', case when r.version_facts is not null then json_build_object('id', r.id, 'org', r.version_org, 'key', r.version_key,
       'facts', encode(r.version_facts, 'base64')) end`,
  ];
  return `(select json_agg(json_build_object(${members.join(", ")}))
    from (select distinct on (t.connection_id, t.controller_org, t.source_id) t.*, coalesce(c.state, t.source_state) as state_then,
             v.facts as version_facts, v.key_org as version_org, v.key_version as version_key,
             coalesce(v.provenance_id, t.provenance_id) as provenance_then
           from ${definition.schema}.${definition.table} t
           left join lateral (select * from ops.record_version v where v.record_id = t.id and v.known_from is not null and v.superseded_at > $5
             order by v.known_to limit 1) v on true
           left join lateral (select c.state from ops.state_change c where c.record_id = t.id and c.until_at > $5 order by c.until_position limit 1) c on true
           cross join lateral (select case when v.record_id is null then t.valid_to else v.valid_to end as ends_on) e
           where t.staff_member_id = s.staff and t.controller_org = any(${openFor(definition.access)})
             and coalesce(v.known_at, t.known_at, ${fetchedAt("t.source_version")}) <= $5
             and exists (select 1 from staff.binding b join staff.staff_member m on m.id = b.staff_member_id
               where b.source_person_id = t.source_person_id and coalesce(m.merged_into, m.id) = s.staff
                 and b.from_at <= $5 and (b.to_at is null or b.to_at > $5))
             ${withdrawn ? "" : "and coalesce(c.state, t.source_state) <> 'WITHDRAWN'"}
           order by t.connection_id, t.controller_org, t.source_id,
             (coalesce(t.valid_from <= $4::date, true) and coalesce(e.ends_on >= $4::date, true)) desc, t.valid_from desc nulls last
           limit ${recordsPerKind}) r
    left join ops.provenance p on p.id = r.provenance_then) as "${kind}"`;
}

export function asOfStatement(name: string, kinds: readonly KindSelection[]): PartStatement & { readonly kinds: readonly RecordKind[] } {
  return {
    name: `part-${name}-as-of`,
    kinds: kinds.map(({ kind }) => kind),
    text: `select s.staff::text as "staffMember", ${kinds.map(recordsAsOf).join(",\n  ")} from ${openingsRow}`,
  };
}

export type AsOfStatement = ReturnType<typeof asOfStatement>;

export async function readPartAsOf<Row extends { readonly staffMember: string }>(
  client: PoolClient,
  statement: AsOfStatement,
  openings: readonly Opening[],
  asOf: AsOf,
): Promise<Row[]> {
  const { rows } = await client.query<Row>({
    name: statement.name,
    text: statement.text,
    values: [
      openings.map((it) => it.staffMember),
      openings.map((it) => it.controllerOrg),
      openings.map((it) => it.label),
      asOf.day,
      asOf.at.toISOString(),
    ],
  });
  return rows;
}

export interface VersionReader {
  /** Puts the facts of superseded versions into rows of `readPartAsOf`. Outside the transaction: keys may have to be loaded. */
  open<Row extends { readonly staffMember: string }>(rows: readonly Row[], kinds: readonly RecordKind[]): Promise<Row[]>;
}

export function versionReader(sealer: Pick<Sealer, "open">): VersionReader {
  const opened = async (kind: RecordKind, record: { readonly sealed?: SealedFacts | null }): Promise<unknown> => {
    const { sealed, ...rest } = record;
    if (!sealed) return rest;
    const facts = await sealer.open(sealed.org, sealed.key, Buffer.from(sealed.facts, "base64"), historyAad(kind, sealed.id));
    return { ...rest, ...(JSON.parse(facts.toString()) as object) };
  };
  return {
    open: (rows, kinds) =>
      Promise.all(
        rows.map(async (row) => {
          const whole: Record<string, unknown> = { ...row };
          for (const kind of kinds) {
            const records = whole[kind] as readonly { readonly sealed?: SealedFacts | null }[] | null;
            if (records) whole[kind] = await Promise.all(records.map((record) => opened(kind, record)));
          }
          return whole as typeof row;
        }),
      ),
  };
}
