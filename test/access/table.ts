/**
 * The table of the specification as it is written there (corpora/access-table.json), evaluated without any code of access/:
 * what `decide` is compared with. A situation is a set of facts that are true or not; a cell is an expression over them.
 */
import { readFileSync } from "node:fs";
import path from "node:path";

interface Written {
  readonly levels: readonly { level: number; actors?: readonly string[]; types?: readonly string[]; acts?: boolean }[];
  readonly means: Readonly<Record<string, string>>;
  readonly read: Cells;
  readonly write: Cells;
  readonly share: Cells;
  readonly fields: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly never: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly purposes: Readonly<Record<string, Readonly<Record<string, "*" | readonly string[]>>>>;
  /** Act -> actor -> expression. */
  readonly acts: Cells;
}
type Cells = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const written = JSON.parse(readFileSync(path.join(__dirname, "..", "security", "corpora", "access-table.json"), "utf8")) as Written;

/** What may be true of a situation. */
export const atoms = [
  "person",
  "unbound",
  "frozen",
  "tenant",
  "party",
  "emp",
  "offer",
  "place",
  "programme",
  "agreement",
  "granted",
  "yes",
  "objection",
  "deleg",
  "scope",
  "scope-shared",
  "shareable",
  "aal",
  "own-push",
  "second",
  "within-the-hour",
  "signed-already",
  "of-another",
  "purpose",
] as const;
export type Atom = (typeof atoms)[number];
export const bit = Object.fromEntries(atoms.map((atom, at) => [atom, 1 << at])) as Readonly<Record<Atom, number>>;

type Formula = (situation: number) => boolean;
const always: Formula = () => true;
const never: Formula = () => false;

const health = ["R4", "R5"];
const ofType: Readonly<Record<string, (type: string) => boolean>> = {
  "of-training": (type) => type === "R3",
  "of-health": (type) => health.includes(type),
  "not-health": (type) => ["R1", "R1s", "R2", "R3", "R7"].includes(type),
  "neither-health-nor-ni": (type) => ["R1", "R2", "R3", "R7"].includes(type),
  "of-feeds": (type) => ["R1", "R2", "R7"].includes(type),
  "of-esr": (type) => ["R1", "R1s", "R2", "R3", "R7"].includes(type),
};

/** `moved`: whether the transfer that carries national competences only may count. */
function compile(text: string, type: string, moved: boolean): Formula {
  const tokens = text.match(/[()∨·¬]|[^()∨·¬\s]+/g) ?? [];
  let at = 0;
  const word = (name: string): Formula => {
    if (name === "always") return always;
    if (name === "never") return never;
    if (name === "transfer²") return moved ? word("transfer") : never;
    if (name in ofType) return ofType[name]!(type) ? always : never;
    const meaning = written.means[`${name}:${type}`] ?? written.means[name];
    if (meaning !== undefined) return compile(meaning, type, moved);
    // An accepted offer is an engagement.
    const mask = name === "emp" ? bit.emp | bit.offer : bit[name as Atom];
    if (mask === undefined) throw new Error(`the table says ${name}, which is no condition`);
    return (situation) => (situation & mask) !== 0;
  };
  const factor = (): Formula => {
    const token = tokens[at++]!;
    if (token === "¬") {
      const inner = factor();
      return (situation) => !inner(situation);
    }
    if (token !== "(") return word(token);
    const inner = either();
    at++;
    return inner;
  };
  const both = (): Formula => {
    const parts = [factor()];
    while (tokens[at] === "·") {
      at++;
      parts.push(factor());
    }
    return parts.length === 1 ? parts[0]! : (situation) => parts.every((part) => part(situation));
  };
  const either = (): Formula => {
    const parts = [both()];
    while (tokens[at] === "∨") {
      at++;
      parts.push(both());
    }
    return parts.length === 1 ? parts[0]! : (situation) => parts.some((part) => part(situation));
  };
  return either();
}

export interface Expected {
  readonly allows: Formula;
  /** Whether it is open beside the transfer of national competences. */
  readonly allRows: Formula;
}

/** What the table says of a pair; of one that has no cell: never. */
export function expected(text: string | undefined, type: string): Expected {
  if (text === undefined) return { allows: never, allRows: never };
  return { allows: compile(text, type, true), allRows: compile(text, type, false) };
}

/** The words of an expression, with what they mean. */
export function wordsOf(text: string, type: string): string[] {
  const names = text.match(/[^()∨·¬\s]+/g) ?? [];
  return names.flatMap((name) => {
    const meaning = written.means[`${name.replace("²", "")}:${type}`] ?? written.means[name.replace("²", "")];
    return meaning === undefined ? [name] : wordsOf(meaning, type);
  });
}

export function levelOf(actor: string, type: string, isAct: boolean): number {
  return written.levels.find(
    (it) => (!it.actors || it.actors.includes(actor)) && (!it.types || (!isAct && it.types.includes(type))) && (!it.acts || isAct),
  )!.level;
}

/** Purposes with which an actor may read a type, or act at all where none is given. */
export function purposesOf(actor: string, type?: string): string[] {
  return Object.entries(written.purposes).flatMap(([purpose, who]) => {
    const types = who[actor];
    return types && (types === "*" || type === undefined || types.includes(type)) ? [purpose] : [];
  });
}
export const allPurposes = Object.keys(written.purposes);
