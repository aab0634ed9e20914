/**
 * Regular expressions of the code, each judged by an analyser: none takes time without measure on an input that is made for it.
 * Those that are only quadratic pass (a field has a largest length); the sandbox, which is never in production, is left out.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { checkSync as CheckSync } from "recheck";
import ts from "typescript";
import { codeFolders, root, sourcesOf } from "../../code";
import type { Row, SecurityGroup } from "../group";

// The analyser in JavaScript alone: the package's own choice would start a binary of the platform, or a worker.
const { checkSync } = require("recheck/lib/browser.js") as { checkSync: typeof CheckSync };

/** Made from text at run time: where that text comes from. A new one has to be looked at, and named here. */
const composed: Readonly<Record<string, string>> = {
  "schema/codes/clinical-tests.ts": "patterns of a table in the code",
  "schema/codes/organisation-lists.ts": "patterns of a table in the code",
  "connectors/csv/values.ts": "days and months, put together of literals",
  "connectors/csv/whole.ts": "a row of the settings, quoted, with gaps",
  "outbound/format.ts": "patterns of a layout in the code",
  "cli/compose/doors.ts": "addresses of a table in the code",
};

/** Worse than quadratic by what the analyser can see of them alone; why they are not, where they stand. */
const accepted: Readonly<Record<string, string>> = {
  "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "of a fixed length: 36 steps from any place",
  "\\B(?=(\\d{3})+$)": "over the digits of a number of ours",
};

export interface Found {
  readonly where: string;
  readonly source: string;
  readonly flags: string;
}

function expressions(): { readonly literals: readonly Found[]; readonly composedIn: ReadonlySet<string>; readonly files: number } {
  const literals = new Map<string, Found>();
  const composedIn = new Set<string>();
  let files = 0;
  for (const name of codeFolders.filter((folder) => folder !== "sandbox").flatMap(sourcesOf)) {
    files += 1;
    const tree = ts.createSourceFile(name, readFileSync(path.join(root, name), "utf8"), ts.ScriptTarget.Latest, true);
    const look = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf("/");
        const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        literals.set(node.text, { where: `${name}:${line}`, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
      } else if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === "RegExp") composedIn.add(name);
      ts.forEachChild(node, look);
    };
    look(tree);
  }
  return { literals: [...literals.values()], composedIn, files };
}

/** Steps, not seconds, are what an answer depends on wherever the automaton is small enough; a slow machine gets more time. */
const timeoutMs = 60_000;

/** Undefined: nothing worse than quadratic. */
export function dangerOf({ source, flags }: Pick<Found, "source" | "flags">): string | undefined {
  const verdict = checkSync(source, flags, { timeout: timeoutMs, randomSeed: 1 });
  if (verdict.status === "safe") return undefined;
  if (verdict.status === "unknown") return `not judged (${verdict.error.kind})`;
  const { complexity } = verdict;
  if (complexity.type === "polynomial" && complexity.degree <= 2) return undefined;
  return complexity.type === "polynomial" ? `polynomial of degree ${complexity.degree}` : complexity.type;
}

/** Known to be bad: an analyser that passes one of them proves nothing. */
const planted = ["^(a+)+$", "^(a|a)*$", "^(\\w+\\s?)*$", "^([a-z0-9]+[-.]?)+@x$", "(x+x+)+y", "^(.*)(.*)(.*)!$"];

export const group: SecurityGroup = {
  what: "no regular expression of the code takes time without measure on an input that is made for it",
  async run({ note }) {
    const { literals, composedIn, files } = expressions();
    note(`${literals.length} expressions in ${files} files`);
    const bad = literals.flatMap((one) => {
      const danger = accepted[one.source] === undefined ? dangerOf(one) : undefined;
      return danger === undefined ? [] : [`${one.where} /${one.source}/${one.flags}: ${danger}`];
    });
    const stale = Object.keys(accepted).filter((source) => !literals.some((one) => one.source === source));
    const unnamed = [...composedIn].filter((name) => composed[name] === undefined);
    const passed = planted.filter((source) => dangerOf({ source, flags: "" }) === undefined);
    const row = (check: string, tried: number, leaks: readonly string[], missed: readonly string[] = []): Row => ({
      check,
      tried,
      refused: tried - leaks.length - missed.length,
      leaked: leaks.length,
      missed: missed.length,
      examples: [...leaks, ...missed],
    });
    return [
      row("expressions written in the code", literals.length, bad, stale),
      row("files that put expressions together, each from what the code itself says", composedIn.size, unnamed),
      row("expressions known to be bad, found by the same analyser", planted.length, [], passed),
    ];
  },
};
