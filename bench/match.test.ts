import { matchWeights } from "../sync/match-weights";
import { runMatchBench, wilson } from "./match";
import { generatePopulation } from "./match-population";

test("generated people are matched without a false link, and few are missed", async () => {
  const result = await runMatchBench({ seeds: [201], people: 800 });
  expect(result.falseLinks.of).toBeGreaterThan(1000);
  expect(result.wrong).toEqual([]);
  expect(result.misses.rate).toBeLessThan(0.02);
});

test("a rule that links on name and birth date is found out", async () => {
  const careless = { ...matchWeights, moreThanNameAndBirthDate: false, upper: 20, margin: 0, rival: 0 };
  const result = await runMatchBench({ seeds: [201, 202], people: 2000, weights: careless });
  expect(result.falseLinks.count).toBeGreaterThan(0);
});

test("a rule that believes any number is found out", async () => {
  const careless = { ...matchWeights, strongNeeds: -100, strongYields: 1000, rival: -1000 };
  const right = await runMatchBench({ seeds: [203], people: 1500 });
  const result = await runMatchBench({ seeds: [203], people: 1500, weights: careless });
  expect(result.falseLinks.count).toBeGreaterThan(right.falseLinks.count + 2);
});

test("a seed gives the same people for ever, another seed others", () => {
  expect(generatePopulation(1, 50)).toEqual(generatePopulation(1, 50));
  expect(generatePopulation(1, 50)).not.toEqual(generatePopulation(2, 50));
});

test("the interval is Wilson's", () => {
  expect(wilson(0, 100).to).toBeCloseTo(0.037, 3);
  expect(wilson(5, 100).from).toBeCloseTo(0.0215, 3);
  expect(wilson(5, 100).to).toBeCloseTo(0.1118, 3);
  expect(wilson(0, 0)).toMatchObject({ from: 0, to: 1 });
});
