import type { ApolloServerPlugin } from "@apollo/server";
import { HeaderMap } from "@apollo/server";
import { GraphQLError, type OperationDefinitionNode, valueFromASTUntyped } from "graphql";
import type { GatewayContext } from "../context";
import { costWithin } from "../limits";

/** Seconds to wait before something of this cost may be asked; 0 when it may now. */
export type Charge = (context: GatewayContext, cost: number) => number;

/** Refuses what is too costly at once (400), or for what this caller has used lately (429), before anything is read. */
export function useLimits(charge: Charge): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          if (!operation) return; // no such operation in the document: told further on
          // The planner hands on what was sent, without the defaults: a subgraph would miss them.
          request.variables = withDefaults(operation, request.variables ?? {});
          const wait = charge(contextValue, costWithin(schema, document, operation, request.variables));
          if (wait > 0) throw tooMuch(wait);
        },
      };
    },
  };
}

function withDefaults(operation: OperationDefinitionNode, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const all: Record<string, unknown> = { ...given };
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue && !Object.hasOwn(given, variable.name.value)) all[variable.name.value] = valueFromASTUntyped(defaultValue);
  }
  return all;
}

function tooMuch(seconds: number): GraphQLError {
  const headers = new HeaderMap([["retry-after", String(seconds)]]);
  return new GraphQLError(tooMuchText(seconds), { extensions: { code: "TOO_MANY_REQUESTS", http: { status: 429, headers } } });
}

export function tooMuchText(seconds: number): string {
  return `More was asked than one caller may in a while; ask again in ${seconds} s.`;
}
