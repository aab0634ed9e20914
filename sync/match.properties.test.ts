import fc from "fast-check";
import { type GeneratedClaim, generatePopulation } from "../bench/match-population";
import type { PersonToMatch } from "../store/store";
import { peopleInMemory } from "../test/builders/people-in-memory";
import { aPerson, vpdOfTest } from "../test/builders/person-to-match";
import { decideMatches } from "./match";
import { matchPeople } from "./matching";

const persons = (seed: number, size: number): PersonToMatch[] => personsOf(generatePopulation(seed, size));
const personsOf = (generated: readonly GeneratedClaim[]): PersonToMatch[] =>
  generated.map(({ claim, ...source }) =>
    aPerson({
      id: claim.personKey,
      system: source.system,
      organisation: source.organisation,
      connectionId: source.connectionId,
      given: claim.givenName,
      family: claim.familyName,
      otherGiven: claim.otherGivenNames,
      otherFamily: claim.otherFamilyNames,
      born: claim.birthDate,
      ids: claim.identifiers,
    }),
  );
const shuffled = <T>(values: readonly T[], seed: number): T[] => {
  const weights = values.map((_, index) => Math.sin(seed * 1000 + index * 17.13));
  return values
    .map((value, index) => ({ value, weight: weights[index]! }))
    .sort((a, b) => a.weight - b.weight)
    .map(({ value }) => value);
};
const run = async (people: readonly PersonToMatch[], ids: readonly string[], batchSize = 50) => {
  const memory = peopleInMemory();
  memory.add(...people);
  const counts = await matchPeople(memory, ids, { vpdOf: vpdOfTest, batchSize });
  return { memory, counts };
};
/** Who is together with whom, without the ids of staff members, which count up in order of arrival. */
const groupsOf = (memory: Awaited<ReturnType<typeof run>>["memory"], ids: readonly string[]) => {
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const staff = memory.get(id).staffMemberId;
    if (staff) groups.set(staff, [...(groups.get(staff) ?? []), id]);
  }
  return [...groups.values()].map((group) => group.sort().join(",")).sort();
};

test("the order of people and candidates within a batch changes nothing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), (seed, order) => {
      const all = persons(seed, 25);
      const candidates = all
        .filter((person) => person.system === "esr")
        .map((person, index) => ({ ...person, staffMemberId: `staff-${index}` }));
      const people = all.filter((person) => person.system !== "esr");
      const one = decideMatches({ people, candidates, forbidden: [], vpdOf: vpdOfTest });
      const other = decideMatches({
        people: shuffled(people, order),
        candidates: shuffled(candidates, order + 1),
        forbidden: [],
        vpdOf: vpdOfTest,
      });
      expect(other).toEqual(one);
    }),
    { numRuns: 25 },
  );
});

const decideTwice = async (seed: number) => {
  const people = persons(seed, 40);
  const ids = people.map((person) => person.id);
  const { memory } = await run(people, ids);
  const before = groupsOf(memory, ids);
  const conflicts = [...memory.conflicts.keys()].sort();
  const again = await matchPeople(memory, ids, { vpdOf: vpdOfTest, batchSize: 50 });
  expect(groupsOf(memory, ids)).toEqual(before);
  expect(again.created).toBe(0);
  // What was bound a moment ago does not contradict itself now.
  expect([...memory.conflicts.keys()].sort()).toEqual(conflicts);
};

test("deciding again after storing moves nobody and creates nobody", async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 500 }), decideTwice), { numRuns: 15 });
});

test.each([272, 279, 327])(
  "deciding again finds no conflict between a person in ESR and an account with swapped names and a familiar one: population %i",
  decideTwice,
);

test("accents, case, apostrophes and hyphens change no decision", () => {
  const plain = (text: string | undefined) =>
    text
      ?.replace(/ł/g, "l")
      .replace(/Ł/g, "L")
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replace(/['’]/g, "’")
      .replace(/-/g, "‐")
      .toUpperCase();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), (seed) => {
      const generated = generatePopulation(seed, 25);
      const build = (write: (text: string | undefined) => string | undefined) =>
        generated.map(({ claim, ...source }) =>
          aPerson({
            id: claim.personKey,
            system: source.system,
            organisation: source.organisation,
            given: source.system === "esr" ? claim.givenName : write(claim.givenName),
            family: source.system === "esr" ? claim.familyName : write(claim.familyName),
            otherFamily: claim.otherFamilyNames,
            otherGiven: claim.otherGivenNames,
            born: claim.birthDate,
            ids: claim.identifiers,
          }),
        );
      const decide = (all: PersonToMatch[]) => {
        const candidates = all
          .filter((person) => person.system === "esr")
          .map((person, index) => ({ ...person, staffMemberId: `staff-${index}` }));
        return decideMatches({ people: all.filter((person) => person.system !== "esr"), candidates, forbidden: [], vpdOf: vpdOfTest });
      };
      expect(decide(build(plain))).toEqual(decide(build((text) => text)));
    }),
    { numRuns: 20 },
  );
});

/**
 * First come, first taken where a person has to decide anyway: two ESR persons of one employer (a re-hire under a new id),
 * and a second account of one system. Without these the order of arrival must not matter.
 */
const withoutDoubles = (generated: readonly GeneratedClaim[]) => {
  const seen = new Set<string>();
  return generated.filter(({ human, connectionId }) => {
    const key = `${human}|${connectionId}`;
    return !seen.has(key) && seen.add(key);
  });
};

test("whether ESR comes first, last or in the middle, the same people are bound", async () => {
  const people = personsOf(withoutDoubles(generatePopulation(7, 150)));
  const ids = people.map((person) => person.id);
  const esr = ids.filter((_, index) => people[index]!.system === "esr");
  const others = ids.filter((_, index) => people[index]!.system !== "esr");
  const first = await run(people, [...esr, ...others]);
  const last = await run(people, [...others, ...esr]);
  const mixed = await run(people, shuffled(ids, 3));
  expect(first.counts.bound).toBeGreaterThan(100);
  expect(groupsOf(last.memory, ids)).toEqual(groupsOf(first.memory, ids));
  expect(groupsOf(mixed.memory, ids)).toEqual(groupsOf(first.memory, ids));
});
