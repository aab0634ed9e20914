/**
 * Where something about a person stands, by the database's own catalogue: a table that names people by the usual columns is
 * found by itself, every other table is listed here with what it holds, and one that is neither stops an export and an erasure.
 */
import type { PoolClient } from "pg";
import { HubError } from "../../platform/errors";

/** What an erasure does with the rows found. */
export type OnErasure =
  | "erase"
  /** Of the person, not of one controller: goes when no other controller holds anything about the person. */
  | "with-the-last"
  /** Stays, and says why: ids and references only. */
  | "stays";

export interface PersonTable {
  /** With its schema. */
  readonly table: string;
  /** Of the row t; `who` has persons, staff, records, organisation, connections, keys, sources, refused, anchors and last. */
  readonly where: string;
  /** Of what is exported, where that is more. */
  readonly exportWhere?: string;
  readonly onErasure: OnErasure;
  /** Why it stays. */
  readonly why?: string;
}

const persons = "t.source_person_id = any((select persons from who)::uuid[])";
const staff = "t.staff_member_id = any((select staff from who)::uuid[])";
const record = "t.record_id = any((select records from who)::uuid[])";
const source = (kind: string, id: string) =>
  `exists (select 1 from jsonb_to_recordset((select sources from who)) as s(c text, k text, s text)
     where s.c = t.connection_id and s.k is not distinct from ${kind} and s.s = ${id})`;
const keyed = (column: string) =>
  `exists (select 1 from jsonb_to_recordset((select keys from who)) as k(c text, k text)
     where k.c = t.connection_id and k.k = ${column})`;
/** Natural keys begin with the vendor's key of the person, or hold it between bars. */
const namesKey = `exists (select 1 from jsonb_to_recordset((select keys from who)) as k(c text, k text)
     where k.c = t.connection_id and (starts_with(t.source_id, k.k || '|') or k.k = any(string_to_array(t.source_id, '|'))
       or right(t.source_id, length(k.k) + 1) = ':' || k.k))`;
const receipt = `(exists (select 1 from jsonb_array_elements(t.records) r where ${source("(r->>'kind')", "(r->>'sourceId')")})
  or ${keyed("t.vendor_id")} or exists (select 1 from jsonb_to_recordset((select sources from who)) as s(c text, k text, s text)
     where s.c = t.connection_id and (s.s = t.vendor_id or right(s.s, length(t.vendor_id) + 1) = ':' || t.vendor_id)))`;
export const refusedOf = `t.connection_id = any((select connections from who)::text[]) and (t.person = any((select refused from who)::text[])
  or ${source("t.kind", "t.source_id")} or (t.person is null and ${namesKey}))`;
export const tombstonesOf = `t.controller_org = (select organisation from who) and (${source("t.kind", "t.source_id")} or ${namesKey})`;

const both = `(${persons} or ((select last from who) and ${staff}))`;

