import { buildSubgraph, type Subgraph } from "../kit/subgraph";
import { ConnectedSystemResolver, OperationsResolver } from "./resolver";
import { entities } from "./types";

export function operationsSubgraph(): Subgraph {
  return buildSubgraph({ name: "operations", resolvers: [OperationsResolver, ConnectedSystemResolver], entities, references: {} });
}
