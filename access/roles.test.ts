import { rolesOfPersons } from "../store/movement/copy-requests";
import { roles } from "./principal";
import { isOfPerson } from "./roles";

test("of the person is what the person, or a client for the person, has done, and nothing else", () => {
  expect(roles.filter(isOfPerson)).toEqual(["self", "passport"]);
  for (const word of ["", "person", "client", "information-governance"]) expect(isOfPerson(word)).toBe(false);
});

test("the statement that finds a person's requests says the same", () => {
  expect(roles.filter(isOfPerson)).toEqual(rolesOfPersons);
});
