/**
 * What the title of a course may mean: a suggestion for whoever maps courses, never a map. The level is read from the
 * title ("Level 2", "L2"); a title without one is not given one, so every level of the subject is suggested, with less
 * confidence.
 */
import data from "./competence-words.json";
import { type Competence, competences } from "./competences";
import { plainName } from "./data";

export interface Suggestion {
  /** Identity of a competence of the national list. */
  readonly identity: string;
  /** 0 to 1: 1 when the title leaves one competence only. */
  readonly score: number;
}

interface Meaning {
  readonly words: readonly string[];
  /** A subject of the list, or the beginning of several. */
  readonly subject: string;
  /** A variant of the list, or the end of several. */
  readonly variant?: string;
}

const meanings = data.rows as readonly Meaning[];

/** " ipc level 2 2026 ": words between single spaces, so that "fire" is not found in "campfire". */
function spaced(text: string): string {
  const plain = plainName(text)
    .replace(/&/g, " and ")
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
  return ` ${plain} `;
}

const spokenWords = [
  ...meanings.flatMap((meaning) => meaning.words.map((word) => ({ word: spaced(word), meaning }))),
  // The list's own names are words as well.
  ...competences.flatMap(({ subject, variant }) => [
    { word: spaced(subject), meaning: { words: [], subject } },
    ...(variant === "" ? [] : [{ word: spaced(variant), meaning: { words: [], subject, variant } }]),
  ]),
].sort((a, b) => b.word.length - a.word.length);

/** Best first; nothing when no word of the title is known, or when it names a level that the subject does not have. */
export function suggestCompetences(title: string): readonly Suggestion[] {
  const { words, levels } = wordsAndLevels(title);
  const found = meaningsIn(words).flatMap((meaning) => {
    const meant = competences.filter((it) => isMeant(it, meaning));
    const fitting = levels.length === 0 ? meant : meant.filter((it) => levels.includes(it.level));
    // One title may name several subjects or levels; within what it names, certainty is shared.
    const names = levels.length === 0 ? 1 : new Set(fitting.map(({ level }) => level)).size;
    return fitting.map(({ identity }) => ({ identity, score: Math.min(1, names / fitting.length) }));
  });
  const best = new Map<string, number>();
  for (const { identity, score } of found) best.set(identity, Math.max(score, best.get(identity) ?? 0));
  return [...best]
    .map(([identity, score]) => ({ identity, score: Math.round(score * 100) / 100 }))
    .sort((a, b) => b.score - a.score || (a.identity < b.identity ? -1 : 1));
}

/** "Level 2", "Lvl 2", "L2", "IPC2" and "Levels 1 & 2"; a year or a version is no level. */
function wordsAndLevels(title: string): { words: string; levels: readonly string[] } {
  const levels: string[] = [];
  const words = spaced(title)
    .replace(/ (?:levels?|lvl|l) ?(\d)(?: (?:and|to|or) (\d)| (\d)(?= ))?(?= )/g, (_match, first, second, third) => {
      for (const level of [first, second, third]) if (level !== undefined) levels.push(level);
      return "";
    })
    .replace(/ ([a-z]{2,4})([1-3])(?= )/g, (_match, word: string, level: string) => {
      levels.push(level);
      return ` ${word}`;
    });
  return { words: `${words.trimEnd()} `, levels };
}

/** The longest words first, and each place of the title once: "basic life support" is not also "resuscitation" of any kind. */
function meaningsIn(words: string): readonly Meaning[] {
  const found = new Map<string, Meaning>();
  let rest = words;
  for (const { word, meaning } of spokenWords) {
    if (!rest.includes(word)) continue;
    rest = rest.replaceAll(word, " \u0000 ");
    found.set(`${meaning.subject}|${meaning.variant ?? ""}`, meaning);
  }
  const all = [...found.values()];
  // "Resuscitation: basic life support" says the narrower of the two.
  return all.filter((one) => !all.some((other) => other !== one && narrower(other, one)));
}

function narrower(one: Meaning, other: Meaning): boolean {
  if (!one.subject.startsWith(other.subject)) return false;
  if (one.subject !== other.subject) return true;
  return one.variant !== undefined && (other.variant === undefined || one.variant.endsWith(` ${other.variant}`));
}

function isMeant(competence: Competence, meaning: Meaning): boolean {
  const subject = competence.subject === meaning.subject || competence.subject.startsWith(`${meaning.subject} `);
  const { variant } = meaning;
  return subject && (variant === undefined || competence.variant === variant || competence.variant.endsWith(` ${variant}`));
}