/** Tables that the usual columns do not tell enough of. What is found by another of them stands before it. */
export const special: readonly PersonTable[] = [
  {
    table: "ops.esr_delivery",
    where: `(t.esr_source_person_id = any((select persons from who)::uuid[]) or ${record})`,
    onErasure: "erase",
  },
  {
    table: "ops.esr_judgement",
    where: `(${record} or (${staff} and t.organisation = (select organisation from who)))`,
    onErasure: "erase",
  },
  { table: "ops.esr_judged", where: `${staff} and t.organisation = (select organisation from who)`, onErasure: "erase" },
  { table: "ops.held_absence_record", where: record, onErasure: "erase" },
  { table: "ops.state_change", where: record, onErasure: "erase" },
  { table: "ops.taken_back", where: record, onErasure: "erase" },
  { table: "ops.record_version", where: record, onErasure: "erase" },
  { table: "ops.tombstone", where: tombstonesOf, onErasure: "erase" },
  {
    table: "ops.replay_item",
    where: `(${persons} or t.anchors && (select anchors from who))`,
    onErasure: "erase",
  },
  { table: "ops.refused", where: refusedOf, onErasure: "erase" },
  {
    table: "ops.intake_request",
    where: `t.id in (select t.request_id from ops.receipt t where t.connection_id = any((select connections from who)::text[]) and ${receipt})`,
    onErasure: "erase",
  },
  { table: "ops.receipt", where: `t.connection_id = any((select connections from who)::text[]) and ${receipt}`, onErasure: "erase" },
  {
    table: "ops.vendor_event",
    where: `t.organisation = (select organisation from who) and (${keyed("t.subject")} or ${keyed("t.event_id")})`,
    onErasure: "erase",
  },
  {
    // How what the person, or the controller's HR, said came to what holds now.
    table: "movement.change",
    where: `${staff} and (t.row->>'controller_org' = (select organisation from who) or (select last from who))`,
    exportWhere: `${staff} and coalesce(t.row->>'controller_org', (select organisation from who)) = (select organisation from who)`,
    onErasure: "erase",
  },
  { table: "staff.match_proposal", where: both, onErasure: "erase" },
  { table: "staff.link_refusal", where: both, onErasure: "erase" },
  { table: "staff.binding", where: both, onErasure: "erase" },
  { table: "staff.source_person", where: "t.id = any((select persons from who)::uuid[])", onErasure: "erase" },
  {
    table: "staff.merge",
    where: "(t.from_staff_member = any((select staff from who)::uuid[]) or t.into_staff_member = any((select staff from who)::uuid[]))",
    onErasure: "stays",
    why: "ids of the hub only: that two were one resolves for ever",
  },
  {
    table: "staff.staff_member",
    where: "t.id = any((select staff from who)::uuid[])",
    onErasure: "stays",
    why: "an id and nothing else: the audit names it",
  },
  {
    table: "audit.event",
    // What was looked at of this organisation's, and what its own people did: what others did with their own is theirs to tell.
    where: `t.staff_members && (select staff from who)::uuid[] and (t.organisation = (select organisation from who)
      or (select organisation from who) = any(t.controllers) or (t.organisation is null and t.controllers = '{}'))`,
    onErasure: "stays",
    why: "who saw what and why, with ids and never a value: the controller has to account for it (UK GDPR, article 5(2))",
  },
  {
    table: "ops.approval",
    where:
      "t.organisation = (select organisation from who) and t.subject = any((select array_agg(x::text) from unnest((select staff from who) || (select persons from who)) x)::text[])",
    onErasure: "stays",
    why: "who asked for and who approved it: ids and the controller's reference",
  },
  {
    table: "ops.erasure",
    where:
      "t.organisation = (select organisation from who) and (t.subject = any((select staff from who)::uuid[]) or t.subject = any((select persons from who)::uuid[]))",
    onErasure: "stays",
    why: "that it was done, by whose instruction, and how many rows went",
  },
];

/** Tables that hold nothing about a person, or nothing by which one could be found. Every other table has to be told of here. */
export const aboutNobody: Readonly<Record<string, string>> = {
  "staff.position": "posts, whoever holds them",
  "staff.organisational_unit": "parts of an organisation",
  "staff.location": "places",
  "learning.competence_definition": "names of competences",
  "movement.sharing_agreement": "organisations and who signed for them",
  "audit.head": "where each chain of the audit ends",
  "ops.connection": "settings; a checkpoint that names a person's key is taken back by an erasure",
  "guard.context_key": "by which a signed context is known",
  "guard.wall": "which walls stand",
  "ops.code_map": "codes",
  "ops.course_map": "courses",
  "ops.data_key": "wrapped keys of organisations",
  "ops.data_set": "freshness",
  "ops.index_key": "the wrapped key of the blind indexes",
  "ops.drift": "names and kinds of fields",
  "ops.erased_mark": "keyed digests of those who were erased: nobody can be found out from one",
  "ops.esr_file": "sealed files; an erasure takes the person's lines out, the export tells of them by the ledger",
  "ops.held_absence": "counts",
  "ops.intake_key": "sealed secrets of vendors",
  "ops.page": "counts",
  "ops.payload_look": "instants at which a refused payload was shown, by ids",
  "ops.page_digest": "digests; an erasure forgets those of the organisation's connections, so that its pages are read anew",
  "ops.problem": "codes and counts",
  "ops.provenance": "assurance of records, shared by many",
  "ops.raw_page": "sealed raw records; opened one page at a time by the export and the erasure",
  "ops.replay": "plans and counts",
  "ops.seen": "ids of records during a run",
  "ops.stream_shape": "names and kinds of fields",
  "ops.sync_run": "counts",
  "ops.client_assertion": "digests of the assertions of clients",
  "ops.token_key": "keys of the hub's own tokens",
  "staff.account_attempt": "keyed digests of logins, for a day",
  "ops.turn": "instants",
  "ops.vendor_pace": "pace of vendors",
  "public.migration": "migrations",
};

