/** The command line as a process: what is parsed before anything is opened. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(__dirname, "..");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[]) =>
  spawnSync(process.execPath, [path.join(root, "cli", "lanyard.cjs"), ...args], {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, LANYARD_DATA: path.join(folder, "data"), DATABASE_URL: "" },
  });

test("an option after a subcommand is the subcommand's, also where the command above has one of that name", () => {
  const file = path.join(folder, "lanyard.yaml");
  writeFileSync(file, 'mode: demonstration\norganisations:\n  - { odsCode: ZQA, vpd: "991", name: Northbridge }\n');
  const { status, stdout } = run(["problems", "looks", "--as", "trust-admin", "--organisation", "QQQ", "--config", file, "--json"]);
  expect(JSON.parse(stdout).error.say).toContain("There is no organisation QQQ");
  expect(status).not.toBe(0);
  expect(readdirSync(folder)).toEqual(["lanyard.yaml"]);
});

test.each([
  ["a missing option", ["subject", "export", "an-id"], "required option '--instruction <reference>' not specified", "subject export"],
  ["a missing operand", ["explain"], "missing required argument 'actor'", "explain"],
  ["an unknown option", ["status", "--colour"], "unknown option '--colour'", "status"],
])("of %s stdout is one object too, and the help that is named is the command's own", (_, given, says, command) => {
  const ended = run([...given, "--json"]);
  expect(ended.status).toBe(2);
  expect(JSON.parse(ended.stdout)).toEqual({ error: { code: "USAGE", say: says } });
  expect(ended.stderr).toContain(`npx lanyard ${command} --help`);
  expect(run(given).stdout).toBe("");
});

test("nobody gets a token for a person who cannot be", () => {
  const file = path.join(folder, "lanyard.yaml");
  writeFileSync(file, 'mode: demonstration\norganisations:\n  - { odsCode: ZQA, vpd: "991", name: Northbridge }\n');
  const { status, stdout, stderr } = run(["token", "--as", "self", "--staff", "Amara Osei", "--config", file]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain('--staff: expected the id of a staff member, a uuid as `npx lanyard show` takes it; got "Amara Osei".');
});
