/** What can be wrong with a chain, in words, and whose move it is. */
export type Wrong =
  | "EDITED"
  | "BROKEN_LINK"
  | "MISSING"
  | "TWICE"
  | "BACKWARDS"
  | "HEAD_DIFFERS"
  | "CUT"
  | "REWRITTEN"
  | "HEAD_FORGED"
  | "HEAD_UNREADABLE";

export interface Finding {
  readonly wrong: Wrong;
  readonly chain: string;
  /** Row of the chain; of a line of a file of heads its number there. */
  readonly at: number;
  readonly say: string;
  readonly next: string;
}

const words: Readonly<Record<Wrong, readonly [say: string, next: string]>> = {
  EDITED: [
    "row {at} does not fit its hash: it was changed, or put in another's place",
    "Compare it with a backup taken before, and find out who could write to the table.",
  ],
  BROKEN_LINK: [
    "row {at} does not follow on the row before it: one of the two was put there, changed or swapped",
    "Compare both with a backup taken before, and find out who could write to the table.",
  ],
  MISSING: ["rows up to {at} are not there", "Restore them from a backup taken before; who could delete from the table?"],
  TWICE: ["there is more than one row {at}", "One of them was inserted: compare with a backup taken before."],
  BACKWARDS: ["row {at} is older than the row before it", "One of the two was changed: compare with a backup taken before."],
  HEAD_DIFFERS: [
    "the chain ends otherwise than its head says (row {at})",
    "Its end was cut off or added to, or the head was written by hand: compare with the exported heads and a backup.",
  ],
  CUT: [
    "the chain was exported up to row {at} and is shorter now: its end was cut off",
    "Restore the rows from a backup taken after that export.",
  ],
  REWRITTEN: [
    "row {at} is not the one whose hash was exported: the chain up to there was written anew",
    "Restore the chain from a backup taken before; whoever did it owns the database.",
  ],
  HEAD_FORGED: [
    "line {at} of its exported heads has no valid signature",
    "Whoever can write to the folder of heads changed it: compare with the copy kept elsewhere.",
  ],
  HEAD_UNREADABLE: ["line {at} of its exported heads cannot be read", "Compare the file with the copy kept elsewhere."],
};

export function finding(wrong: Wrong, chain: string, at: number): Finding {
  const [say, next] = words[wrong];
  return { wrong, chain, at, say: say.replace("{at}", String(at)), next };
}

/** Findings named one by one; more are only counted, so that a wholly rewritten audit does not fill the memory. */
const mostNamed = 200;

export class Findings {
  readonly named: Finding[] = [];
  count = 0;

  add(wrong: Wrong, chain: string, at: number): void {
    this.count += 1;
    if (this.named.length < mostNamed) this.named.push(finding(wrong, chain, at));
  }
}
