/**
 * `npm run test:security`: the sweeps, corpora and canaries, with what was tried, refused, leaked and missed. Ends with 1
 * when anything leaked or was missed, and when a group tried nothing: a check that did not run has not passed.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Row, SecurityGroup } from "./group";

const folder = path.join(__dirname, "groups");

interface Answer {
  readonly group: string;
  readonly what: string;
  readonly rows: readonly Row[];
  readonly seconds: number;
  readonly failure?: string;
}

function groupNames(): string[] {
  return readdirSync(folder)
    .filter((file) => /^[a-z0-9-]+\.ts$/.test(file) && !file.endsWith(".test.ts"))
    .map((file) => file.replace(/\.ts$/, ""))
    .sort();
}

async function runGroup(name: string, long: boolean, seed: number): Promise<Answer> {
  const began = Date.now();
  const { group } = require(path.join(folder, name)) as { group: SecurityGroup };
  const seconds = () => Math.round((Date.now() - began) / 1000);
  try {
    const note = (line: string) => void process.stderr.write(`  ${name}: ${line}\n`);
    return { group: name, what: group.what, rows: await group.run({ long, seed, note }), seconds: seconds() };
  } catch (error) {
    return { group: name, what: group.what, rows: [], seconds: seconds(), failure: (error as Error).stack ?? String(error) };
  }
}

/** In a process of its own, with servers of its own: what one group has stopped or changed is nothing to the next. */
async function runApart(name: string, long: boolean, seed: number): Promise<Answer> {
  const began = Date.now();
  const args = [
    "--require",
    "./test/register.cjs",
    __filename,
    "--only",
    name,
    "--seed",
    String(seed),
    "--json",
    ...(long ? ["--long"] : []),
  ];
  const child = spawn(process.execPath, args, { cwd: path.resolve(__dirname, "..", ".."), stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  try {
    return (JSON.parse(said) as { groups: Answer[] }).groups[0]!;
  } catch {
    const failure = `its process ended with ${code} and no answer`;
    return { group: name, what: "", rows: [], seconds: Math.round((Date.now() - began) / 1000), failure };
  }
}

const failed = ({ rows, failure }: Answer) =>
  failure !== undefined || rows.length === 0 || rows.some(({ tried, leaked, missed }) => tried === 0 || leaked > 0 || missed > 0);

function print(answer: Answer): void {
  process.stdout.write(`\n${failed(answer) ? "FAILED" : "passed"}  ${answer.group}: ${answer.what} (${answer.seconds} s)\n`);
  for (const { check, tried, refused, leaked, missed, examples } of answer.rows) {
    process.stdout.write(
      `  ${String(tried).padStart(9)} tried ${String(refused).padStart(9)} refused ${leaked} leaked ${missed} missed  ${check}\n`,
    );
    for (const example of examples ?? []) process.stdout.write(`            ${example}\n`);
  }
  if (answer.failure) process.stdout.write(`  ${answer.failure}\n`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      long: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      only: { type: "string" },
      seed: { type: "string", default: "1" },
    },
  });
  const asked = values.only?.split(",");
  const unknown = asked?.filter((name) => !groupNames().includes(name)) ?? [];
  if (unknown.length > 0) {
    process.stderr.write(`There is no group ${unknown.join(", ")}. There are: ${groupNames().join(", ")}\n`);
    return 2;
  }
  const answers: Answer[] = [];
  const names = asked ?? groupNames();
  for (const name of names) {
    if (names.length > 1 || !values.json) process.stderr.write(`${name} ...\n`);
    const answer = await (names.length > 1 ? runApart : runGroup)(name, values.long, Number(values.seed));
    answers.push(answer);
    if (!values.json) print(answer);
  }
  const totals = { tried: 0, refused: 0, leaked: 0, missed: 0 };
  for (const { rows } of answers)
    for (const row of rows) for (const name of ["tried", "refused", "leaked", "missed"] as const) totals[name] += row[name];
  const clean = !answers.some(failed);
  if (values.json) process.stdout.write(`${JSON.stringify({ clean, totals, groups: answers }, null, 2)}\n`);
  else {
    const { tried, refused, leaked, missed } = totals;
    process.stdout.write(`\n${clean ? "clean" : "NOT CLEAN"}: ${tried} tried, ${refused} refused, ${leaked} leaked, ${missed} missed\n`);
  }
  return clean ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exit(1);
  },
);
