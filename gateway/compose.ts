import { composeServices } from "@apollo/composition";
import { type GraphQLSchema, parse } from "graphql";
import { HubError } from "../platform/errors";
import { allSubgraphs } from "../subgraphs/all";
import type { Subgraph } from "../subgraphs/kit/subgraph";

/**
 * One supergraph of all subgraphs, without a network. The addresses in it are names only: the gateway decides at start
 * whether a subgraph runs in its own process.
 */
export function composeSupergraph(subgraphs: readonly Subgraph[] = allSubgraphs()): string {
  return `${composed(subgraphs).supergraphSdl.trimEnd()}\n`;
}

/** The graph as its callers see it. */
export function apiSchema(subgraphs: readonly Subgraph[] = allSubgraphs()): GraphQLSchema {
  return composed(subgraphs).schema.toAPISchema().toGraphQLJSSchema();
}

function composed(subgraphs: readonly Subgraph[]) {
  const result = composeServices(
    subgraphs.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl), url: `http://${name}.subgraph.internal/graphql` })),
  );
  if (result.errors?.length) {
    throw new HubError({
      code: "INTERNAL",
      class: "internal",
      message: `The subgraphs do not compose: ${result.errors.map((error) => error.message).join("; ")}`,
      detail: { why: "composition", errors: result.errors.length },
    });
  }
  return result as Required<typeof result>;
}
