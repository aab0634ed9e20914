import { buildSubgraph, type Subgraph } from "../kit/subgraph";
import { ChecksOfStaffMemberResolver, checksReference } from "./resolver";
import { entities } from "./types";

export function checksSubgraph(): Subgraph {
  return buildSubgraph({
    name: "checks",
    resolvers: [ChecksOfStaffMemberResolver],
    entities,
    references: { StaffMember: (reference, context) => (typeof reference.id === "string" ? checksReference(reference.id, context) : null) },
  });
}
