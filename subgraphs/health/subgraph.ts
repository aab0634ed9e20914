import { buildSubgraph, type Subgraph } from "../kit/subgraph";
import { HealthOfStaffMemberResolver, HealthResolver, healthReference } from "./resolver";
import { entities } from "./types";

export function healthSubgraph(): Subgraph {
  return buildSubgraph({
    name: "health",
    resolvers: [HealthOfStaffMemberResolver, HealthResolver],
    entities,
    references: { StaffMember: (reference, context) => (typeof reference.id === "string" ? healthReference(reference.id, context) : null) },
  });
}
