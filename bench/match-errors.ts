import { nicknames, preferredNames } from "./match-names";

/** Repeatable chance (mulberry32). */
export class Chance {
  constructor(private state: number) {}
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
  is(share: number): boolean {
    return this.next() < share;
  }
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
  /** The first entries far more often than the last, as names are. */
  skewed<T>(values: readonly T[]): T {
    return values[Math.floor(values.length * this.next() ** 1.7)]!;
  }
}

/** A value as a system holds it, and whether a careful reader would still recognise it. */
export interface Written {
  readonly value: string;
  /** Equal but for accents, case, apostrophes and hyphens. */
  readonly exact: boolean;
  readonly recognisable: boolean;
}

const noAccents = (text: string) => text.replace(/ł/g, "l").replace(/Ł/g, "L").normalize("NFKD").replace(/\p{M}/gu, "");

function slip(text: string, chance: Chance): string {
  const at = 1 + chance.below(Math.max(1, text.length - 1));
  const letter = "abcdefghiklmnoprstuvwy"[chance.below(22)]!;
  switch (chance.below(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + letter + text.slice(at);
    case 2:
      return text.slice(0, at) + letter + text.slice(at + 1);
    default:
      return at + 1 < text.length ? text.slice(0, at) + text[at + 1]! + text[at]! + text.slice(at + 2) : text;
  }
}

/** Spellings between which nobody sees a difference. */
function spelling(text: string, chance: Chance): string {
  let value = text;
  if (chance.is(0.5)) value = noAccents(value);
  if (chance.is(0.05)) value = value.toUpperCase();
  if (/['’]/.test(value) && chance.is(0.5)) value = value.replace(/['’]/g, chance.of(["", " ", "’", "`"]));
  if (value.includes("-") && chance.is(0.4)) value = value.replace(/-/g, chance.of([" ", "", "‐"]));
  if (chance.is(0.2)) value = value.normalize("NFD");
  return value;
}

export function familyAsWritten(family: string, chance: Chance): Written {
  if (chance.is(0.02)) return { value: spelling(slip(family, chance), chance), exact: false, recognisable: family.length >= 5 };
  if (family.includes("-") && chance.is(0.25))
    return { value: spelling(chance.of(family.split("-")), chance), exact: false, recognisable: true };
  return { value: spelling(family, chance), exact: true, recognisable: true };
}

export function givenAsWritten(given: string, middle: string | undefined, chance: Chance): Written {
  const short = nicknames[given];
  if (short && chance.is(0.12)) return { value: short, exact: false, recognisable: true };
  if (chance.is(0.015)) return { value: given[0]!, exact: false, recognisable: false };
  if (chance.is(0.02)) return { value: spelling(slip(given, chance), chance), exact: false, recognisable: given.length >= 5 };
  if (chance.is(0.02)) return { value: chance.of(preferredNames), exact: false, recognisable: false };
  if (middle && chance.is(0.02)) return { value: middle, exact: false, recognisable: true };
  const titled = chance.is(0.01) ? `Dr ${given}` : given;
  return {
    value: middle && chance.is(0.08) ? `${spelling(titled, chance)} ${middle}` : spelling(titled, chance),
    exact: true,
    recognisable: true,
  };
}

const two = (value: number) => String(value).padStart(2, "0");
export function dayOfBirth(chance: Chance): string {
  return `${1957 + chance.below(49)}-${two(1 + chance.below(12))}-${two(1 + chance.below(28))}`;
}

export function birthDateAsWritten(date: string, chance: Chance): Written {
  const [year, month, day] = date.split("-") as [string, string, string];
  if (chance.is(0.006) && Number(day) <= 12 && day !== month) return { value: `${year}-${day}-${month}`, exact: false, recognisable: true };
  if (chance.is(0.004)) return { value: `${year.slice(0, 3)}${chance.below(10)}-${month}-${day}`, exact: false, recognisable: false };
  if (chance.is(0.004)) return { value: chance.of(["1900-01-01", "1970-01-01"]), exact: false, recognisable: false };
  if (chance.is(0.003)) return { value: dayOfBirth(chance), exact: false, recognisable: false };
  return { value: date, exact: true, recognisable: true };
}

/** One digit mistyped or two turned round: often the number of somebody who started in the same week. */
export function mistypedNumber(number: string, chance: Chance): string {
  const at = number.length - 1 - chance.below(4);
  if (chance.is(0.4) && at > 0) return number.slice(0, at - 1) + number[at]! + number[at - 1]! + number.slice(at + 1);
  return number.slice(0, at) + String((Number(number[at]) + 1 + chance.below(9)) % 10) + number.slice(at + 1);
}

export function numberAsWritten(number: string, chance: Chance): string {
  if (chance.is(0.08)) return `${number}-${2 + chance.below(3)}`;
  if (chance.is(0.03)) return number.padStart(9, "0");
  if (chance.is(0.01)) return ` ${number} `;
  return number;
}

export function niAsWritten(ni: string, chance: Chance): string {
  if (chance.is(0.1)) return `${ni.slice(0, 2)} ${ni.slice(2, 4)} ${ni.slice(4, 6)} ${ni.slice(6, 8)} ${ni.slice(8)}`;
  return chance.is(0.1) ? ni.toLowerCase() : ni;
}
