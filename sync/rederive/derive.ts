/**
 * What stored completions would become under other maps. Each raw page is decrypted once, each raw record goes through the
 * connection's own connector by the way every page goes (preparePage), once under the maps as they were and once as they
 * will be; what is stored decides what of it is a change. Nothing is written here.
 */
import type { Maps, RecordKind } from "../../connectors/connector";
import { today } from "../../platform/clock";
import type { RecordState } from "../../schema/record";
import { uuidOf } from "../../store/hash";
import type { Expected, StoredCompletion, StoredUnder } from "../../store/replays";
import type { RecordToStore } from "../../store/store";
import type { Connection } from "../connection";
import type { Engine } from "../engine";
import { preparePage } from "../prepare";

/** Raw pages decrypted at the same time: a page holds some hundred records. */
const pagesAtOnce = 20;

export interface Derived {
  readonly completion: StoredCompletion;
  readonly expected: Expected;
  /** Hash of the completion afterwards. */
  readonly afterHash: string | undefined;
  readonly yieldHash: string | undefined;
  /** Code of what would fail. */
  readonly code: string | undefined;
  /** Records to store; each differs from its row. */
  readonly changes: readonly RecordToStore[];
}

interface Yielded {
  readonly completion: StoredCompletion;
  readonly after: readonly RecordToStore[];
  /** What it yielded under the maps before and does no longer. */
  readonly gone: readonly RecordToStore[];
}

export const awardsOf = (derived: Derived) => derived.changes.filter(({ kind, withdrawn }) => kind === "competence-award" && !withdrawn);
export const takenBack = (derived: Derived) => derived.changes.filter(({ withdrawn }) => withdrawn);

export async function derive(
  engine: Engine,
  connection: Connection,
  completions: readonly StoredCompletion[],
  maps: { readonly before: Maps; readonly after: Maps },
): Promise<readonly Derived[]> {
  const derived: Derived[] = [];
  const yielded: Yielded[] = [];
  const byPage = new Map<string, StoredCompletion[]>();
  for (const completion of completions) {
    if (completion.rawPageId === undefined || completion.rawOrdinal === undefined)
      derived.push(failed(completion, "expired", "RAW_EXPIRED"));
    else byPage.set(completion.rawPageId, [...(byPage.get(completion.rawPageId) ?? []), completion]);
  }
  const day = today(engine.clock);
  const pageIds = [...byPage.keys()];
  for (let at = 0; at < pageIds.length; at += pagesAtOnce) {
    const ids = pageIds.slice(at, at + pagesAtOnce);
    const pages = await engine.store.replays.rawPages(ids, day);
    for (const id of ids) {
      for (const completion of byPage.get(id)!) {
        const raw = pages.get(id)?.get(completion.rawOrdinal!);
        if (raw === undefined) {
          derived.push(failed(completion, "expired", "RAW_EXPIRED"));
          continue;
        }
        const one = yieldOf(engine, connection, completion, raw, maps, day);
        if (typeof one === "string") derived.push(failed(completion, "fail", one));
        else yielded.push(one);
      }
    }
  }
  const stored = await storedUnder(engine, connection.id, yielded);
  for (const one of yielded) derived.push(compare(one, stored));
  return derived.sort((a, b) => (a.completion.id < b.completion.id ? -1 : 1));
}

function failed(completion: StoredCompletion, expected: "fail" | "expired", code: string): Derived {
  return { completion, expected, code, afterHash: undefined, yieldHash: undefined, changes: [] };
}

/** A code when it fails. */
function yieldOf(
  engine: Engine,
  connection: Connection,
  completion: StoredCompletion,
  raw: unknown,
  maps: { readonly before: Maps; readonly after: Maps },
  day: string,
): Yielded | string {
  const prepare = (which: Maps) =>
    preparePage(
      { dataSet: "replay", records: [raw], checkpoint: undefined },
      { connection, maps: which, readAt: engine.clock.now().toISOString(), today: day, blind: engine.blind },
    );
  const prepared = prepare(maps.after);
  const refusal = prepared.refusals[0];
  if (refusal) return refusal.code;
  const after = prepared.records.filter(({ organisation }) => organisation === completion.organisation);
  if (!after.some((record) => isOf(record, completion))) return "REPLAY_YIELDS_NOTHING";
  const keys = new Set(after.map(keyOf));
  const gone = prepare(maps.before).records.filter(
    (record) => record.organisation === completion.organisation && !keys.has(keyOf(record)) && !isOf(record, completion),
  );
  return { completion, after, gone };
}

const isOf = (record: RecordToStore, completion: StoredCompletion) =>
  record.kind === "achievement" && record.sourceId === completion.sourceId && !record.withdrawn;

type Key = { readonly kind: RecordKind; readonly organisation: string; readonly sourceId: string; readonly validFrom?: string | undefined };
const keyOf = ({ kind, organisation, sourceId, validFrom }: Key) => JSON.stringify([kind, organisation, sourceId, validFrom ?? null]);

/** One statement for each kind, for all records of the connection. */
async function storedUnder(engine: Engine, connectionId: string, yielded: readonly Yielded[]): Promise<ReadonlyMap<string, StoredUnder>> {
  const sourceIds = new Map<RecordKind, Set<string>>();
  for (const { after, gone } of yielded) {
    for (const { kind, sourceId } of [...after, ...gone]) {
      const ids = sourceIds.get(kind) ?? new Set();
      sourceIds.set(kind, ids.add(sourceId));
    }
  }
  const stored = new Map<string, StoredUnder>();
  for (const [kind, ids] of sourceIds) {
    for (const row of await engine.store.replays.storedUnder(connectionId, kind, [...ids])) stored.set(keyOf({ kind, ...row }), row);
  }
  return stored;
}

function compare({ completion, after, gone }: Yielded, stored: ReadonlyMap<string, StoredUnder>): Derived {
  const changes: RecordToStore[] = [];
  const keep = (record: RecordToStore, sourceVersion: string, state: RecordState, more: Partial<RecordToStore> = {}) =>
    changes.push({ ...record, ...more, sourceVersion, state, rawOrdinal: completion.rawOrdinal! });
  for (const record of after) {
    const row = stored.get(keyOf(record));
    // The instant at which the vendor said it stays: a re-derivation is no news of theirs.
    if (!row) keep(record, completion.sourceVersion, completion.state);
    else if (row.state === "WITHDRAWN") keep(record, row.sourceVersion, completion.state);
    else if (row.contentHash !== record.contentHash) keep(record, row.sourceVersion, row.state);
  }
  for (const record of gone) {
    const row = stored.get(keyOf(record));
    if (row && row.state !== "WITHDRAWN") keep(record, row.sourceVersion, row.state, { withdrawn: true, facts: undefined });
  }
  const yields = [
    ...after.map((record) => `${keyOf(record)} ${record.contentHash}`),
    ...gone.map((record) => `${keyOf(record)} gone`),
  ].sort();
  return {
    completion,
    expected: changes.length > 0 ? "change" : "unchanged",
    afterHash: after.find((record) => isOf(record, completion))!.contentHash,
    yieldHash: uuidOf(yields.join("\n")),
    code: undefined,
    changes,
  };
}
