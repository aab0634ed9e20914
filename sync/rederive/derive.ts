/**
 * What stored raw records would become now. Each raw page is decrypted once, each raw record goes through the connection's own
 * connector by the way every page goes (preparePage), and what a page would do with it is asked of the page's own plan
 * (planKind), so that what is planned is what will be stored. Nothing is written here.
 */
import type { Maps, RecordKind } from "../../connectors/connector";
import { today } from "../../platform/clock";
import type { RecordState } from "../../schema/record";
import { uuidOf } from "../../store/hash";
import { planKind, type ToPlan } from "../../store/page-plan";
import { recordTable } from "../../store/record-tables";
import type { Expected, PersonOfReplay, RefusalOfReplay, ReplayItem, RowOfReplay } from "../../store/replays";
import type { ClaimToStore, RecordToStore } from "../../store/store";
import type { ErasedDoor } from "../../store/subject/marks";
import { compareVersions } from "../../store/version";
import type { Connection } from "../connection";
import type { Engine } from "../engine";
import { kindsToWrite } from "../may-write";
import { type PreparedPage, preparePage } from "../prepare";

export interface Derived {
  readonly item: ReplayItem;
  readonly expected: Expected;
  readonly yieldHash: string | undefined;
  /** Code of what would fail, or why it is not offered. */
  readonly code: string | undefined;
  /** Records to store; each differs from its row. */
  readonly changes: readonly RecordToStore[];
  /** Refusals that go with it. */
  readonly settles: readonly string[];
  /** Whom the records name, where nobody has spoken of them before. */
  readonly claims: readonly ClaimToStore[];
  /** A newer raw record that says what this one said: the item is about that one. */
  readonly newer?: { readonly rawPageId: string; readonly rawOrdinal: number };
}

export interface MapsOfReplay {
  /** Where a map changes: what followed from it before and does no longer is taken back. */
  readonly before?: Maps;
  readonly after: Maps;
}

interface Anchors {
  readonly rows: readonly RowOfReplay[];
  readonly refusals: readonly RefusalOfReplay[];
}
interface Yielded extends Anchors {
  readonly item: ReplayItem;
  readonly prepared: PreparedPage;
  /** Records, with the versions that they keep. */
  readonly after: readonly RecordToStore[];
  /** What it yielded under the maps before and does no longer. */
  readonly gone: readonly RecordToStore[];
}

export const awardsOf = (derived: Derived) => derived.changes.filter(({ kind, withdrawn }) => kind === "competence-award" && !withdrawn);
export const takenBack = (derived: Derived) => derived.changes.filter(({ withdrawn }) => withdrawn);

type Key = { readonly kind: RecordKind; readonly organisation: string; readonly sourceId: string };
const sourceOf = ({ kind, organisation, sourceId }: Key) => JSON.stringify([kind, organisation, sourceId]);
const keyOf = (key: Key & { readonly validFrom?: string | undefined }) => `${sourceOf(key)} ${key.validFrom ?? ""}`;

/** A batch of one connection's items; those about few raw pages cost least. */
export async function derive(
  engine: Engine,
  connection: Connection,
  items: readonly ReplayItem[],
  maps: MapsOfReplay,
): Promise<readonly Derived[]> {
  const day = today(engine.clock);
  const pageIds = [...new Set(items.flatMap(({ rawPageId }) => rawPageId ?? []))];
  const [pages, anchors] = [await engine.store.replays.rawPages(pageIds, day), await anchorsOf(engine, items)];
  const erased = await engine.store.erased.door(connection.id);
  const kinds = kindsToWrite(engine, connection);
  const derived: Derived[] = [];
  const yielded: Yielded[] = [];
  for (const item of items) {
    const own = anchors(item);
    const raw = item.rawPageId === undefined ? undefined : pages.get(item.rawPageId)?.get(item.rawOrdinal!);
    if (raw === undefined) {
      // Of what was refused, not everything may be kept; of what was accepted everything was.
      const neverKept = item.rawPageId === undefined && own.refusals.length > 0;
      derived.push(failed(item, "expired", neverKept ? "RAW_NOT_KEPT" : "RAW_EXPIRED"));
      continue;
    }
    const one = yieldOf({ engine, connection, day, erased, kinds }, item, own, raw, maps);
    if ("expected" in one) derived.push(one);
    else yielded.push(one);
  }
  const under = await rowsUnder(engine, connection.id, yielded);
  const persons = await personsOf(engine, connection.id, yielded);
  const provenances = await engine.store.replays.provenanceIds(
    yielded.flatMap(({ after, gone }) => [...after, ...gone]).map((r) => r.provenance),
  );
  let at = 0;
  for (const one of yielded) {
    const count = one.after.length + one.gone.length;
    derived.push(compare(one, under, persons, provenances.slice(at, at + count)));
    at += count;
  }
  return derived.sort((a, b) => a.item.n - b.item.n);
}

