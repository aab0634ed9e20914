import { editDistance, isSlip, jaroWinkler } from "./edit-distance";
import { normalName, sameFamiliarName, skeletonOf } from "./normal-names";

test.each([
  ["Zieliński", "ZIELINSKI"],
  ["Łukasz", "Lukasz"],
  ["O'Donnell-Pryce", "O’Donnell Pryce"],
  ["O'Brien", "O BRIEN"],
  ["Siân", "Sia\u0302n"],
  ["Dr Amara", "Amara"],
  ["Søren", "Soren"],
])("%s and %s are one name", (one, other) => {
  expect(normalName(one).compact).toBe(normalName(other).compact);
});

test("different names stay different", () => {
  expect(normalName("Osei").compact).not.toBe(normalName("Mensah").compact);
  expect(normalName(undefined).compact).toBe("");
  expect(normalName("--").compact).toBe("");
});

test("particles do not count towards the core of a name, unless they are all of it", () => {
  expect(normalName("van der Berg").core).toEqual(["berg"]);
  expect(normalName("De").core).toEqual(["de"]);
});

test("a skeleton forgives vowels, doubled letters and transliteration, not consonants", () => {
  expect(skeletonOf("mohammed")).toBe(skeletonOf("muhamad"));
  expect(skeletonOf("philips")).toBe(skeletonOf("fillips"));
  expect(skeletonOf("osei")).not.toBe(skeletonOf("osman"));
});

test("familiar forms are known both ways", () => {
  expect(sameFamiliarName("bill", "william")).toBe(true);
  expect(sameFamiliarName("mohd", "muhammad")).toBe(true);
  expect(sameFamiliarName("bill", "robert")).toBe(false);
});

test("edit distance counts a transposition once and gives up above the limit", () => {
  expect(editDistance("smith", "smiht", 2)).toBe(1);
  expect(editDistance("kitten", "sitting", 3)).toBe(3);
  expect(editDistance("kitten", "sitting", 2)).toBe(3);
  expect(editDistance("", "ab", 2)).toBe(2);
});

test("Jaro-Winkler agrees with the published examples", () => {
  expect(jaroWinkler("martha", "marhta")).toBeCloseTo(0.961, 3);
  expect(jaroWinkler("dixon", "dicksonx")).toBeCloseTo(0.813, 3);
  expect(jaroWinkler("", "a")).toBe(0);
});

test("short names have no room for a slip", () => {
  expect(isSlip("ann", "amy")).toBe(false);
  expect(isSlip("priya", "pryia")).toBe(true);
});
