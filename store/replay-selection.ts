/** Which records and refusals a replay is about, as one statement: nothing is listed in this process. */
import { type RecordKind, recordKinds } from "../schema/kinds";
import { recordTable } from "./record-tables";
import { fetchedLength } from "./version";

/** At least one of these; what is given narrows. */
export interface ReplayFilter {
  readonly record?: string;
  readonly refusal?: string;
  readonly connection?: string;
  readonly organisation?: string;
  readonly kind?: RecordKind;
  /** Code of a refusal: records that stand are not meant. */
  readonly code?: string;
  /** ISO instants at which the hub read the record. */
  readonly since?: string;
  readonly until?: string;
}

export type Selection =
  | { readonly filter: ReplayFilter }
  /** All completions of these courses that the source stands by, mapped or not. A course is named as its map names it. */
  | { readonly organisation: string; readonly courses: readonly string[] }
  /** What was refused for these codes, or came in by them. */
  | { readonly organisation: string; readonly codes: readonly CodeOfList[] };
export interface CodeOfList {
  readonly list: string;
  readonly code: string;
  /** What it means by the row that begins or ends. */
  readonly value: string;
  readonly ends: boolean;
}

/** Facts that keep the vendor's own code, or what a code map says it is: the only records that a code map can change. */
const factsOfList: Readonly<Record<string, readonly [kind: RecordKind, column: string]>> = {
  vaccines: ["immunisation", "vaccine"],
  "clinical tests": ["clinical-test", "test"],
  competences: ["competence-award", "competence"],
};

/** Columns: anchor, print, connection_id, raw_page_id, raw_ordinal, source_person_id, staff_member_id, derivation_version, controller_org. */
export function anchorsOf(selection: Selection, values: unknown[]): string {
  const parameter = (value: unknown) => `$${values.push(value)}`;
  if ("courses" in selection) {
    const organisation = parameter(selection.organisation);
    const courses = parameter(selection.courses);
    return records(
      "achievement",
      `t.controller_org = ${organisation} and (t.connection_id, t.course_source_id) in (select connection_id, course_source_id
         from learning.achievement where controller_org = ${organisation} and (course_code = any(${courses}::text[]) or 'id:' || course_source_id = any(${courses}::text[])))`,
    );
  }
  if ("codes" in selection) {
    const organisation = parameter(selection.organisation);
    const codes = parameter(JSON.stringify(selection.codes));
    const named = `(select 1 from jsonb_to_recordset(${codes}::jsonb) as m(list text, code text, value text, ends boolean)`;
    const facts = [...new Set(selection.codes.map(({ list }) => list))].flatMap((list) =>
      factsOfList[list] ? [{ list, kind: factsOfList[list][0], column: factsOfList[list][1] }] : [],
    );
    return [
      refusals(
        `f.controller_org = ${organisation} and f.code = 'CODE_UNKNOWN' and exists ${named} where m.list = f.expected and m.code = f.got)`,
      ),
      // The code itself is nowhere in the facts. Once refused for it, taken back with it, or, where a row ends, whatever stands under
      // its value: what came by another way stays as it is.
      ...facts.map(({ list, kind, column }) =>
        records(
          kind,
          `t.controller_org = ${organisation} and (exists ${named} where m.list = '${list}' and m.value = t.${column} and (m.ends or t.source_state = 'WITHDRAWN')) or exists (select 1 from ops.refused f where f.connection_id = t.connection_id and f.kind = '${kind}'
             and f.source_id = t.source_id and f.code = 'CODE_UNKNOWN' and exists ${named} where m.list = f.expected and m.code = f.got)))`,
          true,
        ),
      ),
    ].join(" union all ");
  }
  const { record, refusal, connection, organisation, kind, code, since, until } = selection.filter;
  const both: string[] = [];
  if (connection !== undefined) both.push(`X.connection_id = ${parameter(connection)}`);
  if (organisation !== undefined) both.push(`X.controller_org = ${parameter(organisation)}`);
  const readAt = (version: string) => `right(${version}, ${fetchedLength - 1})`;
  const when = (version: string) => [
    ...(since === undefined ? [] : [`${readAt(version)} >= ${parameter(since)}`]),
    ...(until === undefined ? [] : [`${readAt(version)} < ${parameter(until)}`]),
  ];
  const parts: string[] = [];
  if (refusal === undefined && code === undefined) {
    const where = [...both.map((one) => one.replace("X.", "t.")), ...when("t.source_version")];
    if (record !== undefined) where.push(`t.id = ${parameter(record)}::uuid`);
    for (const one of kind === undefined ? recordKinds : [kind]) parts.push(records(one, where.join(" and ") || "true"));
  }
  if (record === undefined) {
    const where = [...both.map((one) => one.replace("X.", "f.")), ...when("f.source_version")];
    if (refusal !== undefined) where.push(`f.id = ${parameter(refusal)}::uuid`);
    if (code !== undefined) where.push(`f.code = ${parameter(code)}`);
    if (kind !== undefined) where.push(`f.kind = ${parameter(kind)}`);
    parts.push(refusals(where.join(" and ") || "true"));
  }
  return parts.join(" union all ");
}

const uuidOfText = (text: string) => `md5(${text})::uuid`;

/** `orTakenBack`: also what an earlier change of a map has taken back. */
function records(kind: RecordKind, where: string, orTakenBack = false): string {
  const takenBack = `exists (select 1 from ops.taken_back b where b.kind = '${kind}' and b.record_id = t.id and b.known_from = t.known_from)`;
  return `select '${kind}:' || t.id as anchor,
      ${uuidOfText("concat_ws('|', t.content_hash, t.valid_to, t.source_state, t.raw_page_id, t.raw_ordinal)")} as print, t.connection_id, t.raw_page_id,
      t.raw_ordinal, t.source_person_id, t.staff_member_id, t.derivation_version, t.controller_org
    from ${recordTable(kind).table} t join ops.connection c on c.id = t.connection_id and c.retired_at is null
    where (t.source_state <> 'WITHDRAWN'${orTakenBack ? ` or ${takenBack}` : ""}) and ${where}`;
}

function refusals(where: string): string {
  return `select 'refused:' || f.id as anchor, ${uuidOfText("concat_ws('|', f.code, f.raw_page_id, f.raw_ordinal)")} as print, f.connection_id,
      f.raw_page_id, f.raw_ordinal, null::uuid as source_person_id, null::uuid as staff_member_id, null::text as derivation_version, f.controller_org
    from ops.refused f join ops.connection c on c.id = f.connection_id and c.retired_at is null where f.resolved_at is null and ${where}`;
}
