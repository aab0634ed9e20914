/**
 * The people of the sandbox: about 600 around the cast, from a seed and a day. Pure: the same seed and day give the same
 * people, to the byte. Nobody here exists.
 */
import { cast } from "./cast";
import { crowd, unmappedCourse } from "./crowd";
import { addDays } from "./days";
import { award } from "./history";
import { notSignatory, type Ods } from "./organisations";
import { employmentAt, type Person } from "./person";
import { type World, world } from "./world";

export interface Population {
  readonly today: string;
  readonly seed: string;
  readonly world: World;
  readonly people: readonly Person[];
  at(odsCode: Ods): readonly Person[];
  /** A member of the cast, by key. */
  named(key: string): Person;
}

/** Staff whose infection prevention was done in the course nobody has mapped, Amara Osei among them. */
export const unmappedStaff = 37;

/** `disguise`: the same people under other particulars, for a test that looks for them where they must not be. */
export function populate(input: { today: string; seed?: string; disguise?: (person: Person) => Person }): Population {
  const seed = input.seed ?? "lanyard";
  const of = world(input.today, seed);
  const told = holdClosedPost(of, withHarrowdene(of, withUnmapped(of, [...cast(of), ...crowd(of)])));
  const people = input.disguise ? told.map(input.disguise) : told;
  return {
    today: input.today,
    seed,
    world: of,
    people,
    at: (odsCode) => people.filter((person) => employmentAt(person, odsCode)),
    named: (key) => {
      const found = people.find((person) => person.key === key);
      if (!found) throw new Error(`nobody in the cast is called ${key}`);
      return found;
    },
  };
}

/** Moves staff of Northbridge into the unmapped course until there are exactly 37. */
function withUnmapped(of: World, people: readonly Person[]): Person[] {
  const has = (person: Person) => person.awards.some((entry) => entry.course === unmappedCourse);
  let missing = unmappedStaff - people.filter(has).length;
  const chance = of.chance.fork("unmapped");
  return people.map((person) => {
    const suits =
      person.key.startsWith("crowd-") && !person.rotates && employmentAt(person, "ZQA") && person.registrations.length > 0 && !has(person);
    if (missing === 0 || !suits) return person;
    missing -= 1;
    const kept = person.awards.filter((entry) => entry.competence !== "infection2");
    const done = award(of, "ZQA", "infection2", addDays(of.today, -chance.whole(5, 120)), { inEsr: false, course: unmappedCourse });
    return { ...person, awards: [...kept, done] };
  });
}

/** One nurse at Eastmoor has a certificate from an organisation outside the training agreement. */
function withHarrowdene(of: World, people: readonly Person[]): Person[] {
  let given = false;
  return people.map((person) => {
    if (
      given ||
      !person.key.startsWith("crowd-") ||
      !employmentAt(person, "ZQB") ||
      person.rotates ||
      person.registrations[0]?.body !== "NMC"
    )
      return person;
    given = true;
    const kept = person.awards.filter((entry) => entry.competence !== "resuscitation2");
    const certificate = award(of, "ZQB", "resuscitation2", addDays(of.today, -40), { inEsr: false, awardedBy: notSignatory.odsCode });
    return { ...person, awards: [...kept, certificate] };
  });
}

/** One of the 37 still holds a post that ESR has closed. */
function holdClosedPost(of: World, people: readonly Person[]): Person[] {
  const closed = of.posts.ZQA.posts.find((post) => post.closed)!;
  let placed = false;
  return people.map((person) => {
    const waiting = person.awards.some((entry) => entry.course === unmappedCourse) && !person.rotates;
    if (placed || !waiting) return person;
    placed = true;
    const employments = person.employments.map((employment) =>
      employment.organisation !== "ZQA"
        ? employment
        : {
            ...employment,
            assignments: employment.assignments.map((entry) => (entry.primary ? { ...entry, positionId: closed.id } : entry)),
          },
    );
    return { ...person, employments };
  });
}
