import { traceOf } from "./show";

describe("show", () => {
  it("says of a health record that it is one, and neither which nor the vendor's key", () => {
    const trace = traceOf({ is: "record", id: "1", kind: "immunisation", table: "oh.immunisation", sourceId: "ZQA/77|HEPB001", sourcePersonId: "p", state: "IN_FORCE" });
    expect(trace).toEqual({ is: "record", id: "1", kind: "health record", sourcePersonId: "p", state: "IN_FORCE" });
  });
  it("counts health records together and leaves out the keys of accounts", () => {
    const trace = traceOf({ is: "staff-member", id: "1", records: { immunisation: 2, clearance: 1, achievement: 4 }, sourcePersons: [{ id: "s", sourceKey: "aosei" }] });
    expect(trace).toEqual({ is: "staff-member", id: "1", records: { "health record": 3, achievement: 4 }, sourcePersons: [{ id: "s" }] });
  });
  it("shows the source id of what is about no person", () => {
    expect(traceOf({ is: "record", id: "1", kind: "position", table: "staff.position", sourceId: "52001", sourcePersonId: null }).sourceId).toBe("52001");
  });
});
