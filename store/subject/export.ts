/**
 * Everything that one organisation holds about a person, as it stands: the tables that the catalogue names, what is sealed
 * opened, the stored raw records, and who has received what. Health apart, because it leaves only by occupational health.
 */
import type { Pool, PoolClient } from "pg";
import { HubError } from "../../platform/errors";
import type { Sealer } from "../../platform/secrets";
import { definitionOfKind, recordKinds } from "../../schema/kinds";
import { historyAad } from "../history";
import { inTransaction, retried } from "../transaction";
import type { AboutOf } from "./erase";
import { findSubject, marksOf, openIdentifier, type Subject, valuesOf, who } from "./find";
import { digestOf, doorOf } from "./marks";
import { rawOf } from "./raw";
import { personTablesOf } from "./tables";

type Row = Record<string, unknown>;
export interface ExportSection {
  /** Name of the table, or "ops.raw_page" for the records as they were received. */
  readonly table: string;
  readonly rows: readonly Row[];
}
export interface Recipient {
  readonly organisation: string | null;
  readonly role: string;
  readonly client: string | null;
  readonly purpose: string | null;
  readonly operations: readonly string[];
  readonly times: number;
  readonly first: string;
  readonly last: string;
}
export interface ExportPart {
  readonly sections: readonly ExportSection[];
  /** By the audit: whoever asked and was answered. */
  readonly recipients: readonly Recipient[];
  /** Files that left for ESR with a line about the person. */
  readonly esrFiles: readonly Row[];
}
export interface SubjectExport {
  readonly subject: string;
  readonly organisation: string;
  readonly at: string;
  /** Systems that the organisation has it from. */
  readonly sources: readonly { readonly connection: string; readonly system: string }[];
  /** Other organisations that hold something: theirs to give. */
  readonly others: readonly string[];
  readonly main: ExportPart;
  /** Empty sections where occupational health holds nothing. */
  readonly health: ExportPart;
}

/** What is sealed in the tables of people, and how it is opened. A sealed column that nobody opens here stops the export. */
const hex = (column: string) => async (_: Sealer, row: Row) => ({ [column]: (row[column] as Buffer).toString("hex") });
const openers: Readonly<Record<string, (sealer: Sealer, row: Row, organisation: string) => Promise<Row>>> = {
  "staff.identifier.encrypted": async (sealer, row, organisation) => ({
    value: await openIdentifier(sealer, organisation, row.source_person_id as string, row.encrypted as Buffer),
  }),
  // Digests of the audit's chain, nothing sealed.
  "audit.event.prev_hash": hex("prev_hash"),
  "audit.event.hash": hex("hash"),
  "ops.record_version.facts": async (sealer, row) => ({
    facts: JSON.parse(
      (
        await sealer.open(
          row.key_org as string,
          row.key_version as number,
          row.facts as Buffer,
          historyAad(row.kind as string, row.record_id as string),
        )
      ).toString("utf8"),
    ),
  }),
};

async function opened(sealer: Sealer, table: string, row: Row, organisation: string): Promise<Row> {
  const plain: Row = {};
  for (const [column, value] of Object.entries(row)) if (!Buffer.isBuffer(value)) plain[column] = value;
  for (const [column, value] of Object.entries(row)) {
    if (!Buffer.isBuffer(value)) continue;
    const open = openers[`${table}.${column}`];
    if (!open)
      throw new HubError({
        code: "INTERNAL",
        class: "internal",
        detail: { why: "nobody has said how this column is opened", column: `${table}.${column}` },
      });
    Object.assign(plain, await open(sealer, row, organisation));
  }
  return plain;
}

/** One look may be at many people: the copy names no other, and no user (it leaves the trust: role and organisation do). */
function lookAt(subject: Subject, row: Row): Row {
  const { subject: _user, staff_members, refused_members, ...said } = row;
  const own = (ids: unknown) => (Array.isArray(ids) ? ids.filter((id) => subject.staff.includes(id)) : []);
  return { ...said, staff_members: own(staff_members), refused_members: own(refused_members) };
}

const healthKinds: ReadonlySet<string> = new Set(recordKinds.filter((kind) => definitionOfKind(kind).schema === "oh"));

/** Connections of occupational health that know the person. */
export const healthConnectionsOf = ({ persons }: Subject): ReadonlySet<string> =>
  new Set(persons.filter(({ system }) => system === "oh").map(({ connectionId }) => connectionId));

/** What of a person's rows is occupational health's: nobody else is told of it, nor that there is any. */
export const isHealthOf = (subject: Subject) => {
  const people = new Set(subject.persons.filter(({ system }) => system === "oh").map(({ id }) => id));
  const connections = healthConnectionsOf(subject);
  return (table: string, row: Row): boolean =>
    table.startsWith("oh.") ||
    people.has((row.source_person_id ?? (table === "staff.source_person" ? row.id : undefined)) as string) ||
    connections.has(row.connection_id as string) ||
    healthKinds.has(row.kind as string) ||
    // Acts of occupational health, and looks at health, are health too: that there was one tells something.
    (Array.isArray(row.kinds) && row.kinds.some((kind) => healthKinds.has(kind))) ||
    row.role === "oh";
};

