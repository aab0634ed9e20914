import fc from "fast-check";
import { definitionOfKind, recordKinds } from "../schema/kinds";
import type { FieldDefinition } from "../schema/registry";
import { certainlyFacts } from "./facts-check";

/** Values that are right, nearly right and wrong for a field. */
function valuesFor(field: FieldDefinition): fc.Arbitrary<unknown> {
  const odd = fc.constantFrom(
    undefined,
    null,
    "",
    0,
    1.5,
    true,
    [],
    {},
    "\u0000",
    "\ud800",
    "é",
    "x".repeat(2001),
    "2026-02-30",
    "2026-13-01",
    "2026-02-28",
    "2026-12-31",
    "2019",
    "2019-04",
    Number.NaN,
  );
  const usual: Record<string, fc.Arbitrary<unknown>> = {
    text: fc.string({ unit: "binary" }),
    code: fc.string(),
    reference: fc.string(),
    day: fc
      .date({ min: new Date("1900-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10)),
    "partial-day": fc.constantFrom("2019", "2019-04", "2019-04-23"),
    instant: fc.constantFrom("2026-11-01T10:00:00Z", "2026-11-01T10:00:00"),
    flag: fc.boolean(),
    whole: fc.integer(),
    decimal: fc.double(),
    codes: fc.array(fc.string()),
    enum: fc.constantFrom("SUBSTANTIVE", "MAPPED", "ACHIEVED", "DETECTED", "COMPLETED", "NEVER_HEARD_OF"),
  };
  return fc.oneof({ weight: 6, arbitrary: usual[field.kind]! }, { weight: 1, arbitrary: odd });
}

describe("the quick facts check", () => {
  it.each(recordKinds)("accepts of %s exactly what the record class accepts", (kind) => {
    const { fields, check } = definitionOfKind(kind);
    const known: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(fields.map((field) => [field.name, valuesFor(field)]));
    const requiredKeys = fields.filter((field) => !field.nullable).map((field) => field.name);
    const facts = fc.record(known, { requiredKeys });
    const withOneMore: Record<string, fc.Arbitrary<unknown>> = { ...known, neverAField: fc.string() };
    const oneTooMany = fc.record(withOneMore, { requiredKeys });
    const mostlyKnown = fc.oneof({ weight: 5, arbitrary: facts }, { weight: 1, arbitrary: oneTooMany });
    fc.assert(
      fc.property(mostlyKnown, (value) => {
        const judged = check.safeParse(value);
        expect(certainlyFacts(kind, value)).toBe(judged.success);
        if (judged.success) expect(judged.data).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it("is certain of plain facts, and of nothing that is not a plain object", () => {
    const facts = { competence: "CSTF|Fire Safety|1", awardedOn: "2026-01-10", name: "Fire Safety" };
    expect(certainlyFacts("competence-award", facts)).toBe(true);
    expect(certainlyFacts("competence-award", { ...facts, awardedOn: "2026-02-30" })).toBe(false);
    expect(certainlyFacts("competence-award", { ...facts, payGrade: "7" })).toBe(false);
    expect(certainlyFacts("competence-award", { name: "Fire Safety" })).toBe(false);
    for (const nothing of [null, undefined, [], "facts", Object.create(facts)])
      expect(certainlyFacts("competence-award", nothing)).toBe(false);
  });
});
