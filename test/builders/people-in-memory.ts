import type { BindingToStore, MatchReason, PersonToMatch, ProposalToStore, Store } from "../../store/store";

/** `Store.people` without a database, for tests of matching and for `bench:match`. Ids of staff members count up. */
export interface PeopleInMemory {
  readonly people: Store["people"];
  add(...people: PersonToMatch[]): void;
  get(sourcePersonId: string): PersonToMatch;
  readonly bindings: Map<string, BindingToStore>;
  readonly proposals: Map<string, ProposalToStore[]>;
  readonly conflicts: Map<string, readonly MatchReason[]>;
  readonly looked: Set<string>;
  /** How many statements were asked for, by name: a query per person would show here. */
  readonly asked: Record<string, number>;
}

export function peopleInMemory(): PeopleInMemory {
  const persons = new Map<string, PersonToMatch>();
  const byKey = new Map<string, Set<string>>();
  const refusals: { sourcePersonId: string; staffMemberId: string }[] = [];
  const bindings = new Map<string, BindingToStore>();
  const proposals = new Map<string, ProposalToStore[]>();
  const conflicts = new Map<string, readonly MatchReason[]>();
  const looked = new Set<string>();
  const asked: Record<string, number> = {};
  let staffMembers = 0;
  const count = (name: string) => {
    asked[name] = (asked[name] ?? 0) + 1;
  };
  const get = (id: string) => {
    const person = persons.get(id);
    if (!person) throw new Error(`no source person ${id}`);
    return person;
  };
  const sharing = (ids: readonly string[]): Set<string> => {
    const found = new Set<string>();
    for (const id of ids) for (const key of get(id).matchKeys) for (const other of byKey.get(key) ?? []) if (other !== id) found.add(other);
    return found;
  };
  const bind = (sourcePersonId: string, staffMemberId: string | undefined) =>
    persons.set(sourcePersonId, { ...get(sourcePersonId), staffMemberId });

  const people: Store["people"] = {
    async forMatching(ids) {
      count("forMatching");
      return ids.map(get);
    },
    async dueForMatching(after, limit) {
      return [...persons.keys()]
        .filter((id) => !looked.has(id) && (after === undefined || id > after))
        .sort()
        .slice(0, limit);
    },
    async candidates(ids) {
      count("candidates");
      return [...sharing(ids)].map(get).filter((person) => person.staffMemberId !== undefined);
    },
    async waitingFor(ids, after, limit) {
      count("waitingFor");
      const waiting = [...sharing(ids)].filter(
        (id) => get(id).staffMemberId === undefined && get(id).system !== "esr" && (after === undefined || id > after),
      );
      return waiting.sort().slice(0, limit);
    },
    async forbidden(ids) {
      count("forbidden");
      return refusals.filter((refusal) => ids.includes(refusal.sourcePersonId));
    },
    async decide(input) {
      count("decide");
      const all = [
        ...input.bindings.map((one) => one.sourcePersonId),
        ...input.proposals.map((one) => one.sourcePersonId),
        ...input.conflicts.map((one) => one.sourcePersonId),
        ...input.unmatched,
        ...(input.unchanged ?? []),
      ];
      for (const id of all) {
        looked.add(id);
        proposals.delete(id);
        conflicts.delete(id);
      }
      for (const binding of input.bindings) {
        if (binding.staffMemberId === undefined) staffMembers += 1;
        bindings.set(binding.sourcePersonId, binding);
        bind(binding.sourcePersonId, binding.staffMemberId ?? `staff-${String(staffMembers).padStart(7, "0")}`);
      }
      for (const proposal of input.proposals)
        proposals.set(proposal.sourcePersonId, [...(proposals.get(proposal.sourcePersonId) ?? []), proposal]);
      for (const conflict of input.conflicts) conflicts.set(conflict.sourcePersonId, conflict.reasons);
    },
    async unlink(sourcePersonId) {
      bind(sourcePersonId, undefined);
      bindings.delete(sourcePersonId);
    },
    async refuse(sourcePersonId, staffMemberId) {
      refusals.push({ sourcePersonId, staffMemberId });
      proposals.delete(sourcePersonId);
    },
    async staff() {
      return [];
    },
  };

  return {
    people,
    get,
    bindings,
    proposals,
    conflicts,
    looked,
    asked,
    add(...added) {
      for (const person of added) {
        persons.set(person.id, person);
        looked.delete(person.id);
        for (const key of person.matchKeys) {
          const ids = byKey.get(key) ?? new Set<string>();
          ids.add(person.id);
          byKey.set(key, ids);
        }
      }
    },
  };
}