function recipientsOf(audit: readonly Row[]): Recipient[] {
  const found = new Map<string, { -readonly [K in keyof Recipient]: Recipient[K] }>();
  for (const row of audit) {
    if (row.decision === "DENY") continue;
    const key = JSON.stringify([row.organisation, row.role, row.acting_client, row.purpose]);
    const at = String(row.at instanceof Date ? row.at.toISOString() : row.at);
    const one = found.get(key) ?? {
      organisation: (row.organisation as string) ?? null,
      role: row.role as string,
      client: (row.acting_client as string) ?? null,
      purpose: (row.purpose as string) ?? null,
      operations: [],
      times: 0,
      first: at,
      last: at,
    };
    const operations = [...new Set([...one.operations, row.operation as string])].sort();
    // Instants in ISO order as texts do.
    const [first, last] = [[one.first, at].sort()[0]!, [one.last, at].sort()[1]!];
    found.set(key, { ...one, operations, times: one.times + 1, first, last });
  }
  return [...found.values()];
}

async function esrFilesOf(client: PoolClient, subject: Subject): Promise<readonly Row[]> {
  const { rows } = await client.query(
    `${who} select f.name, f.vpd, f.organisation, f.mode, f.state, f.sent_at, count(*)::int as lines from ops.esr_delivery t
     join ops.esr_file f on f.id = t.file_id where t.record_id = any((select records from who)::uuid[])
       or t.esr_source_person_id = any((select persons from who)::uuid[]) group by f.id order by f.made_at`,
    valuesOf(subject),
  );
  return rows;
}

export function createSubjectExports(pool: Pool, sealer: Sealer) {
  return async (subjectId: string, organisation: string, aboutOf: AboutOf, now: Date): Promise<SubjectExport> => {
    await sealer.seal(organisation, Buffer.alloc(0), "");
    const read = await retried(() =>
      inTransaction(
        pool,
        async (client) => {
          const subject = await findSubject(client, sealer, subjectId, organisation);
          if (!subject) throw new HubError({ code: "SUBJECT_UNKNOWN", class: "guard", detail: { organisation } });
          const found: { table: string; row: Row }[] = [];
          for (const { table, where, exportWhere } of await personTablesOf(client)) {
            const { rows } = await client.query(`${who} select t.* from ${table} t where ${exportWhere ?? where}`, valuesOf(subject));
            for (const row of rows) found.push({ table, row });
          }
          const { rows: others } = await client.query(
            `select distinct controller_org as o, system = 'oh' as health from staff.source_person
             where staff_member_id = any($1::uuid[]) and controller_org <> $2 order by 1`,
            [subject.staff, organisation],
          );
          const marks = (await marksOf(client, sealer, subject)).map((mark) => ({
            ...mark,
            organisation,
            digest: digestOf(sealer, organisation, mark),
          }));
          return { subject, found, others, marks, esrFiles: await esrFilesOf(client, subject) };
        },
        "begin isolation level repeatable read read only",
      ),
    );
    const { subject, marks } = read;
    const isHealth = isHealthOf(subject);
    const parts = { main: new Map<string, Row[]>(), health: new Map<string, Row[]>() };
    const put = (part: Map<string, Row[]>, table: string, row: Row) => part.set(table, [...(part.get(table) ?? []), row]);
    const add = (table: string, row: Row) => {
      // How many rows of which table went tells what occupational health held: that it was done is for both parts.
      if (table === "ops.erasure") {
        const { planned: _planned, done: _done, ...said } = row;
        put(parts.main, table, said);
        put(parts.health, table, row);
      } else put(isHealth(table, row) ? parts.health : parts.main, table, row);
    };
    for (const { table, row } of read.found)
      add(table, await opened(sealer, table, table === "audit.event" ? lookAt(subject, row) : row, organisation));
    const doors = new Map(
      subject.connections.map((id) => [
        id,
        doorOf(
          sealer,
          id,
          marks.filter((mark) => mark.connectionId === id || mark.connectionId === "*"),
        ),
      ]),
    );
    const isAbout = await aboutOf(doors);
    for await (const { connectionId, receivedOn, raw } of rawOf(pool, sealer, subject.connections, isAbout))
      add("ops.raw_page", { connection_id: connectionId, received_on: receivedOn, record: raw });
    const partOf = (part: ReadonlyMap<string, Row[]>, esrFiles: readonly Row[]): ExportPart => ({
      sections: [...part].sort(([a], [b]) => (a < b ? -1 : 1)).map(([table, rows]) => ({ table, rows })),
      recipients: recipientsOf(part.get("audit.event") ?? []),
      esrFiles,
    });
    return {
      subject: subject.id,
      organisation,
      at: now.toISOString(),
      sources: subject.persons
        .filter(({ system }) => system !== "oh")
        .map(({ connectionId, system }) => ({ connection: connectionId, system })),
      others: [...new Set<string>(read.others.filter((row) => !row.health).map((row) => row.o))],
      main: partOf(parts.main, read.esrFiles),
      health: partOf(parts.health, []),
    };
  };
}
