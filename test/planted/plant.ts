/** Plants each bug in a copy of the tree, and looks whether what should notice it does. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Bug, type Check, checkText, planted } from "./bug";

/** How a check ended. "broken": it says nothing about the bug, because it did not run as it should. */
export type Ended =
  | { readonly how: "passed" }
  | { readonly how: "failed"; readonly by: string }
  | { readonly how: "broken"; readonly why: string };
export type RunCheck = (tree: string, check: Check) => Promise<Ended>;

export interface Row {
  readonly bug: string;
  readonly file: string;
  readonly check: string;
  readonly verdict: "caught" | "NOT CAUGHT" | "does not apply";
  /** What noticed it, or why nothing could. */
  readonly why: string;
}

/**
 * `trees`: copies that may be changed, one bug at a time in each. A check has to pass without the bug first, in a copy too: one
 * that fails anyway would catch everything.
 */
export async function plantAll(
  bugs: readonly Bug[],
  trees: readonly string[],
  run: RunCheck,
  tell: (row: Row) => void = () => undefined,
): Promise<readonly Row[]> {
  const rows = new Map<Bug, Row>();
  const unplanted = new Map<string, Promise<Ended>>();
  const waiting = [...bugs];
  const work = async (tree: string) => {
    for (let bug = waiting.shift(); bug; bug = waiting.shift()) {
      const { name, file, caughtBy } = bug;
      const said = await plantOne(bug, tree, run, unplanted);
      const row: Row = { bug: name, file, check: checkText(caughtBy), ...said };
      rows.set(bug, row);
      tell(row);
    }
  };
  await Promise.all(trees.map(work));
  return bugs.map((bug) => rows.get(bug)!);
}

async function plantOne(
  bug: Bug,
  tree: string,
  run: RunCheck,
  unplanted: Map<string, Promise<Ended>>,
): Promise<Pick<Row, "verdict" | "why">> {
  const file = path.join(tree, bug.file);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return { verdict: "does not apply", why: "its file does not exist" };
  }
  const changed = planted(bug, text);
  if ("why" in changed) return { verdict: "does not apply", why: changed.why };
  const key = JSON.stringify(bug.caughtBy);
  let before = unplanted.get(key);
  if (!before) unplanted.set(key, (before = run(tree, bug.caughtBy)));
  const without = await before;
  if (without.how !== "passed")
    return { verdict: "NOT CAUGHT", why: `its check does not pass without it: ${without.how === "failed" ? without.by : without.why}` };
  writeFileSync(file, changed.text);
  try {
    const ended = await run(tree, bug.caughtBy);
    if (ended.how === "failed") return { verdict: "caught", why: ended.by };
    return { verdict: "NOT CAUGHT", why: ended.how === "passed" ? "its check passes with it" : ended.why };
  } finally {
    writeFileSync(file, text);
  }
}

export const allCaught = (rows: readonly Row[]): boolean => rows.length > 0 && rows.every(({ verdict }) => verdict === "caught");

export function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ bug }) => bug.length));
  return rows.map(({ bug, verdict, why }) => `${bug.padEnd(width)}  ${verdict.padEnd(14)}  ${why}`).join("\n");
}
