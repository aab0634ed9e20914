import type { BindingToStore, Store } from "../store/store";
import { decideMatches, type MatchDecisions } from "./match";
import type { MatchWeights } from "./match-weights";

export interface MatchCounts {
  readonly bound: number;
  readonly created: number;
  readonly proposed: number;
  readonly conflicts: number;
  readonly unmatched: number;
}
type Fate = keyof MatchCounts;

export interface MatchingOptions {
  readonly vpdOf: (organisation: string) => string | undefined;
  readonly batchSize?: number;
  readonly weights?: MatchWeights;
  /** The session that holds the lock of matching (store.exclusively). */
  readonly session?: number;
}

/** Large enough that a statement's fixed cost disappears, small enough that a batch's candidates fit in memory with ease. */
const defaultBatchSize = 1000;

/**
 * Decides for these people and stores the decisions, then looks again at those who wait and share something with one who is
 * bound now or, bound before, is told of otherwise: whatever the order of arrival, a record is bound once both sides are there.
 */
export async function matchPeople(
  store: Pick<Store, "people">,
  sourcePersonIds: readonly string[],
  options: MatchingOptions,
): Promise<MatchCounts> {
  const batchSize = options.batchSize ?? defaultBatchSize;
  const fates = new Map<string, Fate>();
  const toldOf: string[] = [];

  const match = async (ids: readonly string[]) => {
    for (let at = 0; at < ids.length; at += batchSize) {
      // Each round settles at least the lowest of those left over, because they wait only for lower ids.
      for (let batch = ids.slice(at, at + batchSize); batch.length > 0; ) {
        const { decisions, bound } = await matchBatch(store, batch, options);
        note(fates, decisions);
        toldOf.push(...bound);
        batch = decisions.later;
      }
    }
  };

  await match([...new Set(sourcePersonIds)]);
  for (let at = 0; at < toldOf.length; at += batchSize) {
    const arrived = toldOf.slice(at, at + batchSize);
    for (let after: string | undefined; ; ) {
      const waiting = await store.people.waitingFor(arrived, after, batchSize);
      if (waiting.length > 0) await match(waiting);
      if (waiting.length < batchSize) break;
      after = waiting.at(-1);
    }
  }
  return tally(fates);
}

async function matchBatch(store: Pick<Store, "people">, ids: readonly string[], options: MatchingOptions) {
  const [people, candidates, forbidden] = await Promise.all([
    store.people.forMatching(ids),
    store.people.candidates(ids),
    store.people.forbidden(ids),
  ]);
  const decisions = decideMatches({ people, candidates, forbidden, vpdOf: options.vpdOf, weights: options.weights });
  const { bindings, proposals, conflicts, unmatched, unchanged } = decisions;
  if (bindings.length + proposals.length + conflicts.length + unmatched.length + unchanged.length > 0) {
    await store.people.decide({ bindings, proposals, conflicts, unmatched, unchanged, session: options.session });
  }
  // People come here when they are new or their claim has changed: also somebody who stays bound may be recognised by more now.
  const stays = new Set(people.filter((person) => person.staffMemberId !== undefined).map((person) => person.id));
  return { decisions, bound: [...bindings.map(({ sourcePersonId }) => sourcePersonId), ...unchanged.filter((id) => stays.has(id))] };
}

/** The last word on a person counts: somebody proposed at first may be bound when ESR's next batch comes. */
function note(fates: Map<string, Fate>, decisions: MatchDecisions): void {
  for (const id of decisions.unmatched) fates.set(id, "unmatched");
  for (const { sourcePersonId } of decisions.conflicts) fates.set(sourcePersonId, "conflicts");
  for (const { sourcePersonId } of decisions.proposals) fates.set(sourcePersonId, "proposed");
  const fateOf = (binding: BindingToStore): Fate => (binding.decision === "CREATED" ? "created" : "bound");
  for (const binding of decisions.bindings) fates.set(binding.sourcePersonId, fateOf(binding));
}

function tally(fates: ReadonlyMap<string, Fate>): MatchCounts {
  const counts = { bound: 0, created: 0, proposed: 0, conflicts: 0, unmatched: 0 };
  for (const fate of fates.values()) counts[fate] += 1;
  return counts;
}
