import { courseMaps, mapsOf } from "./maps";

const fire = "CSTF|Fire Safety|1|";
const prevent = "CSTF|Preventing Radicalisation|1|";

describe("course maps", () => {
  const maps = courseMaps(
    new Map([
      [
        "ZQA",
        [
          { course: "WELCOME", competence: fire, from: undefined, to: "2025-12-31" },
          { course: "WELCOME", competence: prevent, from: undefined, to: undefined },
          { course: "id:7", competence: undefined, from: "2026-01-01", to: undefined },
        ],
      ],
    ]),
  );

  it("names every competence of a course that hold on the day", () => {
    expect(maps.coursesToCompetences("ZQA", ["WELCOME"], "2025-06-01")).toEqual([fire, prevent]);
    expect(maps.coursesToCompetences("ZQA", ["WELCOME"], "2026-06-01")).toEqual([prevent]);
  });

  it("tells local learning from a course that nobody has mapped", () => {
    expect(maps.coursesToCompetences("ZQA", ["X", "id:7"], "2026-06-01")).toBe("local");
    expect(maps.coursesToCompetences("ZQA", ["X", "id:7"], "2025-06-01")).toBeUndefined();
    expect(maps.coursesToCompetences("ZQB", ["WELCOME"], "2026-06-01")).toBeUndefined();
  });

  it("has another version when a row changes, and the same one when none does", () => {
    const row = { course: "A", competence: fire, from: undefined, to: undefined };
    expect(courseMaps(new Map([["ZQA", [row]]])).version).toBe(courseMaps(new Map([["ZQA", [row]]])).version);
    expect(courseMaps(new Map([["ZQA", [row]]])).version).not.toBe(
      courseMaps(new Map([["ZQA", [{ ...row, competence: prevent }]]])).version,
    );
  });
});

it("gives a connection the maps of its own organisations: what another trust states leaves its version alone", () => {
  const row = { course: "A", competence: fire, from: undefined, to: undefined };
  const configured = new Map([["ZQA", [row]]]);
  const stated = { ...row, id: "1", course: "B", organisation: "ZQB" };
  const before = mapsOf(["ZQA"], configured, []);
  expect(mapsOf(["ZQA"], configured, [stated]).version).toBe(before.version);
  expect(mapsOf(["ZQA", "ZQB"], configured, [stated]).coursesToCompetences("ZQB", ["B"], "2026-01-01")).toEqual([fire]);
  const more = mapsOf(["ZQA"], configured, [{ ...stated, organisation: "ZQA" }]);
  expect(more.version).not.toBe(before.version);
  expect(more.coursesToCompetences("ZQA", ["A"], "2026-01-01")).toEqual([fire]);
});

it("tells how maps would be with a row more or less, whatever the order in which rows were stated", () => {
  const stated = (id: string, course: string) => ({ id, course, organisation: "ZQA", competence: fire, from: undefined, to: undefined });
  const both = mapsOf(["ZQA"], new Map(), [stated("1", "A"), stated("2", "B")]);
  expect(mapsOf(["ZQA"], new Map(), [stated("3", "B"), stated("4", "A")]).version).toBe(both.version);
  const adding = [{ id: "2", course: "B", competence: fire }];
  expect(mapsOf(["ZQA"], new Map(), [stated("1", "A")], { organisation: "ZQA", adding, without: [] }).version).toBe(both.version);
  // What has become true meanwhile is not counted twice.
  expect(mapsOf(["ZQA"], new Map(), [stated("1", "A"), stated("2", "B")], { organisation: "ZQA", adding, without: [] }).version).toBe(
    both.version,
  );
  const less = mapsOf(["ZQA"], new Map(), [stated("1", "A"), stated("2", "B")], { organisation: "ZQA", adding: [], without: ["2"] });
  expect(less.version).toBe(mapsOf(["ZQA"], new Map(), [stated("1", "A")]).version);
});
