import { z } from "zod";

/** A vendor's text: trimmed, and absent when empty. Vendors write "nothing" as "", " " or null. */
export function rawText(): z.ZodType<string | undefined> {
  return z.preprocess(
    (value) => (typeof value === "string" ? value.trim() || undefined : (value ?? undefined)),
    z.string().optional(),
  ) as z.ZodType<string | undefined>;
}
