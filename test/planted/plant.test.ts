import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Bug, checkText, planted } from "./bug";
import { bugs } from "./bugs";
import { allCaught, type Ended, plantAll, tableOf } from "./plant";

const root = path.resolve(__dirname, "..", "..");
const trees: string[] = [];
afterAll(() => trees.forEach((tree) => void rmSync(tree, { recursive: true, force: true })));

const sound = "export const sum = (a, b) => a + b;\nexport const unused = 1;\n";
function tree(): string {
  const made = mkdtempSync(path.join(tmpdir(), "lanyard-plant-"));
  trees.push(made);
  mkdirSync(path.join(made, "part"));
  writeFileSync(path.join(made, "part", "sum.js"), sound);
  return made;
}
const textIn = (made: string) => readFileSync(path.join(made, "part", "sum.js"), "utf8");
const bug = (more: Partial<Bug> = {}): Bug => ({
  name: "the sum is a difference",
  file: "part/sum.js",
  find: "a + b",
  replace: "a - b",
  caughtBy: { jest: "part/sum.test.js", name: "adds" },
  ...more,
});
/** A test of the sum alone: it knows nothing of what else is in the file. */
const check = async (made: string): Promise<Ended> =>
  textIn(made).includes("a + b") ? { how: "passed" } : { how: "failed", by: "adds two numbers" };

test("a bug that its check notices is caught, and the tree is as it was", async () => {
  const made = tree();
  const rows = await plantAll([bug()], [made], check);
  expect(rows).toEqual([
    {
      bug: "the sum is a difference",
      file: "part/sum.js",
      check: 'part/sum.test.js "adds"',
      verdict: "caught",
      why: "adds two numbers",
    },
  ]);
  expect(allCaught(rows)).toBe(true);
  expect(textIn(made)).toBe(sound);
});

test("a bug that nothing notices is reported, and the whole has failed", async () => {
  const made = tree();
  const rows = await plantAll([bug(), bug({ name: "another number", find: "unused = 1", replace: "unused = 2" })], [made], check);
  expect(rows.map(({ verdict }) => verdict)).toEqual(["caught", "NOT CAUGHT"]);
  expect(rows[1]!.why).toBe("its check passes with it");
  expect(allCaught(rows)).toBe(false);
  expect(tableOf(rows)).toMatch(/^another number +NOT CAUGHT +its check passes with it$/m);
  expect(textIn(made)).toBe(sound);
});

test("a check that fails without the bug catches nothing, and one that does not run catches nothing either", async () => {
  const failing = async (): Promise<Ended> => ({ how: "failed", by: "always" });
  expect((await plantAll([bug()], [tree()], failing))[0]).toMatchObject({
    verdict: "NOT CAUGHT",
    why: "its check does not pass without it: always",
  });
  const brokenByIt = async (made: string): Promise<Ended> =>
    textIn(made) === sound ? { how: "passed" } : { how: "broken", why: "jest did not run" };
  expect((await plantAll([bug()], [tree()], brokenByIt))[0]).toMatchObject({ verdict: "NOT CAUGHT", why: "jest did not run" });
});

test("a bug whose text is not there, is there twice or changes nothing does not apply, and that is a failure", async () => {
  const wrong = [bug({ find: "a * b" }), bug({ find: "export" }), bug({ replace: "a + b" }), bug({ file: "part/gone.js" })];
  const rows = await plantAll(wrong, [tree()], check);
  expect(rows.map(({ verdict, why }) => [verdict, why])).toEqual([
    ["does not apply", "its text is not in the file"],
    ["does not apply", "its text is 2 times in the file"],
    ["does not apply", "it changes nothing"],
    ["does not apply", "its file does not exist"],
  ]);
  expect(allCaught(rows)).toBe(false);
  expect(allCaught([])).toBe(false);
});

test("one check is run once without a bug, however many bugs it has to notice, and two trees never share one", async () => {
  const two = [tree(), tree()];
  let clean = 0;
  const busy = new Set<string>();
  const counting = async (made: string): Promise<Ended> => {
    expect(busy.has(made)).toBe(false);
    busy.add(made);
    await new Promise((resolve) => setImmediate(resolve));
    busy.delete(made);
    if (textIn(made) === sound) clean += 1;
    return check(made);
  };
  const many = Array.from({ length: 5 }, (_, at) => bug({ name: `bug ${at}`, replace: `a - b - ${at}` }));
  const rows = await plantAll(many, two, counting);
  expect(rows.map(({ bug, verdict }) => [bug, verdict])).toEqual(many.map(({ name }) => [name, "caught"]));
  expect(clean).toBe(1);
});

test("every bug of the list can be planted in the code as it is, and has a name of its own", () => {
  expect(bugs.length).toBeGreaterThanOrEqual(22);
  expect(new Set(bugs.map(({ name }) => name)).size).toBe(bugs.length);
  for (const one of bugs) {
    const text = readFileSync(path.join(root, one.file), "utf8");
    expect([one.name, planted(one, text)]).toEqual([one.name, { text: expect.any(String) }]);
    expect(checkText(one.caughtBy)).not.toBe("");
  }
});
