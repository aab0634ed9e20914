/** Whose rows one organisation holds about a person, and by what they are known. */
import type { PoolClient } from "pg";
import type { Sealer } from "../../platform/secrets";
import { normalisedIdentifier } from "../claims";
import { personTables } from "../record-tables";
import { anyConnection, lastingSchemes, type MarkOf } from "./marks";
import { refusedOf, tombstonesOf } from "./tables";

export interface SourcePersonOf {
  readonly id: string;
  readonly connectionId: string;
  readonly system: string;
  readonly key: string;
}
export interface Subject {
  /** As it was asked for. */
  readonly id: string;
  readonly organisation: string;
  readonly staff: readonly string[];
  readonly persons: readonly SourcePersonOf[];
  readonly records: readonly string[];
  /** Every connection of the organisation. */
  readonly connections: readonly string[];
  /** Keys of records that are held, were refused, or were withdrawn before they came. */
  readonly sources: readonly { readonly c: string; readonly k: string | null; readonly s: string }[];
  readonly refused: readonly string[];
  readonly anchors: readonly string[];
  /** No other organisation holds anything about the person. */
  readonly last: boolean;
}

/** Parameters of every question about a subject; `who` makes them one row. */
export const who = `with who as (select $1::uuid[] as persons, $2::uuid[] as staff, $3::uuid[] as records, $4::text as organisation,
  $5::text[] as connections, $6::jsonb as keys, $7::jsonb as sources, $8::text[] as refused, $9::text[] as anchors, $10::boolean as last)`;
export function valuesOf(subject: Subject): unknown[] {
  return [
    subject.persons.map(({ id }) => id),
    subject.staff,
    subject.records,
    subject.organisation,
    subject.connections,
    JSON.stringify(subject.persons.map(({ connectionId, key }) => ({ c: connectionId, k: key }))),
    JSON.stringify(subject.sources),
    subject.refused,
    subject.anchors,
    subject.last,
  ];
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** `id`: a staff member, or somebody whom a system of the organisation knows and who belongs to nobody yet. */
export async function findSubject(client: PoolClient, sealer: Sealer, id: string, organisation: string): Promise<Subject | undefined> {
  if (!uuid.test(id)) return undefined;
  // Two ids of one person are one person: whoever was merged, whichever id is asked for.
  const { rows: staffRows } = await client.query(
    `with recursive up as (select id, merged_into from staff.staff_member where id = $1
         union select m.id, m.merged_into from staff.staff_member m join up on m.id = up.merged_into),
       down as (select id from up union select m.id from staff.staff_member m join down on m.merged_into = down.id)
     select id::text from down`,
    [id],
  );
  const staff: string[] = staffRows.map((row) => row.id);
  const { rows: persons } = await client.query(
    `select id::text, connection_id as "connectionId", system, source_key as key, staff_member_id::text as staff from staff.source_person
     where controller_org = $2 and (staff_member_id = any($3::uuid[]) or id = $1) order by connection_id, source_key`,
    [id, organisation, staff],
  );
  if (persons.length === 0 && staff.length === 0) return undefined;
  const { rows: others } = await client.query(
    "select exists (select 1 from staff.source_person where staff_member_id = any($1::uuid[]) and controller_org <> $2) as any",
    [staff, organisation],
  );
  const { rows: connections } = await client.query("select id from ops.connection where $1 = any(organisations) order by id", [
    organisation,
  ]);
  const ids = persons.map((row) => row.id);
  const held: { id: string; kind: string; c: string; s: string }[] = [];
  for (const { kind, table } of personTables) {
    const { rows } = await client.query(
      `select id::text, '${kind}' as kind, connection_id as c, source_id as s from ${table} where source_person_id = any($1::uuid[])`,
      [ids],
    );
    held.push(...rows);
  }
  const begun: Subject = {
    id,
    organisation,
    // A source person of somebody else's is that person's business: only one that nobody has is a subject by itself.
    staff,
    persons,
    records: held.map((row) => row.id),
    connections: connections.map((row) => row.id),
    sources: held.map(({ c, kind, s }) => ({ c, k: kind, s })),
    refused: persons.map((row) => sealer.blindIndex("refused", `${organisation}|${row.key}`)),
    anchors: held.map((row) => `${row.kind}:${row.id}`),
    last: staff.length > 0 && !others[0].any,
  };
  // What is left with the hub of somebody whom no system says any more is for those who held the person, not for whoever asks.
  if (persons.length === 0) return begun.last && (await hasHeld(client, staff, organisation)) ? begun : undefined;
  const more = async (table: string, where: string) =>
    (
      await client.query(
        `${who} select t.id::text, t.connection_id as c, t.kind as k, t.source_id as s from ${table} t where ${where}`,
        valuesOf(begun),
      )
    ).rows;
  const refused = await more("ops.refused", refusedOf);
  const buried = await more("ops.tombstone", tombstonesOf);
  return {
    ...begun,
    records: [...begun.records, ...buried.map((row) => row.id)],
    sources: [...begun.sources, ...[...refused, ...buried].map(({ c, k, s }) => ({ c, k, s }))],
    anchors: [...begun.anchors, ...refused.map((row) => `refused:${row.id}`)],
  };
}

async function hasHeld(client: PoolClient, staff: readonly string[], organisation: string): Promise<boolean> {
  const { rows } = await client.query(
    `select exists (select 1 from ops.erasure where organisation = $2 and subject = any($1::uuid[]))
         or exists (select 1 from staff.binding b join staff.source_person p on p.id = b.source_person_id
                    where b.staff_member_id = any($1::uuid[]) and p.controller_org = $2) as held`,
    [staff, organisation],
  );
  return rows[0].held;
}

/** By what the person is known at the door afterwards. */
export async function marksOf(client: PoolClient, sealer: Sealer, subject: Subject): Promise<readonly MarkOf[]> {
  const marks: MarkOf[] = [
    ...subject.persons.map(({ connectionId, key }) => ({ connectionId, scheme: "person", value: key })),
    ...subject.sources.flatMap(({ c, k, s }) => (k === null ? [] : [{ connectionId: c, scheme: "record", value: `${k}|${s}` }])),
  ];
  const { rows } = await client.query(
    `select i.source_person_id::text as person, i.scheme, i.value, i.encrypted from staff.identifier i
     where i.source_person_id = any($1::uuid[]) and i.scheme = any($2::text[])`,
    [subject.persons.map(({ id }) => id), [...lastingSchemes]],
  );
  for (const row of rows) {
    const value: string = row.value ?? (await openIdentifier(sealer, subject.organisation, row.person, row.encrypted));
    if (normalisedIdentifier(value) !== "") marks.push({ connectionId: anyConnection, scheme: row.scheme, value });
  }
  // ESR's own key of the person is the person id, which other systems say as an identifier.
  for (const { system, key } of subject.persons)
    if (system === "esr") marks.push({ connectionId: anyConnection, scheme: "ESR_PERSON_ID", value: key });
  return marks;
}

/** As store/source-persons.ts seals it: the version of the key, then the sealed bytes. */
export async function openIdentifier(sealer: Sealer, organisation: string, person: string, encrypted: Buffer): Promise<string> {
  const version = new Uint32Array(new Uint8Array(encrypted.subarray(0, 4)).buffer)[0]!;
  return (await sealer.open(organisation, version, encrypted.subarray(4), `identifier:${person}`)).toString("utf8");
}
