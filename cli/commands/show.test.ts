import { traceOf } from "./show";

describe("show", () => {
  it("says of a health record that it is one, and neither which nor the vendor's key", () => {
    const trace = traceOf({
      is: "record",
      id: "1",
      kind: "immunisation",
      table: "oh.immunisation",
      sourceId: "ZQA/77|HEPB001",
      sourcePersonId: "p",
      state: "IN_FORCE",
      contentHash: "c",
      validFrom: "2026-01-01",
      provenance: { provider: "OH" },
    });
    expect(trace).toEqual({ is: "record", id: "1", kind: "health record", sourcePersonId: "p", state: "IN_FORCE" });
  });
  it("leaves out how much of somebody is health, and the keys of accounts", () => {
    const trace = traceOf({
      is: "staff-member",
      id: "1",
      records: { immunisation: 2, clearance: 1, achievement: 4 },
      sourcePersons: [{ id: "s", sourceKey: "aosei" }],
    });
    expect(trace).toEqual({ is: "staff-member", id: "1", records: { achievement: 4 }, sourcePersons: [{ id: "s" }] });
  });
  it("leaves out that an occupational health system knows somebody", () => {
    const sourcePersons = [
      { id: "s", system: "esr", connectionId: "zqa-esr" },
      { id: "o", system: "oh", connectionId: "zqa-oh" },
    ];
    expect(traceOf({ is: "staff-member", id: "1", sourcePersons }).sourcePersons).toEqual([sourcePersons[0]]);
  });
  it("says that a person decided, and not in which words", () => {
    const bindings = [
      { reasons: [{ rule: "decided: Jane Roe\nrang us" }], endReason: "unlinked: wrong Jane" },
      { reasons: [{ rule: "ni-number agrees", weight: 9 }] },
    ];
    expect(traceOf({ is: "source-person", id: "1", bindings }).bindings).toEqual([
      { reasons: [{ rule: "decided by a person" }], endReason: "unlinked by a person" },
      { reasons: [{ rule: "ni-number agrees", weight: 9 }] },
    ]);
  });
  it("shows the source id of what is about no person", () => {
    expect(
      traceOf({ is: "record", id: "1", kind: "position", table: "staff.position", sourceId: "52001", sourcePersonId: null }).sourceId,
    ).toBe("52001");
  });
});
