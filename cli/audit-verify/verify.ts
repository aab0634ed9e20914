/**
 * Reads every chain of the audit from its first row to its last, and the heads that were exported, and says what does not fit. In
 * constant memory; through one snapshot of the database, taken after the heads were looked at, so that a hub at work is no fault.
 */
import type { KeyObject } from "node:crypto";
import { type Finding, Findings } from "./findings";
import { beginningOf, type ChainRow, hashOf } from "./format";
import { type ExportedHead, type HeadFiles, readHeads } from "./heads";

export type Ask = <Row>(text: string, values: readonly unknown[]) => Promise<{ readonly rows: readonly Row[] }>;

export interface ChainReport {
  readonly chain: string;
  readonly rows: number;
  readonly lastRow: number;
  readonly exportedHeads: number;
  /** Rows after the last exported head: nothing outside the database speaks for them yet. */
  readonly notYetExported: number;
  readonly broken: number;
}
export interface AuditReport {
  readonly whole: boolean;
  readonly chains: readonly ChainReport[];
  readonly broken: number;
  readonly findings: readonly Finding[];
}

const least = "-9223372036854775808";
const rowsAtOnce = 1_000;
const headsAtOnce = 500;

const rowsQuery = `select chain, seq::text, id::text, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, request_id, operation,
    subject, organisation, role, acting_client, purpose, decision, reason, fields, grounds, staff_members::text[], refused_members::text[],
    kinds, controllers, changes, policy_version, prev_hash, hash,
    case when jsonb_typeof(counts) = 'object'
      then (select coalesce(json_agg(json_build_array(key, value)), '[]') from jsonb_each_text(counts))
      else json_build_array(json_build_array('', counts::text)) end as counts
  from audit.event e where e.chain = $1 and (e.seq, e.id) > ($2::bigint, $3::bigint) order by e.seq, e.id limit ${rowsAtOnce}`;

interface StoredRow extends ChainRow {
  readonly prev_hash: Buffer;
  readonly hash: Buffer;
}

/** `only`: the chain of one organisation. */
export async function verifyAudit(ask: Ask, files: HeadFiles, key: KeyObject, only?: string): Promise<AuditReport> {
  const heads = new Map<string, { seq: number; hash: string }>(
    (
      await ask<{ chain: string; seq: string; hash: string }>("select chain, seq::text, encode(hash, 'hex') as hash from audit.head", [])
    ).rows.map((row) => [row.chain, { seq: Number(row.seq), hash: row.hash }]),
  );
  const inTable = (await ask<{ chain: string }>("select distinct chain from audit.event", [])).rows.map((row) => row.chain);
  const names = [...new Set([...heads.keys(), ...inTable, ...files.keys()])].filter((one) => only === undefined || one === only).sort();
  const all = new Findings();
  const chains: ChainReport[] = [];
  for (const chain of names) {
    const before = all.count;
    const walked = await walk(ask, chain, all);
    const head = heads.get(chain);
    if ((head?.seq ?? 0) !== walked.lastRow || (head !== undefined && walked.rows > 0 && head.hash !== walked.lastHash))
      all.add("HEAD_DIFFERS", chain, head?.seq ?? 0);
    const exported = await compareHeads(ask, chain, files.get(chain), key, walked.lastRow, all);
    chains.push({
      chain,
      rows: walked.rows,
      lastRow: walked.lastRow,
      exportedHeads: exported.heads,
      notYetExported: Math.max(0, walked.lastRow - exported.upTo),
      broken: all.count - before,
    });
  }
  return { whole: all.count === 0, chains, broken: all.count, findings: all.named };
}

async function walk(ask: Ask, chain: string, found: Findings): Promise<{ rows: number; lastRow: number; lastHash: string }> {
  let last = { seq: 0, hash: beginningOf(chain), at: "" };
  // Before anything that a row could be given for a number.
  let cursor = { seq: least, id: least };
  let rows = 0;
  for (;;) {
    const batch = (await ask<StoredRow>(rowsQuery, [chain, cursor.seq, cursor.id])).rows;
    for (const row of batch) {
      rows += 1;
      const seq = Number(row.seq);
      if (seq <= last.seq) found.add("TWICE", chain, seq);
      else if (seq > last.seq + 1) found.add("MISSING", chain, seq - 1);
      else if (!row.prev_hash.equals(last.hash)) found.add("BROKEN_LINK", chain, seq);
      if (!hashOf(row.prev_hash, row).equals(row.hash)) found.add("EDITED", chain, seq);
      if (row.at === null || row.at < last.at) found.add("BACKWARDS", chain, seq);
      last = { seq, hash: row.hash, at: row.at ?? last.at };
      cursor = row;
    }
    if (batch.length < rowsAtOnce) return { rows, lastRow: last.seq, lastHash: last.hash.toString("hex") };
  }
}

async function compareHeads(
  ask: Ask,
  chain: string,
  file: { readonly file: string; readonly bytes: number } | undefined,
  key: KeyObject,
  lastRow: number,
  found: Findings,
): Promise<{ heads: number; upTo: number }> {
  const seen = { heads: 0, upTo: 0 };
  if (!file) return seen;
  let some: ExportedHead[] = [];
  const compare = async () => {
    const { rows } = await ask<{ seq: string; hash: string }>(
      "select seq::text, encode(hash, 'hex') as hash from audit.event where chain = $1 and seq = any($2::bigint[])",
      [chain, some.map(({ seq }) => seq)],
    );
    const stored = new Map(rows.map((row) => [Number(row.seq), row.hash]));
    for (const { seq, hash } of some) {
      if (seq > lastRow) found.add("CUT", chain, seq);
      else if (stored.get(seq) !== hash) found.add("REWRITTEN", chain, seq);
    }
    some = [];
  };
  for await (const head of readHeads(file, chain, key)) {
    if ("wrong" in head) {
      found.add(head.wrong, chain, head.line);
      continue;
    }
    seen.heads += 1;
    seen.upTo = Math.max(seen.upTo, head.seq);
    some.push(head);
    if (some.length === headsAtOnce) await compare();
  }
  if (some.length > 0) await compare();
  return seen;
}
