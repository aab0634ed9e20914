import { problems, saidOfMany } from "./problems";

test("of a cause that was counted only, nothing is said with a hole in it", () => {
  expect(saidOfMany("RECORD_INVALID", 2).say).not.toContain("?");
  for (const code of Object.keys(problems)) expect(saidOfMany(code, 3).say).not.toMatch(/[{}]|\? |got \?/);
});
