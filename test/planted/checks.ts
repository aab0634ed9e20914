/** Runs a check in a copy of the tree: a process of its own, ended with all that it has started when it takes too long. */
import { spawn } from "node:child_process";
import type { Check } from "./bug";
import type { Ended } from "./plant";

/** A test that hangs has noticed nothing: it says so nowhere. */
const limitMs = 600_000;

export async function runCheck(tree: string, check: Check): Promise<Ended> {
  if ("security" in check) return security(tree, check);
  return "fault" in check ? fault(tree, check) : jest(tree, check);
}

interface JestAnswer {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

async function jest(tree: string, { jest: path, name, queue }: Extract<Check, { jest: string }>): Promise<Ended> {
  const config = queue ? ["--config", "jest.queue.config.cjs"] : [];
  const said = await run(tree, ["node_modules/jest/bin/jest.js", ...config, "--runTestsByPath", path, "-t", name, "--runInBand", "--json"]);
  const answer = readJson<JestAnswer>(said.stdout);
  if (!answer) return broken(said);
  const all = answer.testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = all.find(({ status }) => status === "failed");
  if (failed) return { how: "failed", by: failed.fullName };
  if (said.code !== 0) return { how: "broken", why: answer.testResults[0]?.message.split("\n")[0] ?? "jest did not run" };
  return answer.numPassedTests > 0 ? { how: "passed" } : { how: "broken", why: "no test has that name" };
}

interface FaultsAnswer {
  readonly rows: readonly {
    readonly id: string;
    readonly verdict: string;
    readonly why?: string;
    readonly failures: readonly { readonly seed: number; readonly why: string }[];
  }[];
}

async function fault(tree: string, { fault: id, seeds, firstSeed = 1 }: Extract<Check, { fault: string }>): Promise<Ended> {
  const args = ["--only", id, "--seeds", String(seeds), "--seed", String(firstSeed), "--json"];
  const said = await run(tree, ["--require", "./test/register.cjs", "test/faults/main.ts", ...args]);
  const row = readJson<FaultsAnswer>(said.stdout)?.rows[0];
  if (!row) return broken(said);
  if (row.verdict === "passed") return { how: "passed" };
  const [first] = row.failures;
  return first
    ? { how: "failed", by: `${id}, seed ${first.seed}: ${first.why.split("\n")[0]}` }
    : { how: "broken", why: `${row.verdict}: ${row.why ?? ""}` };
}

interface SecurityAnswer {
  readonly clean: boolean;
  readonly groups: readonly {
    readonly failure?: string;
    readonly rows: readonly {
      readonly check: string;
      readonly leaked: number;
      readonly missed: number;
      readonly examples?: readonly string[];
    }[];
  }[];
}

/** Started as its own runner starts it: what leaked or was missed has been noticed. */
async function security(tree: string, { security: group }: Extract<Check, { security: string }>): Promise<Ended> {
  const said = await run(tree, ["--require", "./test/register.cjs", "test/security/main.ts", "--only", group, "--json"]);
  const answer = readJson<SecurityAnswer>(said.stdout);
  if (!answer) return broken(said);
  if (answer.clean) return { how: "passed" };
  const [one] = answer.groups;
  const row = one?.rows.find(({ leaked, missed }) => leaked > 0 || missed > 0);
  if (row) return { how: "failed", by: row.examples?.[0] ?? row.check };
  return { how: "broken", why: one?.failure?.split("\n")[0] ?? "the group tried nothing" };
}

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly late: boolean;
}

const broken = ({ late, stderr }: Said): Ended => ({
  how: "broken",
  why: late ? `not done after ${limitMs / 1000} s` : `no answer: ${stderr.trim().split("\n").at(-1) ?? ""}`,
});

function readJson<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

function run(tree: string, args: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, args, { cwd: tree, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    said.stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said.stderr += chunk.toString("utf8");
  });
  let late = false;
  const end = () => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // it has ended by itself
    }
  };
  const timer = setTimeout(() => {
    late = true;
    end();
  }, limitMs);
  process.once("exit", end);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      process.removeListener("exit", end);
      resolve({ code, late, ...said });
    });
  });
}
