/**
 * What of a page is stored just so: found by PostgreSQL, one statement for all kinds of the page, because nearly everything
 * of nearly every page is. Counts and ids come back, not rows; the rest is planned record by record (page-plan.ts).
 */
import type { PoolClient } from "pg";
import type { RecordKind } from "../schema/kinds";
import { uuidList } from "./page-ledger";
import type { ToPlan } from "./page-plan";
import { compareOf } from "./record-tables";
import { vendorPart } from "./version";

export interface KindOfPage {
  readonly kind: RecordKind;
  readonly entries: readonly ToPlan[];
}

export interface Compared {
  readonly kind: RecordKind;
  /** Records equal to their row: nothing is written for them. */
  readonly same: number;
  /** Those of them whose row waits for its person. */
  readonly waiting: number;
  /** Ids of their rows, joined by commas. */
  readonly ids: string;
  /** To be planned record by record. */
  readonly rest: readonly ToPlan[];
  /** Whether rows of the rest may be stored under their source ids. */
  readonly restIsStored: boolean;
}

export async function comparePage(client: PoolClient, connectionId: string, page: readonly KindOfPage[]): Promise<readonly Compared[]> {
  if (page.length === 0) return [];
  const split = page.map(({ kind, entries }) => ({ kind, ...withoutGroups(entries) }));
  const values: unknown[] = [connectionId];
  for (const { single } of split) pushParameters(values, single);
  const { rows } = await client.query({ ...compareOf(page.map(({ kind }) => kind)), values, rowMode: "array" });
  const answers = new Map((rows as unknown as [RecordKind, number, number, string, string, string][]).map((row) => [row[0], row]));
  return split.map(({ kind, single, grouped }) => {
    const [, same, waiting, ids, sameOnes, otherOnes] = answers.get(kind)!;
    if (same === single.length) return { kind, same, waiting, ids, rest: grouped, restIsStored: grouped.length > 0 };
    let left = single;
    if (same > 0) {
      const done = new Set(sameOnes.split(",").map(Number));
      left = single.filter((_, i) => !done.has(i + 1));
    }
    return {
      kind,
      same,
      waiting,
      ids,
      rest: grouped.length > 0 ? [...left, ...grouped] : left,
      restIsStored: grouped.length > 0 || otherOnes !== "",
    };
  });
}

/** Apart: withdrawals and segments told twice, with everything about their source ids; their order within the page matters. */
function withoutGroups(entries: readonly ToPlan[]): { single: readonly ToPlan[]; grouped: readonly ToPlan[] } {
  const segments = new Set<string>();
  const groups = new Set<string>();
  for (const { record } of entries) {
    const key = record.validFrom === undefined ? record.sourceId : `${record.sourceId}\n${record.validFrom}`;
    if (record.withdrawn || segments.has(key)) groups.add(record.sourceId);
    segments.add(key);
  }
  if (groups.size === 0) return { single: entries, grouped: [] };
  return {
    single: entries.filter(({ record }) => !groups.has(record.sourceId)),
    grouped: entries.filter(({ record }) => groups.has(record.sourceId)),
  };
}

/** A list that would hold one value throughout goes as that value, one without values as an empty list: unnest fills up with nulls. */
function pushParameters(values: unknown[], entries: readonly ToPlan[]): void {
  const [sources, hashes, versions, persons, froms, tos, organisations, provenances]: string[][] = [
    [],
    [],
    [],
    [],
    [],
    [],
    [],
    [],
  ] as never;
  const organisation = entries[0]?.record.organisation ?? null;
  const provenance = entries[0]?.provenanceId ?? null;
  let oneOrganisation = true;
  let oneProvenance = true;
  let hasFrom = false;
  let hasTo = false;
  for (const { record, provenanceId, person } of entries) {
    sources!.push(quoted(record.sourceId));
    hashes!.push(record.contentHash);
    versions!.push(quoted(vendorPart(record.sourceVersion)));
    persons!.push(person?.id ?? "NULL");
    froms!.push(record.validFrom ?? "NULL");
    tos!.push(record.validTo ?? "NULL");
    if (record.validFrom !== undefined) hasFrom = true;
    if (record.validTo !== undefined) hasTo = true;
    if (record.organisation !== organisation) oneOrganisation = false;
    if (provenanceId !== provenance) oneProvenance = false;
  }
  if (!oneOrganisation) for (const { record } of entries) organisations!.push(quoted(record.organisation));
  if (!oneProvenance) for (const { provenanceId } of entries) provenances!.push(String(provenanceId));
  values.push(
    uuidList(sources!),
    uuidList(hashes!),
    uuidList(versions!),
    uuidList(persons!),
    hasFrom ? uuidList(froms!) : "{}",
    hasTo ? uuidList(tos!) : "{}",
    uuidList(organisations!),
    uuidList(provenances!),
    provenance,
    organisation,
  );
}

const needsEscape = /["\\]/;
/** An element of an array as PostgreSQL reads it: always quoted, because `null` is a word and a comma parts. */
function quoted(text: string): string {
  return needsEscape.test(text) ? `"${text.replace(/["\\]/g, "\\$&")}"` : `"${text}"`;
}
