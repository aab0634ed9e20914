/** A canary in every text column of every table that holds something about people, by the catalogue: also in tables of tomorrow. */

import type { PoolClient } from "pg";
import { classify } from "../../../store/subject/tables";
import type { TestHub } from "../../builders/hub";

interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}
interface Keys {
  readonly staff: string;
  readonly person: string;
  readonly record: string;
  readonly sourceKey: string;
  readonly refused: string;
  readonly organisation: string;
  readonly connection: string;
}

const uuidOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
let count = 0;

/** Tables whose rows are found by something else than the usual columns. */
const foundBy = (keys: Keys): Readonly<Record<string, Record<string, unknown>>> => ({
  "ops.refused": { person: keys.refused },
  "ops.tombstone": { source_id: `${keys.sourceKey}|canary` },
  "ops.receipt": { vendor_id: keys.sourceKey, records: "[]" },
  "ops.vendor_event": { subject: keys.sourceKey },
  "staff.merge": { from_staff_member: keys.staff },
  "audit.event": { staff_members: [keys.staff] },
  "ops.approval": { subject: keys.staff },
  "ops.erasure": { subject: keys.staff },
  "ops.esr_delivery": { esr_source_person_id: keys.person },
  "ops.record_version": {},
  "movement.change": { row: JSON.stringify({ controller_org: keys.organisation }) },
});

/** Sealed columns are planted by the way of the code that seals them, which the hub's own traffic does. */
const bySealing = new Set(["ops.record_version", "staff.identifier"]);
/** Found through another row: planted beside the receipt. */
const throughOthers = new Set(["ops.intake_request", "staff.source_person", "staff.staff_member"]);

/** The canaries, by where they stand. Checks and foreign keys are left out: what a row says does not matter here, where it stands does. */
export async function plantEverywhere(hub: TestHub, keys: Keys): Promise<ReadonlyMap<string, string>> {
  const client = await hub.database.pool.connect();
  const canaries = new Map<string, string>();
  try {
    const { tables } = await classify(client);
    await client.query("set session_replication_role = replica");
    for (const { table } of tables) {
      if (bySealing.has(table) || throughOthers.has(table)) continue;
      await dropChecks(client, table);
      const row: Record<string, unknown> = {};
      for (const column of await columnsOf(client, table)) {
        const known = foundBy(keys)[table]?.[column.name] ?? keyed(column, keys);
        if (known !== undefined) row[column.name] = known;
        else if (column.type === "text") {
          const canary = `Canary${(++count).toString(36).padStart(4, "0")}of${column.name.replaceAll("_", "")}`;
          row[column.name] = canary;
          canaries.set(`${table}.${column.name}`, canary);
        } else if (!column.nullable) row[column.name] = filler(column.type);
      }
      const names = Object.keys(row);
      await client.query(
        `insert into ${table} (${names.map((name) => `"${name}"`).join(", ")}) overriding system value values (${names.map((_, i) => `$${i + 1}`).join(", ")})`,
        Object.values(row),
      );
    }
  } finally {
    await client.query("set session_replication_role = default");
    client.release();
  }
  return canaries;
}

async function dropChecks(client: PoolClient, table: string): Promise<void> {
  const { rows } = await client.query(
    "select conname from pg_constraint where conrelid = $1::regclass and contype in ('c', 'u') and conparentid = 0",
    [table],
  );
  const { rows: indexes } = await client.query(
    `select i.indexrelid::regclass::text as name from pg_index i where i.indrelid = $1::regclass and i.indisunique and not i.indisprimary
       and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)`,
    [table],
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  for (const { conname } of rows) await client.query(`alter table ${table} drop constraint "${conname}"`);
}

async function columnsOf(client: PoolClient, table: string): Promise<Column[]> {
  const { rows } = await client.query(
    `select a.attname as name, format_type(a.atttypid, null) as type, not a.attnotnull as nullable from pg_attribute a
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''`,
    [table],
  );
  return rows;
}

function keyed({ name, type }: Column, keys: Keys): unknown {
  if (name === "id" && type === "uuid") return uuidOf(++count);
  return {
    staff_member_id: keys.staff,
    source_person_id: keys.person,
    record_id: keys.record,
    controller_org: keys.organisation,
    organisation: keys.organisation,
    connection_id: keys.connection,
    // Read as instants, numbers or lists by the hub's own code.
    source_version: "0|2026-01-01T00:00:00.000000Z",
  }[name];
}

function filler(type: string): unknown {
  if (type.endsWith("[]")) return [];
  if (type === "uuid") return uuidOf(++count);
  if (type === "jsonb") return "{}";
  if (type === "date") return "2026-01-01";
  if (type.startsWith("timestamp")) return "2026-01-01T00:00:00Z";
  if (type === "boolean") return false;
  if (type === "bytea") return Buffer.alloc(0);
  return 1_000_000 + ++count;
}
