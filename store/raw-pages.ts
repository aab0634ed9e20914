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

export const rawAad = (connectionId: string) => `raw:${connectionId}`;

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
export async function ensurePartitions(client: Pick<Pool, "query">, today: string): Promise<readonly string[]> {
  const created: string[] = [];
  for (const [parent, key] of [
    ["ops.raw_page", "created_on"],
    ["audit.event", "at"],
  ] as const) {
    for (const { from } of monthsFrom(today, 3)) {
      const { rows } = await client.query("select guard.ensure_month($1, $2, $3::date) as name", [parent, key, from]);
      if (rows[0].name !== null) created.push(rows[0].name);
    }
  }
  return created;
}

/** Whole months go as partitions, single pages within them; workers change no schema, so a function of the owner does it. */
export async function expireRaw(pool: Pool, today: string): Promise<number> {
  const { rows } = await pool.query("select guard.expire_raw($1::date) as expired", [today]);
  return rows[0].expired;
}
