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

const lanyard = (...args: string[]) => {
  const ended = spawnSync(process.execPath, [path.join(root, "cli", "lanyard.cjs"), ...args], {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, LANYARD_DATA: path.join(folder, "data"), DATABASE_URL: "" },
  });
  return { code: ended.status, said: ended.stdout + ended.stderr };
};

test("an option after a subcommand is the subcommand's, also where the command above has one of that name", () => {
  const file = path.join(folder, "lanyard.yaml");
  writeFileSync(file, 'mode: demonstration\norganisations:\n  - { odsCode: ZQA, vpd: "991", name: Northbridge }\n');
  const { code, said } = lanyard("problems", "looks", "--as", "trust-admin", "--organisation", "QQQ", "--config", file, "--json");
  expect(said).toContain("There is no organisation QQQ");
  expect(() => JSON.parse(said)).not.toThrow();
  expect(code).not.toBe(0);
  expect(readdirSync(folder)).toEqual(["lanyard.yaml"]);
});
