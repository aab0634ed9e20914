import { buildSubgraph, type Subgraph } from "../kit/subgraph";
import { LearningOfStaffMemberResolver, LearningResolver, learningReference } from "./resolver";
import { entities } from "./types";

export function learningSubgraph(): Subgraph {
  return buildSubgraph({
    name: "learning",
    resolvers: [LearningOfStaffMemberResolver, LearningResolver],
    entities,
    references: {
      StaffMember: (reference, context) => (typeof reference.id === "string" ? learningReference(reference.id, context) : null),
    },
  });
}
