import fc from "fast-check";
import { contentHashOf } from "./hash";

describe("content hash", () => {
  const facts = { competence: "CSTF|Fire Safety|1", awardedOn: "2026-01-10", name: "Fire Safety" };

  it("is 128 bits as a uuid, and does not depend on the order of keys", () => {
    expect(contentHashOf("competence-award", facts)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const reversed = Object.fromEntries(Object.entries(facts).reverse());
    expect(contentHashOf("competence-award", reversed)).toBe(contentHashOf("competence-award", facts));
  });

  it("tells absence from an empty value, and one kind from another", () => {
    const hashes = [facts, { ...facts, name: undefined }, { ...facts, name: "" }, { ...facts, name: "-" }].map((one) =>
      contentHashOf("competence-award", one),
    );
    expect(new Set(hashes).size).toBe(4);
    expect(contentHashOf("observation", {})).not.toBe(contentHashOf("clinical-test", {}));
  });

  it("differs whenever a field differs, also where one value could be read as two", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "|", ":", "1", "-", "[", "(") });
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        const [one, other] = [
          [a, b],
          [c, d],
        ].map(([name, attainment]) => contentHashOf("competence-award", { ...facts, name, attainment }));
        expect(one === other).toBe(a === c && b === d);
      }),
    );
  });

  it("tells lists apart by where their values end", () => {
    const of = (diseases: string[]) => contentHashOf("immunisation", { vaccine: "v", diseases, givenOn: "2020" });
    expect(new Set([of(["ab"]), of(["a", "b"]), of(["b", "a"]), of([])]).size).toBe(4);
  });
});
