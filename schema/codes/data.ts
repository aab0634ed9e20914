/**
 * Reference data is versioned files beside this one: what a list says, who says so, since when, and what is only assumed.
 * Corrections are data: nobody has to read code to make them. `schema/codes/data.test.ts` checks every file.
 */
import { z } from "zod";

export const codeFile = z.strictObject({
  version: z.string().regex(/^\d{4}-\d{2}-\d+$/),
  /** Name of the code set, as record fields cite it. */
  set: z.string().regex(/^[a-z-]+$/),
  source: z.string().min(10),
  from: z.iso.date(),
  to: z.iso.date().optional(),
  rows: z.array(z.looseObject({ assumed: z.boolean() })).min(1),
});

/** Case, accents of typography and spacing are not differences between two names. */
export function plainName(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\u2010-\u2015]/g, "-")
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}

/** An index over several keys of a row; the first row that claims a key keeps it. */
export function indexBy<R>(rows: readonly R[], keysOf: (row: R) => readonly string[]): ReadonlyMap<string, R> {
  const index = new Map<string, R>();
  for (const row of rows) for (const key of keysOf(row)) if (!index.has(key)) index.set(key, row);
  return index;
}
