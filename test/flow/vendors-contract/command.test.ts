/** The command as a vendor's engineer runs it: an address, a settings file, the people agreed upon. */
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemClock } from "../../../platform/clock";
import { workforceKept } from "../../contract/subjects/http-vendors";
import type { Started } from "../../contract/subjects/made";

const root = path.resolve(__dirname, "..", "..", "..");
let folder: string;
let vendor: Started;
const running: ChildProcess[] = [];
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-contract-command-"));
  vendor = await workforceKept.start(4, systemClock);
  const { baseUrl: _, ...settings } = vendor.settings as Record<string, unknown>;
  writeFileSync(path.join(folder, "settings.yaml"), JSON.stringify(settings));
  const people = vendor.staff!.map(({ staffKey, given, family, birthDate }) => `${staffKey},${given},"${family}",${birthDate}`);
  writeFileSync(path.join(folder, "people.csv"), ["staff_key,given,family,birth_date", ...people].join("\n"));
});
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await vendor.close();
  rmSync(folder, { recursive: true, force: true });
});

async function lanyard(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["-r", path.join(root, "test", "register.cjs"), path.join(root, "cli", "main.ts"), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", LANYARD_DATA: path.join(folder, "data"), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr!.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { code, stdout, stderr };
}
const address = () => (vendor.settings as { baseUrl: string }).baseUrl;
const base = () => ["contract-test", address(), "--kind", "lms", "--settings", "settings.yaml", "--people", "people.csv", "--most", "2"];

test("a system that keeps the contract: TAP on stdout, the page beside it, exit 0", async () => {
  const { code, stdout, stderr } = await lanyard([...base(), "--html", "report.html"], { KEY: vendor.secrets!.KEY! });
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^TAP version 14\n/);
  expect(stdout).not.toMatch(/^not ok/m);
  expect(readFileSync(path.join(folder, "report.html"), "utf8")).toContain("The contract is kept");
}, 120_000);

test.each([
  ["no kind", ["contract-test", "https://lms.example.test"], /--kind lms or --kind oh/],
  [
    "a kind it does not deliver",
    ["contract-test", "http://127.0.0.1:9", "--kind", "oh", "--connector", "moodle"],
    /delivers nothing of kind oh/,
  ],
  [
    "a connector that does not exist",
    ["contract-test", "http://127.0.0.1:9", "--kind", "lms", "--connector", "mudle"],
    /no connector mudle.*moodle/,
  ],
  ["settings that lack something", ["contract-test", "http://127.0.0.1:9", "--kind", "lms"], /settings\/tokenUrl/],
  [
    "a file that is not there",
    ["contract-test", "http://127.0.0.1:9", "--kind", "lms", "--people", "nobody.csv"],
    /nobody\.csv cannot be read/,
  ],
])(
  "%s: says so and does not begin",
  async (_, args, says) => {
    const { code, stderr } = await lanyard(args);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(says);
  },
  60_000,
);

test("a wrong key: exit 1, and the first line that is not kept says whose move it is", async () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const { code, stdout } = await lanyard(base(), { KEY: privateKey });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^not ok 1 - auth-accepted/m);
  expect(stdout).toMatch(/next: "Vendor or trust/);
}, 120_000);
