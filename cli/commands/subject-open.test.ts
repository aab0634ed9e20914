import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { sealFile } from "../../platform/sealed-file";
import { beforeJson } from "./subject-open";

const folder = mkdtempSync(path.join(tmpdir(), "lanyard-open-"));
const file = path.join(folder, "copy.sealed");
const words = "What ZQA holds about somebody\n  ada@example.org\n";
const value = { organisation: "ZQA", rows: [{ note: `a value with${beforeJson}in it` }] };
beforeAll(() => writeFileSync(file, sealFile(`${words}${beforeJson}${JSON.stringify(value, null, 1)}\n`, "abcd-efgh")));
afterAll(() => rmSync(folder, { recursive: true }));

const open = (input: string, ...args: string[]) =>
  spawnSync(process.execPath, ["--require", "./test/register.cjs", "cli/main.ts", "subject", "open", ...args], {
    cwd: path.join(__dirname, "..", ".."),
    env: { ...process.env, LANYARD_DATA: path.join(folder, "data") },
    encoding: "utf8",
    input,
    timeout: 60_000,
  });

test("a sealed copy is read with its passphrase, in words or as an object, and starts nothing", () => {
  const inWords = open("abcd-efgh\n", file);
  expect([inWords.status, inWords.stdout.startsWith(words), inWords.stderr]).toEqual([0, true, ""]);
  expect(JSON.parse(open("abcd-efgh", file, "--json").stdout)).toEqual(value);
  expect(readdirSync(folder)).toEqual(["copy.sealed"]);
});

test.each([
  ["another passphrase", "abcd-efgj\n", file, "not its passphrase"],
  ["none", "", file, "not its passphrase"],
  ["another file", "abcd-efgh\n", __filename, "no sealed copy"],
  ["no file", "abcd-efgh\n", path.join(folder, "nothing"), "got ENOENT"],
])("%s shows nothing and says why", (_, input, which, says) => {
  const { status, stdout, stderr } = open(input, which);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(says);
});