interface CatalogueRow {
  readonly table: string;
  readonly columns: readonly string[];
}

/** Partitions are their parent's. Not the schema of the queue, which a worker makes at its first start: its jobs name connections. */
async function catalogue(client: PoolClient): Promise<readonly CatalogueRow[]> {
  const { rows } = await client.query(
    `select n.nspname || '.' || c.relname as "table", array_agg(a.attname::text) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'bullmq')
     group by 1 order by 1`,
  );
  return rows;
}

function byColumns({ table, columns }: CatalogueRow): PersonTable | undefined {
  if (columns.includes("source_person_id")) return { table, where: persons, onErasure: "erase" };
  if (columns.includes("staff_member_id"))
    return columns.includes("controller_org")
      ? { table, where: `${staff} and (t.controller_org = (select organisation from who) or (select last from who))`, onErasure: "erase" }
      : { table, where: staff, onErasure: "with-the-last" };
  return columns.includes("record_id") ? { table, where: record, onErasure: "erase" } : undefined;
}

export interface Classified {
  readonly tables: readonly PersonTable[];
  /** Neither found by their columns nor told of: nobody knows whether they hold something about people. */
  readonly unknown: readonly string[];
}

/** What points to another table goes before it. */
async function inOrder(client: PoolClient, tables: readonly PersonTable[]): Promise<readonly PersonTable[]> {
  const { rows } = await client.query(
    `select n.nspname || '.' || c.relname as "from", m.nspname || '.' || d.relname as "to" from pg_constraint k
     join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
     join pg_class d on d.oid = k.confrelid join pg_namespace m on m.oid = d.relnamespace
     where k.contype = 'f' and k.confdeltype in ('a', 'r') and k.conrelid <> k.confrelid`,
  );
  const left = [...tables];
  const ordered: PersonTable[] = [];
  while (left.length > 0) {
    const isPointedTo = (one: PersonTable) => rows.some((row) => row.to === one.table && left.some(({ table }) => table === row.from));
    const at = left.findIndex((one) => !isPointedTo(one));
    ordered.push(...left.splice(Math.max(at, 0), 1));
  }
  return ordered;
}

/** In the order of deletion. */
export async function classify(client: PoolClient): Promise<Classified> {
  const rows = await catalogue(client);
  const listed = new Map(special.map((one) => [one.table, one]));
  const found = rows.flatMap((row) => (listed.has(row.table) || row.table in aboutNobody ? [] : [byColumns(row) ?? row.table]));
  const own = found.filter((one): one is PersonTable => typeof one !== "string");
  const there = special.filter(({ table }) => rows.some((row) => row.table === table));
  return { tables: await inOrder(client, [...there, ...own]), unknown: found.filter((one): one is string => typeof one === "string") };
}

export async function personTablesOf(client: PoolClient): Promise<readonly PersonTable[]> {
  const { tables, unknown } = await classify(client);
  if (unknown.length > 0)
    throw new HubError({
      code: "INTERNAL",
      class: "internal",
      detail: { why: "nobody has said what these tables hold of people", tables: unknown },
    });
  return tables;
}
