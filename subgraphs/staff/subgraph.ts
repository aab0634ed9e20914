import { buildSubgraph, type Subgraph } from "../kit/subgraph";
import { AccountsResolver } from "./accounts";
import { AssignmentsOfStaffMemberResolver, loadStaffMember, StaffResolver } from "./resolver";
import { entities } from "./types";

export function staffSubgraph(): Subgraph {
  return buildSubgraph({
    name: "staff",
    resolvers: [StaffResolver, AssignmentsOfStaffMemberResolver, AccountsResolver],
    entities,
    references: { StaffMember: (reference, context) => (typeof reference.id === "string" ? loadStaffMember(reference.id, context) : null) },
  });
}
