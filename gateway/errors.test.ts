import { GraphQLError } from "graphql";
import { maskSubgraphErrors } from "./errors";

const masked = (message: string) => maskSubgraphErrors("learning", [new GraphQLError(message)], undefined, "r")[0]!;

it.each([
  'Argument "asOf" has invalid value "nonsense".',
  'Argument "asOf" of type "DateTimeISO" has invalid value "nonsense".',
  'Variable "$asOf" got invalid value "nonsense"; Expected type "DateTimeISO".',
])("tells the asker of a value of the wrong form, without the value: %s", (message) => {
  const { extensions, message: said } = masked(message);
  expect(extensions).toEqual({ code: "BAD_USER_INPUT" });
  expect(said).toMatch(/^asOf has not the form of its type/);
  expect(said).not.toContain("nonsense");
});

it("tells of everything else only that the part failed", () => {
  expect(masked('relation "x" does not exist')).toMatchObject({ extensions: { code: "UPSTREAM_UNAVAILABLE", part: "learning" } });
});
