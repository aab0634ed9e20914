/**
 * What becomes of one page's records of one kind, given what is stored: pure. A greater version wins; the loser goes to
 * history; equal facts write nothing. Withdrawals speak for every segment of their source id.
 */
import type { RecordToStore } from "./store";
import { compareVersions, vendorPart } from "./version";

/** Column order of RecordTable.stored. */
export type StoredRow = readonly [
  id: string,
  organisation: string,
  sourceId: string,
  validFrom: string | null,
  validTo: string | null,
  contentHash: string,
  sourceVersion: string,
  derivationVersion: string,
  state: string,
  sourcePersonId: string | null,
  staffMemberId: string | null,
  provenanceId: number,
  kind: string,
];
const ID = 0;
const ORGANISATION = 1;
const SOURCE_ID = 2;
const VALID_FROM = 3;
const VALID_TO = 4;
const HASH = 5;
const VERSION = 6;
const DERIVATION = 7;
const STATE = 8;
const PERSON = 9;
const STAFF = 10;
const PROVENANCE = 11;

/** In the place of valid_from: not a row, but what a withdrawal of an unknown key has left (tombstones.ts). */
export const tombstoneSegment = "tombstone";
const isTombstone = (row: StoredRow) => row[VALID_FROM] === tombstoneSegment;

export interface ToPlan {
  readonly record: RecordToStore;
  readonly provenanceId: number;
  /** Undefined for kinds about an organisation. */
  readonly person: { readonly id: string; readonly staffMemberId: string | undefined; readonly conflicted?: boolean } | undefined;
}

export interface Upsert {
  readonly id: string;
  readonly isNew: boolean;
  readonly entry: ToPlan;
}

/** How a record is counted; a conflict is counted as refused by its caller. */
export type Counted = "applied" | "unchanged" | "superseded" | "waiting";

export interface KindPlan {
  readonly upserts: Upsert[];
  /** The vendor raised its version, the facts are the same: a later, older version must still lose. */
  readonly touches: { id: string; version: string }[];
  readonly withdrawals: { id: string; version: string; rawOrdinal: number }[];
  /** Versions that lost: to history under the id of the row that won. */
  readonly late: { id: string; record: RecordToStore }[];
  /** Withdrawals of keys that are not held: what is older and comes later must lose. `id` is the one a newer record will get. */
  readonly tombstones: { readonly id: string; readonly record: RecordToStore }[];
  /** The key now names somebody else: a conflict, not an update. */
  readonly conflicts: { id: string; record: RecordToStore }[];
  /** Rows this page has shown to be at the source. */
  readonly seen: string[];
  applied: number;
  unchanged: number;
  superseded: number;
  waiting: number;
  /** Record by record, for a push's receipts; undefined for a poll, which only counts. */
  readonly outcomes?: Map<RecordToStore, Counted>;
}

function count(plan: KindPlan, record: RecordToStore, as: Counted): void {
  plan[as] += 1;
  plan.outcomes?.set(record, as);
}

interface Group {
  readonly entries: ToPlan[];
  readonly rows: StoredRow[];
}

export function planKind(
  entries: readonly ToPlan[],
  stored: readonly StoredRow[],
  derivationVersion: string,
  aboutStaffMember: boolean,
  newId: () => string,
  keepOutcomes = false,
): KindPlan {
  const plan: KindPlan = {
    ...(keepOutcomes ? { outcomes: new Map() } : {}),
    upserts: [],
    touches: [],
    withdrawals: [],
    late: [],
    tombstones: [],
    conflicts: [],
    seen: [],
    applied: 0,
    unchanged: 0,
    superseded: 0,
    waiting: 0,
  };
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const key = `${entry.record.organisation}\n${entry.record.sourceId}`;
    const group = groups.get(key);
    if (group) group.entries.push(entry);
    else groups.set(key, { entries: [entry], rows: [] });
  }
  for (const row of stored) groups.get(`${row[ORGANISATION]}\n${row[SOURCE_ID]}`)?.rows.push(row);
  const context = { plan, derivationVersion, aboutStaffMember, newId, revived: new Set<string>() };
  for (const group of groups.values()) {
    const only = group.entries.length === 1 ? group.entries[0]! : undefined;
    if (only && !only.record.withdrawn) settle(context, only, group.rows);
    else settleGroup(context, group);
  }
  return plan;
}

interface Context {
  readonly plan: KindPlan;
  readonly derivationVersion: string;
  readonly aboutStaffMember: boolean;
  readonly newId: () => string;
  /** Ids of tombstones that a record of this page has taken. */
  readonly revived: Set<string>;
}

