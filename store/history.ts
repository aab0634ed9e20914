/** ops.record_version: what was superseded, withdrawn or arrived late. Append-only, facts encrypted. */
import type { PoolClient } from "pg";
import type { Sealer } from "../platform/secrets";
import type { RecordKind } from "../schema/kinds";
import { recordTable } from "./record-tables";
import type { RecordToStore } from "./store";
import { fetchedLength } from "./version";

interface Version {
  kind: string;
  id: string;
  v: string;
  d: string;
  h: string;
  b: string | null;
  e: string | null;
  kf: string | null;
  st: string;
  why: string;
  org: string;
  w: number | null;
  /** Instant since which it was known; for one that arrived late, of its arrival. */
  ka: string | null;
  kv: number;
  facts: string;
}

const insertVersions = {
  name: "insert-versions",
  text: `insert into ops.record_version
    (kind, record_id, source_version, derivation_version, content_hash, valid_from, valid_to, known_from, source_state, why, key_org, key_version, facts, provenance_id,
      known_at)
    select r.kind, r.id, r.v, r.d, r.h, r.b, r.e, r.kf, r.st, r.why, r.org, r.kv, decode(r.facts, 'base64'), r.w, coalesce(r.ka, now())
    from jsonb_to_recordset($1::jsonb) as r(kind text, id uuid, v text, d text, h uuid, b date, e date, kf bigint, st text, why text, org text,
      kv integer, facts text, w integer, ka timestamptz)
    where r.why <> 'LATE' or not exists
      (select 1 from ops.record_version known where known.record_id = r.id and known.content_hash = r.h and known.valid_to is not distinct from r.e
         and left(known.source_version, -${fetchedLength}) = left(r.v, -${fetchedLength}))
    on conflict do nothing`,
};

export const historyAad = (kind: string, recordId: string) => `record-version:${kind}:${recordId}`;

async function sealed(sealer: Sealer, kind: string, organisation: string, id: string, facts: string) {
  const { version, bytes } = await sealer.seal(organisation, Buffer.from(facts), historyAad(kind, id));
  return { kv: version, facts: bytes.toString("base64") };
}

/** The rows as they stand, before they change. */
export async function keepBefore(
  client: PoolClient,
  sealer: Sealer,
  kind: RecordKind,
  ids: readonly string[],
  why: "SUPERSEDED" | "WITHDRAWN",
): Promise<void> {
  if (ids.length === 0) return;
  const { before } = recordTable(kind);
  const { rows } = await client.query({ ...before, values: [ids] });
  const versions: Version[] = [];
  for (const row of rows) {
    versions.push({
      kind,
      id: row.id,
      v: row.source_version,
      d: row.derivation_version,
      h: row.content_hash,
      b: row.valid_from,
      e: row.valid_to,
      kf: row.known_from,
      st: row.source_state,
      why,
      w: row.provenance_id,
      ka: row.known_at,
      org: row.controller_org,
      ...(await sealed(sealer, kind, row.controller_org, row.id, row.facts)),
    });
  }
  await client.query({ ...insertVersions, values: [JSON.stringify(versions)] });
}

/** Versions that arrived too late to be current. A source that repeats an old version says nothing new. */
export async function keepLate(
  client: PoolClient,
  sealer: Sealer,
  kind: RecordKind,
  late: readonly { readonly id: string; readonly record: RecordToStore }[],
  derivationVersion: string,
): Promise<void> {
  if (late.length === 0) return;
  const versions: Version[] = [];
  for (const { id, record } of late) {
    versions.push({
      kind,
      id,
      v: record.sourceVersion,
      d: derivationVersion,
      h: record.contentHash,
      b: record.validFrom ?? null,
      e: record.validTo ?? null,
      kf: null,
      st: record.withdrawn ? "WITHDRAWN" : "IN_FORCE",
      why: "LATE",
      w: null,
      ka: null,
      org: record.organisation,
      ...(await sealed(sealer, kind, record.organisation, id, JSON.stringify(record.facts ?? {}))),
    });
  }
  await client.query({ ...insertVersions, values: [JSON.stringify(versions)] });
}
