/** Values that name their own origin: whatever comes out anywhere, the register says whose it was and what. */
export interface Origin {
  /** Name of the person in the scenario. */
  readonly person: string;
  readonly controller: string;
  /** Type of the graph that shows it: a record type, Name, BirthDate or Identifier. */
  readonly type: string;
  readonly field: string;
}

const word = /zz([0-9a-z]{4})zz/gi;
const day = /\b\d{4}-\d{2}-\d{2}\b/g;

export class Canaries {
  private readonly byWord = new Map<string, Origin>();
  private readonly byDay = new Map<string, Origin>();
  private next = 36 ** 3;

  /** A word that nothing else in the world holds. */
  word(origin: Origin): string {
    const code = (this.next++).toString(36);
    this.byWord.set(code, origin);
    return `zz${code}zz`;
  }

  /** A day that nothing else in the world holds, counted from a year that plays no part. */
  day(origin: Origin): string {
    const value = new Date(Date.UTC(1931, 0, 1 + this.byDay.size)).toISOString().slice(0, 10);
    this.byDay.set(value, origin);
    return value;
  }

  get size(): number {
    return this.byWord.size + this.byDay.size;
  }

  /** Everything in a text that stands in the register. */
  in(text: string): Origin[] {
    const found = new Set<Origin>();
    for (const [, code] of text.matchAll(word)) {
      const origin = this.byWord.get(code!.toLowerCase());
      if (origin) found.add(origin);
    }
    for (const [value] of text.matchAll(day)) {
      const origin = this.byDay.get(value);
      if (origin) found.add(origin);
    }
    return [...found];
  }

  /** Employee numbers, by "<person> <organisation>". */
  numbers(): ReadonlyMap<string, string> {
    const own = [...this.byWord].filter(([, { type, field }]) => type === "Identifier" && field === "ESR_EMPLOYEE_NUMBER");
    return new Map(own.map(([code, { person, controller }]) => [`${person} ${controller}`, `zz${code}zz`]));
  }

  /** Days of birth, by "<person> <organisation>". */
  birthDates(): ReadonlyMap<string, string> {
    const own = [...this.byDay].filter(([, { type }]) => type === "BirthDate");
    // ESR's comes first: an account is bound by what the employer's ESR says.
    return new Map(own.reverse().map(([value, { person, controller }]) => [`${person} ${controller}`, value]));
  }

  all(): Origin[] {
    return [...this.byWord.values(), ...this.byDay.values()];
  }
}

/** As text, so that an example names its cell and no person: "doctor at ZQA, Clearance.role". */
export const originText = ({ person, controller, type, field }: Origin): string => `${type}.${field} of ${person} at ${controller}`;