function failed(item: ReplayItem, expected: "fail" | "expired" | "unchanged", code: string): Derived {
  return { item, expected, code, yieldHash: undefined, changes: [], settles: [], claims: [] };
}

async function anchorsOf(engine: Engine, items: readonly ReplayItem[]): Promise<(item: ReplayItem) => Anchors> {
  const ids = new Map<string, string[]>();
  const split = (anchor: string) => [anchor.slice(0, anchor.indexOf(":")), anchor.slice(anchor.indexOf(":") + 1)] as const;
  for (const anchor of items.flatMap((item) => item.anchors)) {
    const [kind, id] = split(anchor);
    ids.set(kind, [...(ids.get(kind) ?? []), id]);
  }
  const rows = new Map<string, RowOfReplay>();
  const refusals = new Map<string, RefusalOfReplay>();
  for (const [kind, list] of ids) {
    if (kind === "refused") for (const one of await engine.store.replays.refusalsById(list)) refusals.set(one.id, one);
    else for (const one of await engine.store.replays.recordsById(kind as RecordKind, list)) rows.set(`${kind}:${one.id}`, one);
  }
  return (item) => ({
    rows: item.anchors.flatMap((anchor) => rows.get(anchor) ?? []),
    refusals: item.anchors.flatMap((anchor) => (anchor.startsWith("refused:") ? (refusals.get(split(anchor)[1]) ?? []) : [])),
  });
}

function isOneOf(refusals: readonly RefusalOfReplay[]) {
  const keys = new Set(refusals.map(({ kind, sourceId }) => `${kind ?? ""} ${sourceId}`));
  return ({ kind, sourceId }: { readonly kind: RecordKind | undefined; readonly sourceId: string }) =>
    keys.has(`${kind ?? ""} ${sourceId}`);
}

/** Instant of the hub's reading: the last part of a version. */
const readAtOf = (version: string) => version.slice(version.lastIndexOf("|") + 1);

interface Reading {
  readonly engine: Engine;
  readonly connection: Connection;
  readonly day: string;
  readonly erased: ErasedDoor;
  readonly kinds: readonly RecordKind[];
}

function yieldOf(
  { engine, connection, day, erased, kinds }: Reading,
  item: ReplayItem,
  own: Anchors,
  raw: unknown,
  maps: MapsOfReplay,
): Yielded | Derived {
  const live = own.rows.filter(({ state, takenBack }) => state !== "WITHDRAWN" || takenBack);
  const open = own.refusals.filter(({ isOpen }) => isOpen);
  // What its source, or a person, has withdrawn since stays withdrawn.
  if (live.length === 0 && open.length === 0) return { ...failed(item, "unchanged", ""), code: undefined };
  const versions = [...live.map(({ sourceVersion }) => sourceVersion), ...open.flatMap(({ sourceVersion }) => sourceVersion ?? [])].sort(
    compareVersions,
  );
  const version = versions.at(-1);
  if (version === undefined) return failed(item, "expired", "RAW_NOT_KEPT");
  const prepare = (which: Maps) =>
    preparePage(
      { dataSet: "replay", records: [raw], checkpoint: undefined },
      { connection, maps: which, readAt: readAtOf(version), today: day, blind: engine.blind, erased, kinds },
    );
  const prepared = prepare(maps.after);
  const organisations = new Set([...live, ...own.refusals].flatMap(({ organisation }) => organisation ?? []));
  const meant = ({ organisation }: RecordToStore) => organisations.size === 0 || organisations.has(organisation);
  const isRefused = isOneOf(open);
  const after = prepared.records.filter(meant);
  const before = maps.before ? prepare(maps.before).records.filter(meant) : [];
  const again = prepared.refusals.find(
    ({ kind, sourceId }) =>
      !before.some((record) => record.kind === kind && record.sourceId === sourceId) &&
      (after.length === 0 || isRefused({ kind, sourceId }) || live.some((row) => row.kind === kind && row.sourceId === sourceId)),
  );
  if (again) return failed(item, "fail", again.code);
  const keys = new Set(after.map(keyOf));
  const anchored = new Set(live.map((row) => sourceOf(row)));
  const gone = before.filter((record) => !keys.has(keyOf(record)) && !(record.kind === "achievement" && anchored.has(sourceOf(record))));
  return { item, ...own, rows: live, refusals: open, prepared, after, gone };
}

