/** Raw records of changed rows: one compressed, encrypted blob per page; whole months expire as partitions. */
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import type { Pool, PoolClient } from "pg";
import { HubError } from "../platform/errors";
import type { Sealer } from "../platform/secrets";
import { retried } from "./transaction";

const compress = promisify(deflate);
const expand = promisify(inflate);

export interface SealedRaw {
  readonly organisation: string;
  readonly version: number;
  readonly bytes: Buffer;
  readonly records: number;
}

const rawAad = (connectionId: string) => `raw:${connectionId}`;

/** Kept as [ordinal, record] pairs: rows point to (page, ordinal). */
export async function sealRaw(
  sealer: Sealer,
  connectionId: string,
  organisation: string,
  raw: readonly unknown[],
  ordinals: Iterable<number>,
): Promise<SealedRaw | undefined> {
  const kept = [...new Set(ordinals)].filter((ordinal) => raw[ordinal] !== undefined).sort((a, b) => a - b);
  if (kept.length === 0) return undefined;
  const json = JSON.stringify(kept.map((ordinal) => [ordinal, raw[ordinal]]));
  const { version, bytes } = await sealer.seal(organisation, await compress(json, { level: 1 }), rawAad(connectionId));
  return { organisation, version, bytes, records: kept.length };
}

export async function insertRaw(client: PoolClient, connectionId: string, raw: SealedRaw, today: string, rawDays: number): Promise<string> {
  const { rows } = await client.query({
    name: "insert-raw",
    text: `insert into ops.raw_page (created_on, connection_id, key_org, key_version, expires_on, records, body)
      values ($1::date, $2, $3, $4, $1::date + $5::integer, $6, $7) returning id`,
    values: [today, connectionId, raw.organisation, raw.version, rawDays, raw.records, raw.bytes],
  });
  return rows[0].id;
}

export async function readRaw(pool: Pool, sealer: Sealer, rawPageId: string): Promise<readonly (readonly [number, unknown])[]> {
  const { rows } = await pool.query("select connection_id, key_org, key_version, body from ops.raw_page where id = $1", [rawPageId]);
  const page = rows[0];
  if (!page)
    throw new HubError({ code: "INTERNAL", class: "internal", detail: { why: "raw page has expired or never was", rawPage: rawPageId } });
  const opened = await sealer.open(page.key_org, page.key_version, page.body, rawAad(page.connection_id));
  return JSON.parse((await expand(opened)).toString("utf8"));
}

/** Several pages in one statement; those whose time is over are left out, also when nobody has deleted them yet. */
export async function readRawPages(
  pool: Pool,
  sealer: Sealer,
  ids: readonly string[],
  today: string,
): Promise<ReadonlyMap<string, ReadonlyMap<number, unknown>>> {
  const { rows } = await retried(() =>
    pool.query(
      "select id, connection_id, key_org, key_version, body from ops.raw_page where id = any($1::bigint[]) and expires_on >= $2::date",
      [ids, today],
    ),
  );
  const pages = new Map<string, ReadonlyMap<number, unknown>>();
  for (const row of rows) {
    const opened = await sealer.open(row.key_org, row.key_version, row.body, rawAad(row.connection_id));
    pages.set(row.id, new Map(JSON.parse((await expand(opened)).toString("utf8")) as [number, unknown][]));
  }
  return pages;
}

interface Partition {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

function monthsFrom(today: string, count: number): Partition[] {
  const year = Number(today.slice(0, 4));
  const month = Number(today.slice(5, 7)) - 1;
  const first = (offset: number) => {
    const at = month + offset;
    return `${year + Math.floor(at / 12)}-${String((((at % 12) + 12) % 12) + 1).padStart(2, "0")}-01`;
  };
  return Array.from({ length: count }, (_, i) => ({ name: first(i).slice(0, 7).replace("-", "_"), from: first(i), to: first(i + 1) }));
}

/** This month and the two that follow. What the default partition already holds of a month stays there, and so does that month. */
export async function ensurePartitions(pool: Pool, today: string): Promise<readonly string[]> {
  const created: string[] = [];
  for (const [parent, column] of [
    ["ops.raw_page", "created_on"],
    ["audit.event", "at"],
  ] as const) {
    for (const { name, from, to } of monthsFrom(today, 3)) {
      const table = `${parent}_${name}`;
      const { rows } = await pool.query(
        `select to_regclass($1) is not null as there, exists (select 1 from ${parent}_default where ${column} >= $2 and ${column} < $3) as taken`,
        [table, from, to],
      );
      if (rows[0].there || rows[0].taken) continue;
      const bounds = parent === "audit.event" ? [`${from}T00:00:00Z`, `${to}T00:00:00Z`] : [from, to];
      await pool.query(`create table ${table} partition of ${parent} for values from ('${bounds[0]}') to ('${bounds[1]}')`);
      created.push(table);
    }
  }
  return created;
}

export async function expireRaw(pool: Pool, today: string): Promise<number> {
  const { rows: partitions } = await pool.query(
    "select c.oid::regclass::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'ops.raw_page'::regclass",
  );
  let expired = 0;
  for (const { name } of partitions) {
    const month = /raw_page_(\d{4})_(\d\d)$/.exec(name);
    const isPast = month !== null && `${month[1]}-${month[2]}` < today.slice(0, 7);
    if (isPast) {
      const { rows } = await pool.query(
        `select count(*)::int as pages, count(*) filter (where expires_on >= $1::date)::int as kept from ${name}`,
        [today],
      );
      if (rows[0].kept === 0) {
        await pool.query(`drop table ${name}`);
        expired += rows[0].pages;
        continue;
      }
    }
    expired += (await pool.query(`delete from ${name} where expires_on < $1::date`, [today])).rowCount ?? 0;
  }
  return expired;
}
