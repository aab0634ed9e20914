import { hitsIn, killsOf, markersIn, rowsOf, tableOf } from "./sweep";

const none = { lost: 0, doubled: 0, uncertain: 0 };
const hits = new Map([
  [
    "a run",
    new Map([
      ["page:before-commit", 4],
      ["run:started", 1],
    ]),
  ],
  ["a push", new Map([["page:before-commit", 1]])],
]);

test("places are found where they are written, and told by the process that gets there", () => {
  expect(markersIn(`reach("page:before-commit");\n  breach("no"); reach( "key:after:commit" ); reach(name);`)).toEqual([
    "page:before-commit",
    "key:after:commit",
  ]);
  expect([...hitsIn("crash-point run:started\nsomething\ncrash-point page:x\ncrash-point page:x\n")]).toEqual([
    ["run:started", 1],
    ["page:x", 2],
  ]);
});

test("a short sweep kills each place once a seed, a long one in every scenario that gets there", () => {
  const markers = ["page:before-commit", "run:started", "nowhere:at-all"];
  expect(killsOf(markers, hits, [1], false).map(({ marker, scenario }) => [marker, scenario])).toEqual([
    ["page:before-commit", "a push"],
    ["run:started", "a run"],
  ]);
  expect(killsOf(markers, hits, [2], false)[0]).toEqual({ marker: "page:before-commit", scenario: "a run", seed: 2, times: 4 });
  expect(killsOf(markers, hits, [1, 2], true)).toHaveLength(6);
});

test("a place that nothing reaches is a failure, and so is a loss, a double, or a kill that did not come", () => {
  const kill = { scenario: "a run", seed: 1, times: 1, nth: 1 };
  const rows = rowsOf(["page:before-commit", "run:started", "nowhere:at-all"], hits, [
    { ...kill, marker: "page:before-commit", outcome: none },
    { ...kill, marker: "run:started", outcome: { ...none, doubled: 1 } },
  ]);
  expect(rows.map(({ marker, reached, killed, verdict, failures }) => [marker, reached, killed, verdict, failures])).toEqual([
    ["page:before-commit", 5, 1, "passed", []],
    ["run:started", 1, 1, "failed", ["a run, seed 1, time 1: 1 doubled"]],
    ["nowhere:at-all", 0, 0, "failed", ["nothing gets there"]],
  ]);
  expect(rowsOf(["run:started"], hits, [])[0]!.failures).toEqual(["nobody was killed there"]);
  expect(rowsOf(["run:started"], hits, [{ ...kill, marker: "run:started", failure: "it was not killed" }])[0]!.verdict).toBe("failed");
  expect(tableOf(rows)).toContain("nothing gets there");
});