type Rows = ReadonlyMap<string, readonly RowOfReplay[]>;

/** One statement for each kind, for the whole batch. */
async function rowsUnder(engine: Engine, connectionId: string, yielded: readonly Yielded[]): Promise<Rows> {
  const sourceIds = new Map<RecordKind, Set<string>>();
  for (const { after, gone } of yielded) {
    for (const { kind, sourceId } of [...after, ...gone]) sourceIds.set(kind, (sourceIds.get(kind) ?? new Set()).add(sourceId));
  }
  const under = new Map<string, RowOfReplay[]>();
  for (const [kind, ids] of sourceIds) {
    for (const row of await engine.store.replays.recordsUnder(connectionId, kind, [...ids])) {
      const list = under.get(sourceOf(row));
      if (list) list.push(row);
      else under.set(sourceOf(row), [row]);
    }
  }
  return under;
}

async function personsOf(engine: Engine, connectionId: string, yielded: readonly Yielded[]): Promise<ReadonlyMap<string, PersonOfReplay>> {
  const keys = new Map<string, { organisation: string; personKey: string }>();
  for (const { after } of yielded) {
    for (const { organisation, personKey } of after) {
      if (personKey !== undefined) keys.set(`${organisation}|${personKey}`, { organisation, personKey });
    }
  }
  return keys.size === 0 ? new Map() : engine.store.replays.persons(connectionId, [...keys.values()]);
}

/** Nobody yet: equal to no person that a row may name. */
const nobody: PersonOfReplay = { id: "", staffMemberId: undefined };

