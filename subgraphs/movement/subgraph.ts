import { buildSubgraph, type Subgraph } from "../kit/subgraph";
import { AgreementMutations, AgreementsOfOrganisationResolver } from "./agreements";
import { AuditedOfOrganisationResolver } from "./audited";
import { ClientMutations, ClientsOfStaffMemberResolver } from "./clients";
import { CopiesOfStaffMemberResolver, CopyMutations } from "./copies";
import { EngagementMutations, EngagementsOfStaffMemberResolver } from "./engagements";
import { FeedMutations } from "./feed";
import { ObjectionMutations, ObjectionsOfOrganisationResolver, ObjectionsOfStaffMemberResolver } from "./objections";
import { MovementOfStaffMemberResolver, movementReference, OrganisationQuery } from "./resolver";
import { RotationOfOrganisationResolver, RotationResolver } from "./rotation-resolver";
import { ShareMutations, SharesOfStaffMemberResolver } from "./shares";
import { TransferMutations, TransfersOfStaffMemberResolver } from "./transfers";
import { entities } from "./types";

export function movementSubgraph(): Subgraph {
  return buildSubgraph({
    name: "movement",
    resolvers: [
      MovementOfStaffMemberResolver,
      EngagementsOfStaffMemberResolver,
      SharesOfStaffMemberResolver,
      TransfersOfStaffMemberResolver,
      ObjectionsOfStaffMemberResolver,
      ClientsOfStaffMemberResolver,
      CopiesOfStaffMemberResolver,
      OrganisationQuery,
      RotationOfOrganisationResolver,
      AgreementsOfOrganisationResolver,
      AuditedOfOrganisationResolver,
      ObjectionsOfOrganisationResolver,
      RotationResolver,
      EngagementMutations,
      FeedMutations,
      AgreementMutations,
      ShareMutations,
      TransferMutations,
      ObjectionMutations,
      ClientMutations,
      CopyMutations,
    ],
    entities,
    references: {
      StaffMember: (reference, context) => (typeof reference.id === "string" ? movementReference(reference.id, context) : null),
    },
  });
}
