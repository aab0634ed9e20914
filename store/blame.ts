/** Which errors of a page the records in it are to blame for: the page is not tried again as it is, its records are. */
import { isHubError } from "../platform/errors";

/** Data exception (22), a limit of the server (54), not-null and check violations: a value is what is wrong, whatever the load. */
const ofValues = /^(22|54)[0-9A-Z]{3}$|^23502$|^23514$/;

export function blamesRecords(error: unknown): boolean {
  if (isHubError(error)) return error.class === "bad-record";
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string") return ofValues.test(code);
  // A record that our own code cannot write out.
  return error instanceof TypeError || error instanceof RangeError;
}

/** Its technical name, for the refusal: never the message, which may quote the value. */
export function blameOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string"
    ? `a value refused with ${code}`
    : `a value that ends in ${error instanceof Error ? error.name : "an error"}`;
}
