import type { Claim } from "../connectors/connector";
import { blindForTest as blind } from "../test/builders/person-to-match";
import { matchKeysOf } from "./match-keys";

const context = { vpd: "991", organisation: "ZQA", blind };
const keysOf = (claim: Partial<Claim>, other: Partial<typeof context> = {}) =>
  matchKeysOf({ personKey: "1", ...claim }, { ...context, ...other });
const meet = (one: string[], other: string[]) => one.some((key) => other.includes(key));
const person = { givenName: "Siân", familyName: "O'Donnell-Pryce", birthDate: "1988-04-09" };

test.each<[string, Partial<Claim>]>([
  ["accents and apostrophes lost", { givenName: "Sian", familyName: "ODonnell Pryce", birthDate: "1988-04-09" }],
  ["half of a double-barrelled name", { givenName: "Siân", familyName: "Pryce", birthDate: "1988-04-09" }],
  ["names swapped", { givenName: "O'Donnell-Pryce", familyName: "Siân", birthDate: "1988-04-09" }],
  ["day and month swapped", { givenName: "S", familyName: "O'Donnell-Pryce", birthDate: "1988-09-04" }],
  ["another family name", { givenName: "Siân", familyName: "Vaughan", birthDate: "1988-04-09" }],
  ["no birth date", { givenName: "Siân", familyName: "O'Donnell-Pryce" }],
  ["another year", { givenName: "Siân", familyName: "O'Donnell-Pryce", birthDate: "1989-04-09" }],
])("a person is found in spite of: %s", (_, claim) => expect(meet(keysOf(person), keysOf(claim))).toBe(true));

test("somebody else is not even a candidate", () => {
  expect(meet(keysOf(person), keysOf({ givenName: "Kwame", familyName: "Boateng", birthDate: "1979-12-30" }))).toBe(false);
});

test("an employee number finds nobody at another employer", () => {
  const claim = { identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", value: "30679710" }] as const };
  expect(meet(keysOf(claim), keysOf(claim, { vpd: "992", organisation: "ZQB" }))).toBe(false);
  expect(meet(keysOf(claim), keysOf({ identifiers: [{ scheme: "ESR_ASSIGNMENT_NUMBER", value: "030679710-2" }] }))).toBe(true);
});

test("junk makes no keys", () => {
  const identifiers = [
    { scheme: "NI_NUMBER", value: "QQ123456A" },
    { scheme: "ESR_EMPLOYEE_NUMBER", value: "99999999" },
    { scheme: "GMC", value: "TBC" },
    { scheme: "EMAIL", value: "info@example.net" },
  ] as const;
  expect(keysOf({ identifiers, birthDate: "1900-01-01" })).toEqual([]);
});

test("keys hold nothing that can be read, and stay few", () => {
  const keys = keysOf({
    ...person,
    otherGivenNames: ["Mair", "Angharad"],
    otherFamilyNames: ["Vaughan-Griffiths", "Prydderch"],
    identifiers: [
      { scheme: "NI_NUMBER", value: "AB012201B" },
      { scheme: "ESR_EMPLOYEE_NUMBER", value: "30679710" },
      { scheme: "ESR_PERSON_ID", value: "70000034" },
      { scheme: "EMAIL", value: "sian@example.net" },
    ],
  });
  expect(keys.length).toBeLessThanOrEqual(12);
  expect(keys.join(" ").toLowerCase()).not.toMatch(/pryce|1988|ab012201b|30679710|example/);
});
