import type { ApolloServerPlugin } from "@apollo/server";
import { HeaderMap } from "@apollo/server";
import { GraphQLError } from "graphql";
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
          const wait = charge(contextValue, costWithin(schema, document, operation, request.variables ?? {}));
          if (wait > 0) throw tooMuch(wait);
        },
      };
    },
  };
}

function tooMuch(seconds: number): GraphQLError {
  const headers = new HeaderMap([["retry-after", String(seconds)]]);
  return new GraphQLError(tooMuchText(seconds), { extensions: { code: "TOO_MANY_REQUESTS", http: { status: 429, headers } } });
}

export function tooMuchText(seconds: number): string {
  return `More was asked than one caller may in a while; ask again in ${seconds} s.`;
}
