/** A bug that somebody could make, and what has to notice it. */

/** What is run. A jest run counts only the tests of that name; a fault is injected under its first seeds. */
export type Check =
  | { readonly jest: string; readonly name: string; readonly queue?: true }
  /** A group of `npm run test:security`, in its short run. */
  | { readonly security: string }
  | { readonly fault: string; readonly seeds: number; readonly firstSeed?: number };

export interface Bug {
  /** What is wrong, in words: unlike any other. */
  readonly name: string;
  readonly file: string;
  /** Exact text that stands in the file once and only once; more or less means that the bug cannot be planted any more. */
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: Check;
}

export const checkText = (check: Check): string =>
  "security" in check
    ? `security ${check.security}`
    : "fault" in check
      ? `fault ${check.fault}, ${check.seeds} seed${check.seeds === 1 ? "" : "s"}`
      : `${check.jest} "${check.name}"`;

/** The text with the bug in it, or why it cannot be planted. */
export function planted(bug: Bug, text: string): { readonly text: string } | { readonly why: string } {
  const times = text.split(bug.find).length - 1;
  if (times !== 1) return { why: times === 0 ? "its text is not in the file" : `its text is ${times} times in the file` };
  if (bug.find === bug.replace) return { why: "it changes nothing" };
  return { text: text.replace(bug.find, () => bug.replace) };
}
