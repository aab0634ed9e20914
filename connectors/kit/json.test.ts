import * as fc from "fast-check";
import { parseJson } from "./json";

test("reads what JSON.parse reads, whatever stands inside the strings", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!/\d{16}/.test(text)); // whole numbers beyond 2^53 become text: the next but one test
      expect(parseJson(text)).toEqual(JSON.parse(text, (key, inner) => (key === "__proto__" ? undefined : inner)));
    }),
  );
});

test("finds the end of a string by its backslashes", () => {
  for (const value of ['"', "\\", '\\"', '\\\\"[', '{"a":1', "\\\\", "[[[["]) {
    expect(parseJson(JSON.stringify({ [value]: [value, 12345678901234] }))).toEqual({ [value]: [value, 12345678901234] });
  }
});

test("keeps a whole number beyond 2^53 as text, after a string with escapes too", () => {
  expect(parseJson('{"a\\\\":"\\"","id":12345678901234567890}')).toEqual({ "a\\": '"', id: "12345678901234567890" });
});

test("refuses what is nested too deeply, and not brackets in strings", () => {
  expect(() => parseJson(`${"[".repeat(70)}${"]".repeat(70)}`)).toThrow(SyntaxError);
  expect(parseJson(`["${"[".repeat(70)}"]`)).toEqual(["[".repeat(70)]);
});
