import { Directive, Field, ID, ObjectType } from "type-graphql";

export interface StaffMemberStub {
  id: string;
}

/**
 * A fresh class for each subgraph. TypeGraphQL's metadata is global to the process: one class for two subgraphs would
 * carry the fields of the first into the schema of the second.
 */
export function staffMemberStub(): new () => StaffMemberStub {
  class StaffMember {
    id!: string;
  }
  Field(() => ID, { description: "Random and permanent; resolves for ever, also after a merge." })(StaffMember.prototype, "id");
  ObjectType("StaffMember", {
    description: "Somebody who works, or is about to work, for one of the organisations.",
    simpleResolvers: true,
  })(StaffMember);
  Directive('@key(fields: "id")')(StaffMember as never);
  return StaffMember;
}
