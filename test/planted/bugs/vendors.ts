/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the code that is searched for has them */
/** In what asks the vendors: cursors, pages, links, waits. */
import type { Bug } from "../bug";

const inFhir = (name: string) => ({ jest: "connectors/fhir/connector.test.ts", name });
const inMoodle = (name: string) => ({ jest: "connectors/moodle/connector.test.ts", name });
const inHttp = (name: string) => ({ jest: "connectors/kit/http.test.ts", name });

export const vendorBugs: readonly Bug[] = [
  {
    name: "what has changed after the cursor, and not at it, is asked for",
    file: "connectors/fhir/client.ts",
    find: "`ge${since}`",
    replace: "`gt${since}`",
    caughtBy: { fault: "V12", seeds: 2 },
  },
  {
    name: "the cursor is our own clock",
    file: "connectors/fhir/client.ts",
    find: "const latest = latestOf(matched, pass?.latest ?? state?.lastUpdated, now);",
    replace: "const latest = matched.length > 0 || latestOf.length > 0 ? source.now() : now;",
    caughtBy: inFhir("V14: the cursor is the vendor's own value"),
  },
  {
    name: "a look-back is not made",
    file: "connectors/fhir/client.ts",
    find: "new Date(Date.parse(state.lastUpdated) - durationMs(settings.overlap)).toISOString()",
    replace: "new Date(Date.parse(state.lastUpdated) - 0 * durationMs(settings.overlap)).toISOString()",
    caughtBy: { fault: "V13", seeds: 2 },
  },
  {
    name: "fewer than were announced count as all",
    file: "connectors/fhir/client.ts",
    find: "if (link === undefined && page.total !== undefined && done < page.total) incomplete = true;",
    replace: "",
    caughtBy: inFhir("V9: prove no absence"),
  },
  {
    name: "a short page counts as the last one",
    file: "connectors/moodle/sweep.ts",
    find: "if (rows.length < expected)",
    replace: "if (rows.length > expected)",
    caughtBy: inMoodle("a page with fewer rows than announced is truncated"),
  },
  {
    name: "a circle of pages is not noticed",
    file: "connectors/moodle/sweep.ts",
    find: "if (sha256 === previous) throw",
    replace: "if (sha256 === settings.baseUrl) throw",
    caughtBy: inMoodle("the same page for ever is a loop"),
  },
  {
    name: "a report that grew while it was read proves absence",
    file: "connectors/moodle/sweep.ts",
    find: "whole &&= total === undefined || total === announced;",
    replace: "",
    caughtBy: inMoodle("a report that grows while it is read"),
  },
  {
    name: "an account that has lost its rights proves absence",
    file: "connectors/moodle/sweep.ts",
    find: "if (!page.completes || !looksDeprived(seen)) return { ...page, checkpoint };",
    replace: "if (!page.completes || looksDeprived.length > 0) return { ...page, checkpoint };",
    caughtBy: { jest: "test/flow/lists-that-shrink/moodle.test.ts", name: "an account that is shown far fewer courses" },
  },
  {
    name: "a link to a foreign host is followed",
    file: "platform/addresses.ts",
    find: `if (!named) throw refuse(url.host, "not on the list");`,
    replace: "void named;",
    caughtBy: inHttp("is refused as address, as redirect and as link"),
  },
  {
    name: "Retry-After is not heard",
    file: "connectors/kit/http.ts",
    find: "const told = error.retryAfterMs;",
    replace: "const told = error.retryAfterMs === -1 ? error.retryAfterMs : undefined;",
    caughtBy: inHttp("holds no worker: the run ends and is told when to come back"),
  },
  {
    name: "what one worker was told does not hold for the others",
    file: "store/vendor-pace.ts",
    find: "set blocked_until = greatest(blocked_until, clock_timestamp() + make_interval(secs => $2::float8 / 1000))",
    replace: "set blocked_until = greatest(blocked_until, clock_timestamp() + 0 * make_interval(secs => $2::float8 / 1000))",
    caughtBy: { jest: "store/vendor-pace.integration.test.ts", name: "what one worker was told holds for all" },
  },
];
