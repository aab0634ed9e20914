/**
 * The written form of a row of the audit (docs/adr/0024), read from that document and not from what writes it: whoever verifies must
 * not repeat the writer's mistake.
 */
import { createHash } from "node:crypto";

const version = "lanyard-audit-1";

/** A row as it stands in the database, every value as text. */
export interface ChainRow {
  readonly chain: string;
  readonly seq: string;
  readonly id: string;
  /** UTC, to the microsecond: 2026-11-23T09:00:00.000000Z. */
  readonly at: string | null;
  readonly request_id: string | null;
  readonly operation: string | null;
  readonly subject: string | null;
  readonly organisation: string | null;
  readonly role: string | null;
  readonly acting_client: string | null;
  readonly purpose: string | null;
  readonly decision: string | null;
  readonly reason: string | null;
  readonly fields: readonly (string | null)[];
  readonly grounds: readonly (string | null)[];
  readonly staff_members: readonly (string | null)[];
  readonly refused_members: readonly (string | null)[];
  readonly kinds: readonly (string | null)[];
  readonly controllers: readonly (string | null)[];
  readonly changes: readonly (string | null)[];
  /** Name and value of each count, in any order. */
  readonly counts: readonly (readonly [name: string, value: string | null])[];
  readonly policy_version: string | null;
}

/** "<bytes>:<value>," and "-," for what is not there. */
function one(value: string | null): Buffer {
  if (value === null) return Buffer.from("-,");
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, Buffer.from(",")]);
}

/** A list is one value: its items, each written like a value. */
function all(values: readonly (string | null)[]): Buffer {
  const inner = Buffer.concat(values.flat(9).map(one));
  return Buffer.concat([Buffer.from(`${inner.length}:`), inner, Buffer.from(",")]);
}

export function writtenForm(row: ChainRow): Buffer {
  const counts = [...row.counts].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return Buffer.concat([
    ...[version, row.chain, row.seq, row.id, row.at, row.request_id, row.operation, row.subject, row.organisation, row.role].map(one),
    ...[row.acting_client, row.purpose, row.decision, row.reason].map(one),
    ...[row.fields, row.grounds, row.staff_members, row.refused_members, row.kinds, row.controllers, row.changes, counts.flat()].map(all),
    one(row.policy_version),
  ]);
}

export function hashOf(previous: Buffer, row: ChainRow): Buffer {
  return createHash("sha256").update(previous).update(writtenForm(row)).digest();
}

/** What stands before the first row of a chain. */
export function beginningOf(chain: string): Buffer {
  return createHash("sha256").update(`${version}\n${chain}`).digest();
}
