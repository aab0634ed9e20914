/** Every subgraph of the hub: composition, the process that serves them all and the drift test read this list. */
import { checksSubgraph } from "./checks/subgraph";
import { healthSubgraph } from "./health/subgraph";
import type { Subgraph } from "./kit/subgraph";
import { learningSubgraph } from "./learning/subgraph";
import { movementSubgraph } from "./movement/subgraph";
import { operationsSubgraph } from "./operations/subgraph";
import { staffSubgraph } from "./staff/subgraph";

let built: readonly Subgraph[] | undefined;

/** Built once for a process: TypeGraphQL's metadata is global to it anyway. */
export function allSubgraphs(): readonly Subgraph[] {
  built ??= [staffSubgraph(), learningSubgraph(), healthSubgraph(), checksSubgraph(), movementSubgraph(), operationsSubgraph()];
  return built;
}
