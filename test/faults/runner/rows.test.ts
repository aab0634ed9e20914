import catalogue from "../catalogue.json";
import { type Entry, failureOf, reportOf, rowOf, type SeedResult, tableOf, totalsOf } from "./rows";

const entry: Entry = { id: "V5", what: "answers one byte at a time" };
const seed = (more: Partial<SeedResult> = {}): SeedResult => ({
  seed: 1,
  ms: 900,
  outcome: { lost: 0, doubled: 0, uncertain: 0, recoveryMs: 400 },
  notes: [],
  ...more,
});

test("the catalogue has its 79 faults, each once, in order", () => {
  const ids = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
  expect(catalogue.map(({ id }) => id)).toEqual([
    ...ids("V", 26),
    ...ids("P", 14),
    ...ids("Q", 14),
    ...ids("D", 10),
    ...ids("G", 10),
    ...ids("E", 5),
  ]);
});

test("a seed passes with nothing lost, doubled or uncertain, and no other way", () => {
  expect(failureOf({ lost: 0, doubled: 0, uncertain: 0 })).toBeUndefined();
  expect(failureOf({ lost: 1, doubled: 0, uncertain: 2 })).toBe("1 lost, 2 uncertain");
  expect(failureOf({ lost: 0, doubled: Number.NaN, uncertain: 0 })).toBeDefined();
});

test("a row adds up its seeds, takes the worst recovery, and one failure is a failure that can be seen again", () => {
  const worse = { lost: 2, doubled: 0, uncertain: 0, recoveryMs: 1_500 };
  expect(rowOf(entry, [seed(), seed({ seed: 2, outcome: worse, failure: "2 lost" })], undefined)).toMatchObject({
    verdict: "failed",
    seeds: 2,
    lost: 2,
    recoveryMs: 1_500,
    failures: [{ seed: 2, why: "2 lost", reproduce: "npm run test:faults -- --only V5 --seed 2" }],
  });
  expect(rowOf(entry, [seed()], undefined)).toMatchObject({ verdict: "passed", seeds: 1, failures: [] });
});

test("what was not injected is never passed", () => {
  const rows = [
    rowOf(entry, [], undefined),
    rowOf({ ...entry, later: "comes later" }, [], undefined),
    rowOf(entry, [], "there is no redis-server on the PATH"),
    rowOf(entry, [seed()], undefined),
  ];
  expect(rows.map(({ verdict, why }) => [verdict, why])).toEqual([
    ["not tested", "no test exists"],
    ["not built", "comes later"],
    ["not tested", "there is no redis-server on the PATH"],
    ["passed", undefined],
  ]);
  expect(totalsOf(rows)).toEqual({ passed: 1, failed: 0, notTested: 2, notBuilt: 1, seeds: 1 });
  expect(tableOf(rows).split("\n")).toHaveLength(5);
  const report = reportOf(rows, { at: "2026-11-22 09:00", command: "npm run test:faults", minutes: 9 });
  expect(report).toContain("| V5 | answers one byte at a time | - | - | - | - | - | not tested: there is no redis-server on the PATH |");
  expect(report).toContain("1 of 4 faults passed");
});
