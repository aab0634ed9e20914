import { buildSchema } from "graphql";
import { whyNoAnswer } from "./answer-shape";

const schema = buildSchema(`
  scalar _Any
  union _Entity = StaffMember | Other
  type Query { _entities(representations: [_Any!]!): [_Entity]! }
  type StaffMember { learning: Learning more: String tags: [String!] }
  type Other { id: ID }
  type Learning { awards: [Award!]! }
  type Award { subject: String! awardedOn: String }
`);
const query = `query E($representations: [_Any!]!, $x: Boolean!) { _entities(representations: $representations) {
  ... on StaffMember { learning { awards { ...Said } } tags more @include(if: $x) } ... on Other { id } } }
  fragment Said on Award { subject on: awardedOn }`;
const asked = { representations: [{ __typename: "StaffMember", id: "1" }] };
const entity = (learning: unknown, tags: unknown = []) => ({ data: { _entities: [{ learning, tags }] } });

it.each([
  ["a whole answer", entity({ awards: [{ subject: "Fire Safety", on: "2026-01-01" }] })],
  ["an empty list that the subgraph itself states", entity({ awards: [] })],
  ["nothing known", entity(null, null)],
  ["a reference of nobody", { data: { _entities: [null] } }],
  ["a refusal", { data: null, errors: [{ message: "no" }] }],
  ["a part of it, with the error that says why", { data: { _entities: [{ learning: null }] }, errors: [{ message: "no" }] }],
])("takes %s", (_, body) => {
  expect(whyNoAnswer(schema, query, asked, body)).toBeUndefined();
});

it.each([
  ["nothing", null],
  ["a list", []],
  ["null data without an error", { data: null }],
  ["no data", {}],
  ["no entities", { data: {} }],
  ["null for the list of entities", { data: { _entities: null } }],
  ["fewer entities than references", { data: { _entities: [] } }],
  ["more", { data: { _entities: [null, null] } }],
  ["text where an object is due", entity("text")],
  ["a number where an object is due", entity(42)],
  ["a list where an object is due", entity([])],
  ["an object where a list is due", entity({ awards: {} })],
  ["null where something is due", entity({ awards: null })],
  ["an object where text is due", entity({ awards: [{ subject: {}, on: null }] })],
  ["a list where text is due", entity({ awards: [] }, [["a"]])],
  ["a missing field", entity({ awards: [{ subject: "Fire Safety" }] })],
  ["errors that are none", { errors: "no", data: null }],
])("refuses %s", (_, body) => {
  expect(whyNoAnswer(schema, query, asked, body)).toEqual(expect.any(String));
});
