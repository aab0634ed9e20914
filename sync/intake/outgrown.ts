/**
 * A vendor keeps an item's id and changes what it is: a core skill becomes a course, a course another one, what was achieved
 * is so no longer. A polled list shows that by itself; of what is pushed, the newest version of the item says what all of it
 * gives, and what an earlier one gave beside that goes. Pure.
 */
import type { PushedRecord, RecordKind } from "../../connectors/connector";
import { contentHashOf } from "../../store/hash";
import type { HeldOfItem } from "../../store/pushed-records";
import type { RecordToStore } from "../../store/store";
import { compareVersions, vendorPart } from "../../store/version";
import type { PreparedPage } from "../prepare";

/** An item that gives nothing, and says so of everything that it gave. */
export interface Ended {
  readonly sourceVersion: string;
  readonly personKey: string;
}
type Provenance = RecordToStore["provenance"];

const keyOf = ({ kind, organisation, sourceId }: Pick<HeldOfItem, "kind" | "organisation" | "sourceId">) =>
  JSON.stringify([kind, organisation, sourceId]);

interface Said {
  readonly position: number;
  readonly vendorId: string;
  readonly version: string;
  readonly personKey: string | undefined;
  readonly own: readonly RecordToStore[];
  readonly isEnded: boolean;
}

export function withOutgrown(
  prepared: PreparedPage,
  items: readonly PushedRecord[],
  ended: ReadonlyMap<number, Ended>,
  held: readonly HeldOfItem[],
  provenanceOf: (kind: RecordKind) => Provenance,
): PreparedPage {
  const said = saidOf(prepared, items, ended);
  if (said.length === 0) return prepared;
  const known = new Map<string, HeldOfItem[]>();
  const add = (one: HeldOfItem) => known.set(one.vendorId, [...(known.get(one.vendorId) ?? []), one]);
  for (const one of held) add(one);
  // The same id twice in one batch: what the first of them gives is held by the time of the second.
  const times = new Map<string, number>();
  for (const { vendorId } of said) times.set(vendorId, (times.get(vendorId) ?? 0) + 1);
  for (const { vendorId, own } of said)
    if (times.get(vendorId)! > 1)
      for (const record of own) add({ ...record, vendorId, isWithdrawn: record.withdrawn, personKey: record.personKey });

  const more: RecordToStore[] = [];
  let woken = 0;
  for (const one of said) {
    // Whoever's record the id named before keeps it: that is a conflict, and no correction.
    const mine = (known.get(one.vendorId) ?? []).filter(({ personKey }) => one.personKey === undefined || personKey === one.personKey);
    const goes = outgrownBy(one, mine).map((key) => withdrawalOf(key, one.version, one.position, provenanceOf));
    const late = tooLate(one, mine).map(({ record, version }) => withdrawalOf(record, version, one.position, provenanceOf));
    more.push(...goes, ...late);
    if (one.isEnded && goes.length > 0) woken += 1;
  }
  if (more.length === 0) return prepared;
  const { ignored, yielding } = prepared.counts;
  return {
    ...prepared,
    records: [...prepared.records, ...more],
    counts: { ...prepared.counts, ignored: ignored - woken, yielding: yielding + woken },
  };
}

/** Items that say what they are; one that is refused leaves what is known. */
function saidOf(prepared: PreparedPage, items: readonly PushedRecord[], ended: ReadonlyMap<number, Ended>): readonly Said[] {
  const refused = new Set(prepared.refusals.map(({ position }) => position));
  const own = new Map<number, RecordToStore[]>();
  for (const record of prepared.records) own.set(record.rawOrdinal, [...(own.get(record.rawOrdinal) ?? []), record]);
  return items.flatMap(({ vendorId }, position): Said[] => {
    if (vendorId === undefined || refused.has(position)) return [];
    const records = own.get(position) ?? [];
    const [first] = records;
    const end = ended.get(position);
    if (first) {
      const personKey = records.find((record) => record.personKey !== undefined)?.personKey;
      return [{ position, vendorId, version: first.sourceVersion, personKey, own: records, isEnded: false }];
    }
    return end ? [{ position, vendorId, version: end.sourceVersion, personKey: end.personKey, own: [], isEnded: true }] : [];
  });
}

/** What stands of an earlier version and is not said again. */
function outgrownBy({ version, own }: Said, held: readonly HeldOfItem[]): readonly HeldOfItem[] {
  const again = new Set(own.map(keyOf));
  const found = new Map<string, HeldOfItem>();
  for (const one of held)
    if (!one.isWithdrawn && !again.has(keyOf(one)) && compareVersions(version, one.sourceVersion) >= 0) found.set(keyOf(one), one);
  return [...found.values()];
}

/** What this version gives and nobody has seen of it, while a newer one, which no longer gives it, is here already. */
function tooLate({ own }: Said, held: readonly HeldOfItem[]): readonly { readonly record: RecordToStore; readonly version: string }[] {
  const known = new Set(held.filter(({ isWithdrawn }) => !isWithdrawn).map(keyOf));
  const newest = held
    .map(({ sourceVersion }) => sourceVersion)
    .sort(compareVersions)
    .at(-1);
  if (newest === undefined) return [];
  return own.flatMap((record) =>
    record.withdrawn || known.has(keyOf(record)) || vendorPart(record.sourceVersion) >= vendorPart(newest)
      ? []
      : [{ record, version: newest }],
  );
}

function withdrawalOf(
  { kind, organisation, sourceId }: Pick<HeldOfItem, "kind" | "organisation" | "sourceId">,
  sourceVersion: string,
  rawOrdinal: number,
  provenanceOf: (kind: RecordKind) => Provenance,
): RecordToStore {
  return {
    kind,
    organisation,
    sourceId,
    personKey: undefined,
    facts: undefined,
    withdrawn: true,
    contentHash: contentHashOf(kind, {}),
    sourceVersion,
    validFrom: undefined,
    validTo: undefined,
    provenance: provenanceOf(kind),
    rawOrdinal,
  };
}
