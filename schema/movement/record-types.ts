/** What people share, agree on and object to, in their words: the record types of the access tables, one word for each label. */
import type { Access } from "../registry";

const words = {
  PERSONAL_DETAILS: "R1",
  EMPLOYMENT: "R2",
  TRAINING: "R3",
  CLEARANCE: "R4",
  IMMUNISATIONS: "R5",
  CHECKS: "R7",
  SHARES: "R11",
  ACCESS_HISTORY: "R10",
} as const satisfies Readonly<Record<string, Access>>;

export type RecordTypeWord = keyof typeof words;

/** What a share, an objection and (without immunisations) an agreement may name; a client may be let see the rest, too. */
export const shareableWords = ["PERSONAL_DETAILS", "EMPLOYMENT", "TRAINING", "CLEARANCE", "IMMUNISATIONS", "CHECKS"] as const;
export type ShareableWord = (typeof shareableWords)[number];
export const agreeableWords = [
  "PERSONAL_DETAILS",
  "EMPLOYMENT",
  "TRAINING",
  "CLEARANCE",
  "CHECKS",
] as const satisfies readonly ShareableWord[];

/** The two that are data about health: an objection to them counts at once, and nobody decides against it. */
export const healthLabels: ReadonlySet<string> = new Set(["R4", "R5"]);

export const meaningOfWord: Readonly<Record<RecordTypeWord, string>> = {
  PERSONAL_DETAILS: "Name, contact and date of birth.",
  EMPLOYMENT: "Posts and placements, without pay.",
  TRAINING: "Training and competences.",
  CLEARANCE: "Whether occupational health has cleared the person for the role; the outcome only.",
  IMMUNISATIONS: "Immunisations and test results; for occupational health only, never for HR.",
  CHECKS: "Employment checks: outcome and date.",
  SHARES: "Shares, transfers and approvals of the person.",
  ACCESS_HISTORY: "Who has looked at the record.",
};

export function labelOf(word: RecordTypeWord): Access {
  return words[word];
}

export function labelsOf(chosen: readonly RecordTypeWord[]): Access[] {
  return [...new Set(chosen.map(labelOf))].sort();
}

const wordByLabel = new Map<string, RecordTypeWord>(Object.entries(words).map(([word, label]) => [label, word as RecordTypeWord]));

/** In the order in which they are always listed; a label that nobody can choose has no word. */
export function wordsOf(labels: readonly string[]): RecordTypeWord[] {
  return [...labels].sort().flatMap((label) => wordByLabel.get(label) ?? []);
}
