/** People whose every particular is a canary: it occurs nowhere else, so that wherever it is found it has leaked. */
import type { Person } from "../../../sandbox/population/person";

const letters = "abcdefghjkmnopqrstuvwyz";

/** A name that no language has, unique for its number, with a letter that every encoding writes otherwise. */
export function canaryName(number: number): string {
  let rest = number;
  let tail = "";
  for (let i = 0; i < 5; i += 1) {
    // What changes most comes first: the search goes by how a word begins.
    tail += letters[rest % letters.length]!;
    rest = Math.floor(rest / letters.length);
  }
  return `Zqx${tail}ë`;
}

export interface Aviary {
  readonly disguise: (person: Person) => Person;
  /** Everything that may be looked for. */
  readonly canaries: ReadonlySet<string>;
  /** One more name, for what a test sends by itself. */
  hatch(): string;
}

export function aviary(): Aviary {
  const canaries = new Set<string>();
  let count = 0;
  const keep = (value: string) => {
    canaries.add(value);
    return value;
  };
  const hatch = () => {
    count += 1;
    return keep(canaryName(count));
  };
  const disguise = (person: Person): Person => {
    const given = hatch();
    const family = hatch();
    keep(person.birthDate);
    keep(person.birthDate.replaceAll("-", ""));
    keep(person.birthDate.split("-").reverse().join("/"));
    if (person.niNumber) keep(person.niNumber);
    if (person.crsUuid) keep(person.crsUuid);
    for (const { number } of person.registrations) keep(number);
    const { antiHbs, diphtheria } = person.health;
    // A laboratory value that nobody else has: 100 to 999 with four digits behind the point.
    const value = (offset: number) => Number(`${100 + (count % 900)}.${String((count * 7919 + offset) % 10_000).padStart(4, "0")}`);
    const tested = antiHbs ? { ...antiHbs, value: value(1) } : undefined;
    if (tested) keep(String(tested.value));
    return {
      ...person,
      given,
      family,
      middle: hatch(),
      preferred: hatch(),
      previousFamily: hatch(),
      employments: person.employments.map((employment) => ({ ...employment, email: `${keep(hatch().toLowerCase())}@example.nhs.uk` })),
      health: { ...person.health, ...(tested ? { antiHbs: tested } : {}), ...(diphtheria ? { diphtheria } : {}) },
    };
  };
  return { disguise, canaries, hatch };
}
