/** In production nothing but registered operations is answered: a right that no operation of anybody names is no right there. */
import { type ASTNode, type GraphQLObjectType, Kind, parse, TypeInfo, visit, visitWithTypeInfo } from "graphql";
import { apiSchema } from "../compose";
import { type FrontEnd, frontEnds, registered } from "./registered";

const schema = apiSchema();

/** Fields that some operation of the front-end asks for, as Type.field. */
function askedBy(frontEnd: FrontEnd): Set<string> {
  const asked = new Set<string>();
  for (const { document } of registered.filter((one) => one.frontEnd === frontEnd)) {
    const types = new TypeInfo(schema);
    const enter = (node: ASTNode) => {
      if (node.kind === Kind.FIELD) asked.add(`${types.getParentType()?.name}.${node.name.value}`);
    };
    visit(parse(document), visitWithTypeInfo(types, { enter }));
  }
  return asked;
}
const fieldsOf = (type: string) => Object.keys((schema.getType(type) as GraphQLObjectType).getFields()).map((field) => `${type}.${field}`);
const answered = (Object.keys(frontEnds) as FrontEnd[]).filter((name) => name !== "demonstration");

test.each(["Mutation", "Query", "StaffMember", "Organisation", "Operations"])("every field of %s is asked for by somebody", (type) => {
  const asked = new Set(answered.flatMap((frontEnd) => [...askedBy(frontEnd)]));
  expect(asked.size).toBeGreaterThan(100);
  expect(fieldsOf(type).filter((field) => !asked.has(field))).toEqual([]);
});

test("what a person may do, a front-end for the person can ask for", () => {
  const asked = askedBy("passport");
  const own = [
    ...["createShare", "narrowShare", "widenShare", "revokeShare", "answerTransfer", "object", "withdrawObjection", "askForCopy"],
    ...["approveClient", "revokeClient", "claimAccount", "revokeAccount"],
  ].map((name) => `Mutation.${name}`);
  const seen = ["shares", "transfers", "objections", "clients", "copyRequests", "accessHistory", "traces"].map(
    (name) => `StaffMember.${name}`,
  );
  expect([...own, ...seen].filter((field) => !asked.has(field))).toEqual([]);
});
