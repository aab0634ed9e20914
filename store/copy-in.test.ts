import { copyValue } from "./copy-in";

describe("values in COPY's text format", () => {
  it("tells nothing from an empty text and from the sign for nothing", () => {
    expect([undefined, null, "", "\\N"].map(copyValue)).toEqual(["\\N", "\\N", "", "\\\\N"]);
  });

  it("keeps what parts columns and rows inside a value", () => {
    expect(copyValue("a\tb\nc\rd\\e")).toBe("a\\tb\\nc\\rd\\\\e");
  });

  it("writes lists so that quotes, commas, braces and backslashes stay within their element", () => {
    expect(copyValue(["a,b", 'say "x"', "{}", "\\", "null", ""])).toBe('{"a,b","say \\\\"x\\\\"","{}","\\\\\\\\","null",""}');
    expect(copyValue([])).toBe("{}");
  });

  it("writes numbers, yes and no, and instants as PostgreSQL reads them", () => {
    expect([1.5, 0, true, false, new Date("2026-11-01T10:00:00Z")].map(copyValue)).toEqual([
      "1.5",
      "0",
      "true",
      "false",
      "2026-11-01T10:00:00.000Z",
    ]);
  });
});
