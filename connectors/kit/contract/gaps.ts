/** What is known to be missing, for how long, and why: a gap without a reason or an end is none. */
import { z } from "zod";
import { HubError } from "../../../platform/errors";

const gap = z.strictObject({
  /** Id of the check. */
  check: z.string().min(1),
  reason: z.string().trim().min(20, "a reason that somebody else understands (20 characters or more)"),
  /** Who has accepted it. */
  acceptedBy: z.string().trim().min(3),
  /** Last day on which it counts as accepted, YYYY-MM-DD. */
  until: z.iso.date(),
});
export type Gap = z.infer<typeof gap>;

/** The longest a gap may be accepted for: then somebody looks again. */
const longestDays = 366;

export function gapsOf(value: unknown, known: readonly string[], today: string): readonly Gap[] {
  const parsed = z.array(gap).safeParse(value ?? []);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refused(`/gaps/${issue!.path.join("/")}`, issue!.message);
  }
  parsed.data.forEach((one, at) => {
    if (!known.includes(one.check)) throw refused(`/gaps/${at}/check`, `one of ${known.join(", ")}`);
    if (Date.parse(one.until) - Date.parse(today) > longestDays * 86_400_000)
      throw refused(`/gaps/${at}/until`, `a day at most ${longestDays} days from today`);
  });
  return parsed.data;
}

const refused = (pointer: string, expected: string) =>
  new HubError({ code: "SETTINGS_INVALID", class: "settings", detail: { pointer, expected, got: "something else" } });
