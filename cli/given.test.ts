import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkOrganisation } from "./compose/operations";
import { checkGiven } from "./given";

test.each([
  ["an empty reason", { reason: "" }, [], "--reason: expected a text; got an empty one."],
  ["blanks for a reference", { instruction: " \t " }, [], "--instruction: expected a text; got an empty one."],
  ["an empty id", {}, [""], "<person>: expected a text; got an empty one."],
  ["a text without end", { approvedBy: "x".repeat(10_000) }, [], "--approved-by: expected at most 1,000 characters; got 10,000."],
  ["one of several", { label: ["R3", ""] }, [], "--label: expected a text; got an empty one."],
  ["a bell", { reason: "so\u0007" }, [], "--reason: expected a text without control characters."],
])("refuses %s, and says which, what was got and whose move it is", (_, options, operands, says) => {
  expect(() => checkGiven(options, operands, ["person"])).toThrow(says);
});

test("lets through what says something, what was not given, and what is no text", () => {
  const options = { reason: "IPC lead 💉", json: false, organisation: undefined, label: ["R3"] };
  expect(() => checkGiven(options, ["an-id", undefined], ["person", "other"])).not.toThrow();
});

test("an organisation that nobody has is no organisation without problems", () => {
  const known = [{ odsCode: "ZQA" }, { odsCode: "ZQB" }];
  expect(() => checkOrganisation("ZQX", known)).toThrow("There is no organisation ZQX. There are: ZQA, ZQB.");
  for (const fine of ["ZQB", undefined]) expect(() => checkOrganisation(fine, known)).not.toThrow();
});

test("every command asks it before it opens anything: exit 2, and nothing was started", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-given-"));
  try {
    const root = path.join(__dirname, "..");
    const { status, stderr } = spawnSync(
      process.execPath,
      ["--require", "./test/register.cjs", "cli/main.ts", "approvals", "approve", "an-id", "--organisation", "ZQA", "--reason", ""],
      { cwd: root, env: { ...process.env, LANYARD_DATA: folder }, encoding: "utf8", timeout: 60_000 },
    );
    expect([status, stderr.trim()]).toEqual([2, expect.stringContaining("--reason: expected a text; got an empty one.")]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 90_000);
