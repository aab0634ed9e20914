import { Directive, Field, ObjectType } from "type-graphql";
import type { RequestContext } from "./context";

export interface OrganisationStub {
  odsCode: string;
  name?: string;
}

@Directive("@shareable")
@Directive('@key(fields: "odsCode")')
@ObjectType({ description: "An employer or provider, by its ODS code.", simpleResolvers: true })
export class Organisation implements OrganisationStub {
  @Field(() => String, { nullable: true, description: "ODS code, for example RHQ." })
  odsCode!: string;
  @Field(() => String, { nullable: true, description: "Name, when the organisation is one of the hub's." })
  name?: string;
}

/** A fresh class for a subgraph that adds fields of its own: TypeGraphQL's metadata is global to the process. */
export function organisationStub(): new () => OrganisationStub {
  class OwnOrganisation {
    odsCode!: string;
    name?: string;
  }
  Field(() => String, { nullable: true, description: "ODS code, for example RHQ." })(OwnOrganisation.prototype, "odsCode");
  Field(() => String, { nullable: true, description: "Name, when the organisation is one of the hub's." })(
    OwnOrganisation.prototype,
    "name",
  );
  ObjectType("Organisation", { description: "An employer or provider, by its ODS code.", simpleResolvers: true })(OwnOrganisation);
  Directive("@shareable")(OwnOrganisation as never);
  Directive('@key(fields: "odsCode")')(OwnOrganisation as never);
  return OwnOrganisation;
}

export const odsCodePattern = /^[A-Za-z0-9]{1,12}$/;

/** Who an organisation is, is no secret: every subgraph can say it of a code. */
export function organisationReference(reference: { readonly odsCode?: unknown }, context: RequestContext): OrganisationStub | null {
  return typeof reference.odsCode === "string" && odsCodePattern.test(reference.odsCode) ? context.organisation(reference.odsCode) : null;
}
