import type { ApolloServerPlugin } from "@apollo/server";
import type { GraphQLFormattedError } from "graphql";
import type { GatewayContext } from "../context";

const stateOfCode: Readonly<Record<string, string>> = { UPSTREAM_UNAVAILABLE: "SOURCE_DOWN", FORBIDDEN: "NOT_PERMITTED" };
/** When a part is incomplete for several reasons, the gravest is told. */
const gravity = ["STALE", "NOT_PERMITTED", "SOURCE_DOWN"];

/** Who makes a hundred mistakes in one operation learns from the first fifty. */
const mostErrors = 50;

/** One error for each part and reason, not one for each record. */
export function onePerPart(errors: readonly GraphQLFormattedError[]): GraphQLFormattedError[] {
  const told = new Set<string>();
  return errors.filter((error) => {
    const { code, reason, part } = (error.extensions ?? {}) as Record<string, string | undefined>;
    if (part === undefined) return true;
    const key = `${code} ${reason} ${part}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
}

/** Tells in `extensions.completeness` which parts are not, or not currently, what the sources hold. */
export function useCompleteness(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response, contextValue }) {
          if (response.body.kind !== "single") return;
          const result = response.body.singleResult;
          const states = new Map(contextValue.trail.completeness);
          if (result.errors) {
            // No such operation in the document, or none of this kind in the schema: the caller's mistake, not the hub's.
            if (result.errors.some((error) => error.extensions?.code === "INVALID_GRAPHQL")) response.http.status = 400;
            result.errors = onePerPart(result.errors).slice(0, mostErrors);
            for (const error of result.errors) {
              const { code, part } = (error.extensions ?? {}) as Record<string, string | undefined>;
              const state = stateOfCode[code ?? ""];
              if (part === undefined || state === undefined) continue;
              if (gravity.indexOf(state) > gravity.indexOf(states.get(part) ?? "")) states.set(part, state);
            }
          }
          if (states.size === 0) return;
          const completeness = [...states].sort().map(([part, state]) => ({ part, state }));
          result.extensions = { ...result.extensions, completeness };
        },
      };
    },
  };
}
