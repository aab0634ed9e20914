import { problems, saidOfMany } from "./problems";

describe("of a cause that was counted only", () => {
  test.each(Object.keys(problems))("nothing is said, and no next step given, with a hole in it: %s", (code) => {
    // "?batch=" is of an address.
    for (const words of Object.values(saidOfMany(code, 3))) expect(words.replace(/\?\w+=/g, "")).not.toMatch(/[{}?]/);
  });

  test("what the sentence cannot fill is the title, and what a command cannot fill is named as in its usage", () => {
    expect(saidOfMany("CREDENTIALS_REJECTED", 2)).toEqual({
      say: "Credentials rejected.",
      next: "Issue a new credential in the vendor's system and put it where the setting points to; then `npx lanyard sync <connection>`.",
    });
  });
});