function compare(yielded: Yielded, under: Rows, persons: ReadonlyMap<string, PersonOfReplay>, provenances: readonly number[]): Derived {
  const { item, rows: anchors, refusals, prepared, after, gone } = yielded;
  const page = BigInt(item.rawPageId!);
  const rowOf = (record: RecordToStore) => under.get(sourceOf(record))?.find(({ validFrom }) => validFrom === record.validFrom);
  const isNewer = (row: RowOfReplay | undefined) =>
    row !== undefined &&
    row.state !== "WITHDRAWN" &&
    row.rawPageId !== undefined &&
    row.rawOrdinal !== undefined &&
    BigInt(row.rawPageId) > page;
  const newest = [...after, ...gone]
    .map(rowOf)
    .filter(isNewer)
    .sort((a, b) => (BigInt(a!.rawPageId!) < BigInt(b!.rawPageId!) ? 1 : -1))[0];
  const newer = newest && { rawPageId: newest.rawPageId!, rawOrdinal: newest.rawOrdinal! };

  const main = anchors[0];
  const mainState = main?.state === "WITHDRAWN" ? undefined : (main?.state as RecordState | undefined);
  const isRefused = isOneOf(refusals);
  const entries = new Map<RecordKind, ToPlan[]>();
  const offer = (record: RecordToStore, provenanceId: number) => {
    const known = record.personKey === undefined ? undefined : (persons.get(`${record.organisation}|${record.personKey}`) ?? nobody);
    entries.set(record.kind, [...(entries.get(record.kind) ?? []), { record, provenanceId, person: known }]);
  };
  let stands = refusals.length > 0 || gone.some((record) => rowOf(record) !== undefined);
  for (const [i, record] of after.entries()) {
    const row = rowOf(record);
    const said = { ...record, rawOrdinal: item.rawOrdinal! };
    if (row && (row.state !== "WITHDRAWN" || row.takenBack)) stands = true;
    if (!row) {
      // The instant at which the vendor said it stays: a re-derivation is no news of theirs.
      const follows = main && !isRefused(record);
      offer({ ...said, ...(follows ? { sourceVersion: main.sourceVersion, state: mainState } : {}) }, provenances[i]!);
    } else if (isNewer(row)) continue;
    else if (row.state !== "WITHDRAWN" && isSame(row, record, provenances[i]!)) continue;
    else if (isRefused(record) && !(row.rawPageId === item.rawPageId && row.rawOrdinal === item.rawOrdinal)) {
      // Said after what is stored, and not to be read then; or before, and then what is stored stands.
      if (compareVersions(record.sourceVersion, row.sourceVersion) > 0) offer(said, provenances[i]!);
    } else if (row.state !== "WITHDRAWN")
      offer({ ...said, sourceVersion: row.sourceVersion, state: row.state as RecordState }, provenances[i]!);
    else if (row.takenBack) offer({ ...said, sourceVersion: row.sourceVersion, state: mainState }, provenances[i]!);
  }
  if (!stands) return { ...failed(item, "fail", "REPLAY_YIELDS_NOTHING"), ...(newer ? { newer } : {}) };

  const yields = after.map((record) => `${keyOf(record)} ${record.contentHash} ${record.validTo ?? ""}`);
  const takeBack = (row: RowOfReplay, like: Pick<RecordToStore, "provenance" | "personKey">) => {
    const { kind, organisation, sourceId } = row;
    yields.push(`${keyOf(row)} gone`);
    if (row.state === "WITHDRAWN" || isNewer(row)) return;
    const versions = under.get(sourceOf(row))?.map(({ sourceVersion }) => sourceVersion) ?? [row.sourceVersion];
    const sourceVersion = versions.sort(compareVersions).at(-1)!;
    const record: RecordToStore = {
      kind,
      organisation,
      sourceId,
      personKey: like.personKey,
      facts: undefined,
      withdrawn: true,
      contentHash: row.row[5],
      sourceVersion,
      validFrom: row.validFrom,
      validTo: undefined,
      provenance: like.provenance,
      rawOrdinal: item.rawOrdinal!,
    };
    offer(record, row.row[11]);
  };
  const keys = new Set(after.map(keyOf));
  const done = new Set<string>();
  for (const record of gone) {
    const row = rowOf(record);
    if (row && !done.has(row.id)) takeBack(row, record);
    if (row) done.add(row.id);
  }
  // What was chosen and is yielded no more, while its raw record still stands for something else.
  const like = after[0];
  if (like) for (const row of anchors) if (!keys.has(keyOf(row)) && !done.has(row.id)) takeBack(row, like);

  const changes: RecordToStore[] = [];
  for (const [kind, list] of entries) {
    const stored = [...new Set(list.map(({ record }) => sourceOf(record)))].flatMap((source) =>
      (under.get(source) ?? anchors.filter((row) => sourceOf(row) === source)).map(({ row }) => row),
    );
    const plan = planKind(list, stored, "", recordTable(kind).aboutStaffMember, () => "new");
    if (plan.conflicts.length > 0) return { ...failed(item, "fail", "IDENTITY_CONFLICT"), ...(newer ? { newer } : {}) };
    const written = new Set(plan.upserts.map(({ entry }) => entry.record));
    for (const { record } of list) {
      if (written.has(record) || (record.withdrawn && plan.withdrawals.length > 0)) changes.push(record);
    }
  }
  const settles = refusals.map(({ id }) => id);
  const named = new Set(changes.map(({ organisation, personKey }) => `${organisation}|${personKey}`));
  const claims = prepared.claims.filter(({ organisation, claim }) => {
    const key = `${organisation}|${claim.personKey}`;
    return named.has(key) && !persons.has(key);
  });
  return {
    item,
    expected: changes.length > 0 || settles.length > 0 ? "change" : "unchanged",
    yieldHash: uuidOf(yields.sort().join("\n")),
    code: undefined,
    changes,
    settles,
    claims,
    ...(newer ? { newer } : {}),
  };
}

const isSame = ({ row }: RowOfReplay, record: RecordToStore, provenanceId: number) =>
  row[5] === record.contentHash && row[4] === (record.validTo ?? null) && row[11] === provenanceId;