/** Several statements about one source id in one page: the last by version speaks, earlier ones are superseded. */
function settleGroup(context: Context, group: Group): void {
  const { plan } = context;
  const ordered = group.entries
    .map((entry, position) => ({ entry, position }))
    .sort((a, b) => compareVersions(a.entry.record.sourceVersion, b.entry.record.sourceVersion) || a.position - b.position);
  const winners = new Map<string, { entry: ToPlan; rank: number }>();
  const losers: { entry: ToPlan; segment: string }[] = [];
  let withdrawal: { entry: ToPlan; rank: number } | undefined;
  ordered.forEach(({ entry }, rank) => {
    if (entry.record.withdrawn) {
      if (withdrawal) count(plan, withdrawal.entry.record, "superseded");
      withdrawal = { entry, rank };
      return;
    }
    const segment = entry.record.validFrom ?? "";
    const earlier = winners.get(segment);
    if (earlier) losers.push({ entry: earlier.entry, segment });
    winners.set(segment, { entry, rank });
  });
  const idOf = new Map<string, string>();
  for (const [segment, winner] of winners) {
    if (withdrawal && winner.rank < withdrawal.rank) {
      losers.push({ entry: winner.entry, segment });
      winners.delete(segment);
    } else idOf.set(segment, settle(context, winner.entry, group.rows));
  }
  const buried = withdrawal && winners.size === 0 ? bury(context, withdrawal.entry.record, group.rows) : undefined;
  for (const { entry, segment } of losers) {
    count(plan, entry.record, "superseded");
    const winner = winners.get(segment)?.entry.record ?? withdrawal?.entry.record;
    const id = idOf.get(segment) ?? group.rows.find((row) => (row[VALID_FROM] ?? "") === segment)?.[ID] ?? buried;
    // The same thing said twice without an order of the vendor's is a repetition, not a version.
    if (id && winner && vendorPart(entry.record.sourceVersion) < vendorPart(winner.sourceVersion))
      plan.late.push({ id, record: entry.record });
  }
  if (withdrawal) settleWithdrawal(plan, withdrawal.entry.record, group.rows, winners);
}

/** Nothing of this key is held. Answers the id under which its versions stand. */
function bury({ plan, newId }: Context, record: RecordToStore, rows: readonly StoredRow[]): string | undefined {
  if (rows.some((row) => !isTombstone(row))) return undefined;
  const known = rows[0];
  const id = known?.[ID] ?? newId();
  if (!known || compareVersions(record.sourceVersion, known[VERSION]) > 0) plan.tombstones.push({ id, record });
  return id;
}

function settleWithdrawal(plan: KindPlan, record: RecordToStore, rows: readonly StoredRow[], kept: ReadonlyMap<string, unknown>): void {
  let withdrawn = 0;
  let standing = 0;
  for (const row of rows) {
    if (kept.has(row[VALID_FROM] ?? "")) continue;
    if (isTombstone(row)) {
      if (rows.length === 1) standing += 1;
    } else if (row[STATE] === "WITHDRAWN") standing += 1;
    else if (compareVersions(record.sourceVersion, row[VERSION]) >= 0) {
      plan.withdrawals.push({ id: row[ID], version: record.sourceVersion, rawOrdinal: record.rawOrdinal });
      withdrawn += 1;
    } else if (vendorPart(record.sourceVersion) < vendorPart(row[VERSION])) plan.late.push({ id: row[ID], record });
  }
  count(plan, record, withdrawn > 0 ? "applied" : standing > 0 ? "unchanged" : "superseded");
}

/** One record against what is stored under its source id; answers the row's id. */
function settle(context: Context, entry: ToPlan, rows: readonly StoredRow[]): string {
  const { plan } = context;
  const { record, person } = entry;
  const validFrom = record.validFrom ?? null;
  let row: StoredRow | undefined;
  for (const candidate of rows) if (candidate[VALID_FROM] === validFrom) row = candidate;

  if (!row) {
    const tombstone = rows.find((other) => other[STATE] === "WITHDRAWN" && compareVersions(other[VERSION], record.sourceVersion) > 0);
    if (tombstone) {
      count(plan, record, "superseded");
      plan.late.push({ id: tombstone[ID], record });
      return tombstone[ID];
    }
    const id = revivedId(context, rows) ?? context.newId();
    write(context, { id, isNew: true, entry });
    return id;
  }

  const id = row[ID];
  plan.seen.push(id);
  if (row[PERSON] !== null && person && row[PERSON] !== person.id) {
    plan.conflicts.push({ id, record });
    return id;
  }
  const sameFacts =
    row[HASH] === record.contentHash && row[VALID_TO] === (record.validTo ?? null) && row[PROVENANCE] === entry.provenanceId;
  const order = compareVersions(record.sourceVersion, row[VERSION]);
  if (sameFacts && row[STATE] === "IN_FORCE") {
    if (order > 0 && vendorPart(record.sourceVersion) > vendorPart(row[VERSION])) plan.touches.push({ id, version: record.sourceVersion });
    count(plan, record, context.aboutStaffMember && row[STAFF] === null ? "waiting" : "unchanged");
    return id;
  }
  const wins =
    order > 0 ||
    (order === 0 &&
      (row[DERIVATION] !== context.derivationVersion ||
        row[STATE] !== "IN_FORCE" ||
        row[HASH] === record.contentHash ||
        record.contentHash > row[HASH]));
  if (wins) {
    plan.seen.pop();
    write(context, { id, isNew: false, entry });
    return id;
  }
  count(plan, record, "superseded");
  if (row[HASH] !== record.contentHash || row[VALID_TO] !== (record.validTo ?? null)) plan.late.push({ id, record });
  return id;
}

/** What was withdrawn before it was known keeps its id when it comes back: its late versions stand there. */
function revivedId({ revived }: Context, rows: readonly StoredRow[]): string | undefined {
  const id = rows.find(isTombstone)?.[ID];
  if (id === undefined || revived.has(id) || rows.some((row) => row[ID] === id && !isTombstone(row))) return undefined;
  revived.add(id);
  return id;
}

function write({ plan, aboutStaffMember }: Context, upsert: Upsert): void {
  // Its key names somebody else by now: what it says may be about either.
  if (upsert.entry.person?.conflicted) {
    plan.conflicts.push({ id: upsert.id, record: upsert.entry.record });
    if (!upsert.isNew) plan.seen.push(upsert.id);
    return;
  }
  plan.upserts.push(upsert);
  plan.seen.push(upsert.id);
  count(plan, upsert.entry.record, aboutStaffMember && upsert.entry.person?.staffMemberId === undefined ? "waiting" : "applied");
}
