/** A database of its own in which every table that is about somebody has a row of each of two organisations. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createPool, type Pool } from "../../../platform/database";
import { startPostgres } from "../../../platform/postgres";
import { type OpenStore, openStore } from "../../../store/open";
import type { Table } from "../../../store/walls/grants";
import { isProtected } from "../../../store/walls/policies";
import { tablesOf } from "../../../store/walls/raise";

export const key = Buffer.alloc(32, 9);
export const organisations = ["ZQA", "ZQB"] as const;
export const uuidOf = (text: string) =>
  createHash("md5")
    .update(text)
    .digest("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
export const staffOf = (organisation: string) => uuidOf(`staff ${organisation}`);
export const personOf = (organisation: string) => uuidOf(`person ${organisation}`);

export interface FilledDatabase {
  readonly url: string;
  readonly administrator: Pool;
  readonly store: OpenStore;
  readonly tables: readonly Table[];
  close(): Promise<void>;
}

export async function filledDatabase(poolSize = 5): Promise<FilledDatabase> {
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-walls-"));
  const server = await startPostgres({
    folder: path.join(folder, "pg"),
    projectRoot: path.resolve(__dirname, "../../.."),
    server: { fsync: "off", synchronous_commit: "off" },
  });
  const administrator = createPool({ url: server.url, max: 2, applicationName: "lanyard-test" });
  const store = await openStore({ url: server.url, keyEncryptionKey: key, poolSize });
  await store.migrate();
  const client = await administrator.connect();
  const tables = (await tablesOf(client)).filter((table) => isProtected(table) && !table.isPartition);
  try {
    // Whether a row makes sense is not the question here, only who sees it.
    await client.query("set session_replication_role = replica");
    await client.query(`do $$ declare c record; begin
      for c in select conrelid::regclass::text as t, conname from pg_constraint where contype = 'c' and coninhcount = 0 and connamespace::regnamespace::text in
        ('staff', 'learning', 'oh', 'checks', 'movement', 'ops', 'audit') loop
        execute format('alter table %s drop constraint if exists %I', c.t, c.conname);
      end loop; end $$`);
    for (const table of tables) for (const organisation of organisations) await fill(client, table, organisation);
  } finally {
    client.release(true);
  }
  return {
    url: server.url,
    administrator,
    store,
    tables,
    async close() {
      await store.close();
      await administrator.end();
      await server.stop();
      rmSync(server.folder, { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A value of any type; what names an organisation or a person names this one's. */
function columnValue(table: Table, column: string, type: string, organisation: string): unknown {
  if (column === "staff_member_id") return staffOf(organisation);
  if (column === "source_person_id" || (table.name === "staff.source_person" && column === "id")) return personOf(organisation);
  if (["controller_org", "organisation", "key_org"].includes(column)) return organisation;
  if (column === "kind" && table.columns.has("record_id")) return "competence-award";
  if (type === "uuid") return uuidOf(`${table.name} ${column} ${organisation}`);
  if (type.endsWith("[]")) return "{}";
  if (/^(integer|bigint|smallint|double precision|numeric|real)$/.test(type)) return organisation === "ZQA" ? 1 : 2;
  if (type === "boolean") return false;
  if (type === "jsonb" || type === "json") return "{}";
  if (type === "bytea") return Buffer.from("00", "hex");
  if (type === "date") return "2026-01-01";
  if (type.startsWith("timestamp")) return "2026-01-01T00:00:00Z";
  return `${column} ${organisation}`;
}

async function fill(client: { query: Pool["query"] }, table: Table, organisation: string): Promise<void> {
  const columns = [...table.columns];
  await client.query(
    `insert into ${table.name} (${columns.map(([column]) => `"${column}"`).join(", ")}) overriding system value values (${columns
      .map((_, i) => `$${i + 1}`)
      .join(", ")})`,
    columns.map(([column, type]) => columnValue(table, column, type, organisation)),
  );
}
