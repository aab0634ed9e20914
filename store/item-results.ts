/** What became of each vendor record of a push, told from what became of the records that it gave. Pure. */
import type { RecordKind } from "../schema/kinds";
import type { KindPlan } from "./page-plan";
import type { ItemOutcome, ItemResult, PageToStore } from "./store";

/** What asks most of somebody first: an item of which one record is refused is refused, whatever became of the others. */
const order: readonly ItemOutcome[] = ["refused", "waiting", "applied", "superseded", "unchanged"];

export function itemResults(page: PageToStore, plans: readonly { readonly kind: RecordKind; readonly plan: KindPlan }[]): ItemResult[] {
  const outcomes = new Map<number, Set<ItemOutcome>>();
  const refusals = new Map<number, ItemResult["refusal"]>();
  const records = new Map<number, { kind: RecordKind; sourceId: string }[]>();
  const add = (position: number, outcome: ItemOutcome) => {
    const known = outcomes.get(position);
    if (known) known.add(outcome);
    else outcomes.set(position, new Set([outcome]));
  };
  const refuse = (position: number, refusal: NonNullable<ItemResult["refusal"]>) => {
    add(position, "refused");
    if (!refusals.has(position)) refusals.set(position, refusal);
  };
  for (const { position, code, pointer, got, expected } of page.refusals) {
    if (position !== undefined) refuse(position, { code, pointer, got, expected });
  }
  for (const { plan } of plans) {
    for (const [record, outcome] of plan.outcomes ?? []) add(record.rawOrdinal, outcome);
    for (const { record } of plan.conflicts)
      refuse(record.rawOrdinal, {
        code: "IDENTITY_CONFLICT",
        pointer: "/person",
        got: "another person",
        expected: "the person it was about",
      });
  }
  for (const { rawOrdinal, kind, sourceId } of page.records) {
    const list = records.get(rawOrdinal);
    if (list) list.push({ kind, sourceId });
    else records.set(rawOrdinal, [{ kind, sourceId }]);
  }
  return Array.from({ length: page.counts.rawIn }, (_, position) => ({
    position,
    outcome: order.find((outcome) => outcomes.get(position)?.has(outcome)) ?? "ignored",
    refusal: refusals.get(position),
    records: records.get(position) ?? [],
  }));
}
