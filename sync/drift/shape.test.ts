import fc from "fast-check";
import { changesOf, emptyShape, learnedFrom, Sampler, type Shape, volumeChange } from "./shape";

const sampled = (records: readonly unknown[], before: Shape = emptyShape) => {
  const sampler = new Sampler((value) => `digest:${value.length}:${value.charCodeAt(0)}`);
  for (let at = 0; at < records.length; at += 50) sampler.page(records.slice(at, at + 50));
  return { sampler, after: learnedFrom(before, sampler), changes: changesOf(before, sampler) };
};
const usual = Array.from({ length: 450 }, (_, at) => ({
  id: `i${at}`,
  status: at % 3 === 0 ? "done" : "open",
  person: { family: `Name ${at}` },
  score: at,
}));
const { after: learned } = sampled(usual);
const changesWith = (change: (record: any) => unknown) => sampled(usual.slice(0, 100).map(change), learned).changes;

describe("the shape of a stream", () => {
  it("says nothing of records that look as they did", () => {
    expect(changesWith((record) => record)).toEqual([]);
  });
  it("V20: notices a new field, a missing one, another kind of value and a new code", () => {
    expect(changesWith((record) => ({ ...record, added: 1 }))).toMatchObject([
      { what: "NEW_FIELD", subject: "/added", detail: { kind: "a number" } },
    ]);
    expect(changesWith(({ score: _, ...record }) => record)).toMatchObject([
      { what: "MISSING_FIELD", subject: "/score", detail: { before: "100 %", now: "0 %" } },
    ]);
    expect(changesWith((record) => ({ ...record, score: "12" }))).toMatchObject([
      { what: "TYPE_CHANGED", subject: "/score", detail: { got: "text", expected: "a number" } },
    ]);
    expect(changesWith((record) => ({ ...record, status: "archived" }))).toMatchObject([{ what: "NEW_VALUE", subject: "/status" }]);
  });
  it("takes no rare field for a new one, and nothing for a change before it has learned", () => {
    expect(sampled([...usual.slice(0, 99), { ...usual[0], added: 1 }], learned).changes).toEqual([]);
    expect(
      sampled(
        usual.slice(0, 100).map((record) => ({ ...record, added: 1 })),
        sampled(usual.slice(0, 60)).after,
      ).changes,
    ).toEqual([]);
  });
  it("keeps no value of a person, whatever the values are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.string({ minLength: 4 }), code: fc.constantFrom("alpha-code", "beta-code") }), {
          minLength: 20,
          maxLength: 60,
        }),
        (records) => {
          const kept = JSON.stringify(sampled(records).after);
          for (const { name, code } of records) {
            if (!JSON.stringify(["name", "code", "kinds", "values", "fields", "sampled", "digest"]).includes(name))
              expect(kept).not.toContain(JSON.stringify(name));
            expect(kept).not.toContain(code);
          }
        },
      ),
    );
  });
  it("does not keep names that are data: a map by person has each of its names once", () => {
    const records = Array.from({ length: 50 }, (_, at) => ({ results: { [`Person${at}`]: 1 } }));
    expect(Object.keys(sampled(records).after.fields)).toEqual(["/results"]);
  });
  it("calls a volume sudden beyond 40 %, and only where there is enough to compare", () => {
    expect(volumeChange([1000, 1010, 990], 500)).toEqual({ usual: 1000 });
    expect(volumeChange([1000], 700)).toBeUndefined();
    expect(volumeChange([10], 4)).toBeUndefined();
    expect(volumeChange([], 4_000)).toBeUndefined();
  });
});
