import { buildSchema, parse, specifiedRules, validate } from "graphql";
import { limits, limitsRule } from "./limits";

const schema = buildSchema("type Query { me: Person } type Person { id: ID friend: Person }");
const refusals = (operation: string, rules = [limitsRule]) => validate(schema, parse(operation), rules).map((error) => error.message);

describe("the limits of one operation", () => {
  it("let the whole record through", () => {
    expect(refusals("{ me { id friend { id } } }")).toEqual([]);
  });
  it("measure through fragments", () => {
    const nested = `${"friend { ".repeat(limits.depth)}id${" }".repeat(limits.depth)}`;
    expect(refusals(`{ me { ...Deep } } fragment Deep on Person { ${nested} }`)).toContain(
      `The operation has more than ${limits.depth} levels.`,
    );
  });
  it("judge fragments that double each other by what they would become, at once", () => {
    const chain = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Person { ...F${i + 1} ...F${i + 1} }`).join(" ");
    expect(refusals(`{ me { ...F0 } } ${chain} fragment F60 on Person { id }`)).toEqual([
      `The operation has more than ${limits.writtenOut} fields.`,
    ]);
  });
  it("come to an end with fragments that name each other", () => {
    const circle = "{ me { ...A } } fragment A on Person { friend { ...B } } fragment B on Person { friend { ...A } }";
    expect(refusals(circle)).toEqual([]);
    expect(refusals(circle, [...specifiedRules, limitsRule])).toEqual(['Cannot spread fragment "A" within itself via "B".']);
  });
});
