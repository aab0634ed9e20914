/** What an error may say outside: codes of a list, sentences of ours. Texts of databases and libraries never leave. */
import { unwrapResolverError } from "@apollo/server/errors";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import type { GatewayLog } from "./context";

const ours = new Set(["UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT", "UPSTREAM_UNAVAILABLE"]);
/** Said by graphql-js and Apollo about the operation itself: nothing of the data is in it. */
const aboutTheOperation = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "BAD_REQUEST",
  "PERSISTED_QUERY_NOT_SUPPORTED",
  "INVALID_GRAPHQL",
  "OPERATION_TOO_COSTLY",
  "OPERATION_NOT_REGISTERED",
  "TOO_MANY_REQUESTS",
]);

/** Some quote what was sent, all of it for each fault: an answer must not be many times its question. */
const longestMessage = 300;
const short = (message: string) => (message.length > longestMessage ? `${message.slice(0, longestMessage)} ...` : message);

const partFailed = "This part of the record cannot be read at present.";
const somethingFailed = "Something failed that should not.";

export function partError(part: string, path?: GraphQLError["path"]): GraphQLError {
  return new GraphQLError(partFailed, { path, extensions: { code: "UPSTREAM_UNAVAILABLE", reason: "SOURCE_DOWN", part } });
}

/** Only the subgraph knows its scalars, so it is the first to see that a value is none: the asker's move, and no part has failed. */
function wrongForm(argument: string, path: GraphQLError["path"]): GraphQLError {
  const message = `${argument} has not the form of its type: an instant is written 2026-01-31T09:00:00Z, a day 2026-01-31.`;
  return new GraphQLError(message, { path, extensions: { code: "BAD_USER_INPUT" } });
}

/** Errors of one subgraph as they may reach the gateway: known refusals as they are, anything else "this part failed". */
export function maskSubgraphErrors(
  part: string,
  errors: readonly GraphQLError[],
  log: GatewayLog | undefined,
  requestId: string,
): GraphQLError[] {
  return errors.map((error) => {
    const code = error.extensions?.code;
    if (typeof code === "string" && ours.has(code)) return error;
    const argument = /^(?:Argument|Variable) "\$?(\w+)".* (?:has|got) invalid value/s.exec(error.message)?.[1];
    if (argument !== undefined) return wrongForm(argument, error.path);
    log?.error({ part, requestId }, "A part of the record failed", error.originalError ?? error);
    return partError(part, error.path);
  });
}

export function formatError(log: GatewayLog | undefined) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { code, reason, part, serviceName, field, expected, got } = (formatted.extensions ?? {}) as Record<string, string | undefined>;
    const place = {
      ...(formatted.locations ? { locations: formatted.locations } : {}),
      ...(formatted.path ? { path: formatted.path } : {}),
    };
    if (code !== undefined && ours.has(code)) {
      const wrong = code === "BAD_USER_INPUT" && field ? { field, ...(expected ? { expected } : {}), ...(got ? { got } : {}) } : {};
      const extensions = { code, ...(reason ? { reason } : {}), ...(part ? { part } : {}), ...wrong };
      return { message: short(formatted.message), ...(formatted.path ? { path: formatted.path } : {}), extensions };
    }
    if (code !== undefined && aboutTheOperation.has(code)) return { message: short(formatted.message), ...place, extensions: { code } };
    if (serviceName !== undefined) {
      const extensions = { code: "UPSTREAM_UNAVAILABLE", reason: "SOURCE_DOWN", part: serviceName };
      return { message: partFailed, ...(formatted.path ? { path: formatted.path } : {}), extensions };
    }
    log?.error({}, "The gateway failed", unwrapResolverError(error));
    return { message: somethingFailed, extensions: { code: "INTERNAL" } };
  };
}
