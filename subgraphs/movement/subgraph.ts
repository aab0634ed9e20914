import { buildSubgraph, type Subgraph } from "../kit/subgraph";
import { MovementOfStaffMemberResolver, movementReference, OrganisationQuery } from "./resolver";
import { RotationOfOrganisationResolver, RotationResolver } from "./rotation-resolver";
import { entities } from "./types";

export function movementSubgraph(): Subgraph {
  return buildSubgraph({
    name: "movement",
    resolvers: [MovementOfStaffMemberResolver, OrganisationQuery, RotationOfOrganisationResolver, RotationResolver],
    entities,
    references: {
      StaffMember: (reference, context) => (typeof reference.id === "string" ? movementReference(reference.id, context) : null),
    },
  });
}
