/** The statements of each record kind, generated once from the record classes; prepared by name on each connection. */
import { definitionOfKind, healthKinds, type RecordKind, recordKinds } from "../schema/kinds";
import { fetchedAt, fetchedLength } from "./version";

export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface RecordTable {
  readonly kind: RecordKind;
  /** Quoted, with its schema. */
  readonly table: string;
  /** Its unique constraint over the business key. */
  readonly key: string;
  readonly aboutStaffMember: boolean;
  readonly fieldNames: readonly string[];
  /** ($1 ids) -> what history keeps of a row that is about to change. */
  readonly before: Statement;
  /** StoredRow as an array; `ids` is the parameter with the source ids, $1 the connection. */
  stored(ids: string): string;
  /** ($1 connection, $2 derivation version, $3 raw page, $4 rows as JSON): new rows. Not COPY, which knows no row-level security. */
  readonly insert: Statement;
  /** What of a page is stored just so (page-compare.ts); `first` is the number of the first of its parameters. */
  compare(first: number): string;
  /** `rows` is the parameter with the rows as JSON; $1 connection, $2 derivation version, $3 raw page. */
  upsert(rows: string): string;
  /** ($1 rows {id, v} as JSON, $2 raw page): withdrawal; rows of a newer version stay. */
  readonly withdraw: Statement;
  /** ($1 rows {id, v} as JSON): the vendor raised its version without changing the facts. */
  readonly touch: Statement;
  /** ($1 ids) -> waiting, and flagged rows among them. */
  readonly recount: Statement;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

function tableOf(kind: RecordKind): RecordTable {
  const { schema, table, fields, subject } = definitionOfKind(kind);
  const name = `${quoted(schema)}.${quoted(table)}`;
  const columns = fields.map((field) => quoted(field.column));
  const common = [
    "id",
    "controller_org",
    "staff_member_id",
    "source_person_id",
    "connection_id",
    "source_id",
    "content_hash",
    "source_version",
    "derivation_version",
    "valid_from",
    "valid_to",
    "source_state",
    "provenance_id",
    "raw_page_id",
    "raw_ordinal",
  ];
  // known_from and known_at move with every change; controller, connection, source id and valid_from are the key.
  const overwritten = [
    "staff_member_id",
    "source_person_id",
    "content_hash",
    "source_version",
    "derivation_version",
    "valid_to",
    "known_from",
    "known_at",
    "source_state",
    "provenance_id",
    "raw_page_id",
    "raw_ordinal",
    ...columns,
  ];
  /** The rows of a parameter, in the order of common and columns. */
  const given = (rows: string) =>
    `select r.id, r.o, r.m, r.p, $1, r.s, r.h, r.v, $2, r.b, r.e, 'IN_FORCE', r.w, $3::bigint, r.n${fields.map((_, i) => `, r.f${i}`).join("")}
        from json_to_recordset(${rows}::json) as r(id uuid, o text, m uuid, p uuid, s text, h uuid, v text, b date, e date, w integer, n integer${fields
          .map((field, i) => `, f${i} ${field.columnType}`)
          .join("")})`;
  return {
    kind,
    table: name,
    key: `${schema}_${table}_key`,
    aboutStaffMember: subject === "staff-member",
    fieldNames: fields.map((field) => field.name),
    stored: (ids) =>
      `select id, controller_org, source_id, valid_from, valid_to, content_hash, source_version, derivation_version, source_state,
        source_person_id, staff_member_id, provenance_id, '${kind}' from ${name} where connection_id = $1 and source_id = any(${ids}::text[])`,
    insert: {
      name: `insert:${kind}`,
      text: `insert into ${name} (${[...common, ...columns].join(", ")}) ${given("$4")}`,
    },
    // "offset 0" leaves one way only: each key by the index. Of an empty table the planner would rather read all rows first, and
    // keep to that while the table grows.
    // The vendor's part of a version is all but "|" and the instant of our fetch, which has a fixed length.
    compare: (n) =>
      `select '${kind}', count(*) filter (where same)::int, count(*) filter (where same and ${subject === "staff-member" ? "staff_member_id is null" : "false"})::int,
        coalesce(string_agg(id::text, ',') filter (where same), ''),
        coalesce(string_agg(n::text, ',') filter (where same), ''), coalesce(string_agg(n::text, ',') filter (where not same), '')
        from (select r.n, t.id, t.staff_member_id, t.content_hash = r.h and t.source_state = 'IN_FORCE' and t.valid_from is not distinct from r.b
            and t.valid_to is not distinct from r.e and t.provenance_id = coalesce(r.w, $${n + 8}::integer)
            and (t.source_person_id is null or r.p is null or t.source_person_id = r.p)
            and left(t.source_version, -${fetchedLength}) >= r.v as same
          from unnest($${n}::text[], $${n + 1}::uuid[], $${n + 2}::text[], $${n + 3}::uuid[], $${n + 4}::date[], $${n + 5}::date[], $${n + 6}::text[], $${n + 7}::integer[])
            with ordinality as r(s, h, v, p, b, e, o, w, n)
          cross join lateral (select * from ${name} t where t.connection_id = $1 and t.source_id = r.s
            and t.controller_org = coalesce(r.o, $${n + 9}::text) offset 0) t) j`,
    before: {
      name: `before:${kind}`,
      text: `select id, controller_org, source_version, derivation_version, content_hash, valid_from, valid_to, known_from, source_state,
        provenance_id, coalesce(known_at, ${fetchedAt("source_version")})::text as known_at,
        jsonb_strip_nulls(jsonb_build_object(${fields.map((field) => `'${field.name}', ${quoted(field.column)}`).join(", ")}))::text as facts
        from ${name} where id = any($1::uuid[])`,
    },
    upsert: (rows) =>
      `insert into ${name} as t (${[...common, ...columns].join(", ")})
        ${given(rows)}
        on conflict on constraint ${quoted(`${schema}_${table}_key`)} do update set ${overwritten
          .map((column) => `${column} = excluded.${column}`)
          .join(", ")}
        where t.id = excluded.id and t.source_version <= excluded.source_version returning 1`,
    withdraw: {
      name: `withdraw:${kind}`,
      text: `update ${name} t set source_state = 'WITHDRAWN', source_version = r.v, known_from = nextval('ops.knowing'), known_at = now(), raw_page_id = $2::bigint,
        raw_ordinal = r.n from jsonb_to_recordset($1::jsonb) as r(id uuid, v text, n integer) where t.id = r.id and t.source_version <= r.v`,
    },
    touch: {
      name: `touch:${kind}`,
      text: `update ${name} t set source_version = r.v from jsonb_to_recordset($1::jsonb) as r(id uuid, v text)
        where t.id = r.id and t.source_version < r.v`,
    },
    recount: {
      name: `recount:${kind}`,
      text: `select count(*) filter (where ${subject === "staff-member" ? "staff_member_id is null" : "false"})::int as waiting,
        count(*) filter (where source_state in ('NOT_AT_SOURCE', 'SUSPECTED'))::int as flagged from ${name} where id = any($1::uuid[])`,
    },
  };
}

export const recordTables: ReadonlyMap<RecordKind, RecordTable> = new Map(recordKinds.map((kind) => [kind, tableOf(kind)]));
export const personTables: readonly RecordTable[] = [...recordTables.values()].filter((table) => table.aboutStaffMember);

/**
 * Where operations count what waits for its person, of the connections of a parameter ("null": of all). Health records by a
 * function that tells where they are and never what they say: operations have no right to their tables.
 */
export function waitingOf({ kind, table }: RecordTable, connections: string): string {
  return healthKinds.has(kind) ? `guard.health_waiting('${kind}', ${connections}::text[])` : table;
}

export function recordTable(kind: RecordKind): RecordTable {
  return recordTables.get(kind)!;
}

/** One round trip for all kinds of a page: pages of one connection nearly always have the same kinds. */
export function storedOf(kinds: readonly RecordKind[]): Statement {
  return remembered(`stored:${kinds.join("+")}`, () => kinds.map((kind, i) => recordTable(kind).stored(`$${2 + i}`)).join(" union all "));
}

/** Ten parameters a kind, after $1, the connection. */
export const compareParameters = 10;
export function compareOf(kinds: readonly RecordKind[]): Statement {
  return remembered(`compare:${kinds.join("+")}`, () =>
    kinds.map((kind, i) => recordTable(kind).compare(2 + i * compareParameters)).join(" union all "),
  );
}

/** Answers the number of rows written. */
export function upsertOf(kinds: readonly RecordKind[]): Statement {
  return remembered(
    `upsert:${kinds.join("+")}`,
    () =>
      `with ${kinds.map((kind, i) => `k${i} as (${recordTable(kind).upsert(`$${4 + i}`)})`).join(", ")}
       select ${kinds.map((_, i) => `(select count(*) from k${i})`).join(" + ")} as written`,
  );
}

const statements = new Map<string, Statement>();
function remembered(kinds: string, text: () => string): Statement {
  let statement = statements.get(kinds);
  if (!statement) {
    // PostgreSQL cuts names at 63 bytes: numbers, not kinds.
    statement = { name: `${kinds.slice(0, 6)}:${statements.size}`, text: text() };
    statements.set(kinds, statement);
  }
  return statement;
}
