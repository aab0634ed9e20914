import * as fc from "fast-check";
import { parseJson, TooManyMembers } from "./json";

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

test("V21: refuses a list with more members than anybody should hold, and counts each list by itself", () => {
  const list = (count: number) => `[${"0,".repeat(count - 1)}0]`;
  expect(() => parseJson(list(100_001))).toThrow(TooManyMembers);
  expect(() => parseJson(`{"a":[${"{},".repeat(1_000_000)}{}]}`)).toThrow(TooManyMembers);
  const inBounds = `[${list(60_000)},{"text":"${",".repeat(100_001)}"},${list(60_000)}]`;
  expect(parseJson(inBounds)).toEqual(JSON.parse(inBounds));
});
