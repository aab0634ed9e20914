import { buildSubgraph, type Subgraph } from "../kit/subgraph";
import { AssignmentsOfStaffMemberResolver, loadStaffMember, StaffResolver } from "./resolver";
import { entities } from "./types";

export function staffSubgraph(): Subgraph {
  return buildSubgraph({
    name: "staff",
    resolvers: [StaffResolver, AssignmentsOfStaffMemberResolver],
    entities,
    references: { StaffMember: (reference, context) => (typeof reference.id === "string" ? loadStaffMember(reference.id, context) : null) },
  });
}
