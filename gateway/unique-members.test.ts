import { hasUniqueMembers } from "./unique-members";

test.each([
  ['{"a":1,"b":2}', true],
  ['{"a":{"x":1},"b":{"x":2},"c":["x","x"]}', true],
  ['{"a":"a","b":"a:a"}', true],
  ['{"a":"\\"a\\":1","b":2}', true],
  ['{"a":1,"a":2}', false],
  ['{"a":1,"\\u0061":2}', false],
  ['{"a":1, "b" : 2,"b"\n:3}', false],
  ['{"a":[{"a":1}],"a":1}', false],
])("%s", (json, unique) => {
  expect(hasUniqueMembers(json)).toBe(unique);
});
