/** `npm run test:faults`: every fault of the catalogue, each in a process of its own, and one row for each. */
import "reflect-metadata";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../platform/clock";
import setup from "../global-setup";
import teardown from "../global-teardown";
import { runChild } from "./runner/child";
import { type Entry, failureOf, type Row, reportOf, rowOf, type SeedResult, tableOf, totalsOf, totalsText } from "./runner/rows";
import type { Said } from "./runner/said";
import { prepareTemplate } from "./runner/template";

const usage = `npm run test:faults -- [options]

  --long          at least 20 seeds of each fault, and more of everything
  --only <ids>    these faults only: V1,Q13
  --group <name>  the faults of one folder only: vendor-pull, vendor-push, workers, database, gateway
  --seeds <n>     so many seeds of each
  --seed <n>      the first seed (alone, unless --seeds says otherwise)
  --json          stdout is one JSON object and nothing else
`;

const root = path.resolve(__dirname, "..", "..");
const defaultTimeoutMs = 120_000;
/** Loading the hub's source takes a moment where it has not been compiled before. */
const startMs = 120_000;
const fewestLong = 20;

interface Options {
  readonly long: boolean;
  readonly only: ReadonlySet<string> | undefined;
  readonly group: string | undefined;
  readonly seeds: number | undefined;
  readonly seed: number | undefined;
  readonly json: boolean;
}

function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      long: { type: "boolean", default: false },
      only: { type: "string" },
      group: { type: "string" },
      seeds: { type: "string" },
      seed: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const number = (name: "seeds" | "seed") => {
    const text = values[name];
    if (text === undefined) return undefined;
    if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${name} ${text} is not a number from 1 on`);
    return Number(text);
  };
  return {
    long: values.long,
    only: values.only === undefined ? undefined : new Set(values.only.toUpperCase().split(",").filter(Boolean)),
    group: values.group,
    seeds: number("seeds"),
    seed: number("seed"),
    json: values.json,
  };
}

/** Files named <id>-<words>.ts, one folder deep. */
function discover(group: string | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of readdirSync(__dirname, { withFileTypes: true })) {
    if (!folder.isDirectory() || (group && folder.name !== group)) continue;
    for (const name of readdirSync(path.join(__dirname, folder.name))) {
      const id = /^([vpqdge]\d{1,2})-.+\.ts$/.exec(name)?.[1]?.toUpperCase();
      if (id === undefined || name.includes(".test.")) continue;
      if (found.has(id)) throw new Error(`${id} has two files`);
      found.set(id, path.join(__dirname, folder.name, name));
    }
  }
  return found;
}

type Described = Extract<Said, { what: "fault" }>;
interface Planned {
  readonly entry: Entry;
  readonly file: string;
  readonly described: Described | undefined;
  readonly failure?: string;
}

async function describeFault(entry: Entry, file: string, folder: string): Promise<Planned> {
  let described: Described | undefined;
  const ended = await runChild([file, folder, "--describe"], folder, (said) => void (said.what === "fault" && (described = said)), startMs);
  if (!described) return { entry, file, described, failure: `cannot be loaded: ${ended.stderr.trim().split("\n").slice(-12).join("\n")}` };
  return described.id === entry.id ? { entry, file, described } : { entry, file, described, failure: `names itself ${described.id}` };
}

function seedsOf(described: Described, options: Options): number[] {
  const count =
    options.seeds ?? (options.seed !== undefined ? 1 : options.long ? Math.max(fewestLong, described.shortSeeds) : described.shortSeeds);
  return Array.from({ length: count }, (_, at) => (options.seed ?? 1) + at);
}

/** A seed that hangs is ended with its process; the seeds after it get another. */
async function runFault({ entry, file, described }: Planned, options: Options, folder: string): Promise<SeedResult[]> {
  const results: SeedResult[] = [];
  const timeoutMs = described!.timeoutMs ?? defaultTimeoutMs;
  let left = seedsOf(described!, options);
  while (left.length > 0) {
    let at: number | undefined;
    let began = performance.now();
    const done = new Set<number>();
    const ended = await runChild(
      [file, folder, options.long ? "--long" : "--short", ...left.map(String)],
      folder,
      (said) => {
        if (said.what === "seed") {
          at = said.seed;
          began = performance.now();
          return timeoutMs;
        }
        if (said.what !== "result") return undefined;
        done.add(said.seed);
        at = undefined;
        const failure = said.error ?? failureOf(said.outcome!);
        results.push({ seed: said.seed, ms: said.ms, outcome: said.outcome, failure, notes: said.notes });
        if (failure !== undefined) tellFailure(entry.id, said.seed, failure, said.notes);
        return undefined;
      },
      startMs,
    );
    left = left.filter((seed) => !done.has(seed));
    if (left.length === 0) break;
    const seed = at ?? left[0]!;
    const ms = Math.round(performance.now() - began);
    const failure =
      ended.signal === "SIGKILL" && ms >= timeoutMs - 100
        ? `not done after ${timeoutMs / 1000} s`
        : `its process ended (${ended.signal ?? ended.code}): ${ended.stderr.trim().split("\n").slice(-8).join("\n")}`;
    results.push({ seed, ms, failure, notes: [] });
    tellFailure(entry.id, seed, failure, []);
    left = left.filter((one) => one !== seed);
  }
  return results;
}

const tell = (line: string) => void process.stderr.write(`${line}\n`);

function tellFailure(id: string, seed: number, failure: string, notes: readonly string[]): void {
  tell(`\n${id}, seed ${seed}: ${failure}`);
  for (const note of notes) tell(`  ${note}`);
  tell(`  reproduce: npm run test:faults -- --only ${id} --seed ${seed}\n`);
}

/** `atOnce` of them at a time, in their order. */
async function inTurn<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const one = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

async function run(options: Options, catalogue: readonly Entry[], folder: string): Promise<Row[]> {
  const files = discover(options.group);
  for (const id of [...files.keys(), ...(options.only ?? [])]) {
    if (!catalogue.some((entry) => entry.id === id)) throw new Error(`${id} is not in the catalogue`);
  }
  const wanted = catalogue.filter(({ id }) => (!options.only || options.only.has(id)) && (!options.group || files.has(id)));
  const rows = new Map<string, Row>();
  const planned: Planned[] = [];
  const atOnce = Math.min(2, availableParallelism());
  const own = (id: string) => {
    const at = path.join(folder, id);
    mkdirSync(at, { recursive: true, mode: 0o711 });
    return at;
  };
  await inTurn(wanted, atOnce, async (entry) => {
    const file = files.get(entry.id);
    if (!file) return void rows.set(entry.id, rowOf(entry, [], undefined));
    const plan = await describeFault(entry, file, own(entry.id));
    if (plan.failure !== undefined) {
      tellFailure(entry.id, 0, plan.failure, []);
      rows.set(entry.id, rowOf(entry, [{ seed: 0, ms: 0, failure: plan.failure, notes: [] }], undefined));
    } else if (plan.described!.cannotRun !== undefined) rows.set(entry.id, rowOf(entry, [], plan.described!.cannotRun));
    else planned.push(plan);
  });
  const work = async (plan: Planned) => {
    const row = rowOf(plan.entry, await runFault(plan, options, own(plan.entry.id)), undefined);
    rows.set(row.id, row);
    tell(
      `${row.id.padEnd(4)} ${row.verdict.padEnd(7)} ${row.seeds} seeds in ${(row.ms / 1000).toFixed(1)} s  (${rows.size} of ${wanted.length})`,
    );
  };
  await inTurn(
    planned.filter(({ described }) => !described!.alone),
    atOnce,
    work,
  );
  await inTurn(
    planned.filter(({ described }) => described!.alone),
    1,
    work,
  );
  return wanted.map(({ id }) => rows.get(id)!);
}

async function main(): Promise<void> {
  let options: Options;
  try {
    options = optionsOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const begun = performance.now();
  const catalogue = JSON.parse(readFileSync(path.join(__dirname, "catalogue.json"), "utf8")) as Entry[];
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-faults-"));
  chmodSync(folder, 0o711); // database servers of a test run under another account, which has to get there
  let rows: Row[];
  try {
    await setup();
    await prepareTemplate();
    rows = await run(options, catalogue, folder);
  } finally {
    await teardown();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  const totals = totalsOf(rows);
  const command = ["npm run test:faults", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" ");
  if (rows.length === catalogue.length && options.seed === undefined && options.seeds === undefined) {
    const minutes = Math.ceil((performance.now() - begun) / 60_000);
    writeFileSync(
      path.join(root, "docs", "faults-report.md"),
      reportOf(rows, { at: systemClock.now().toISOString().slice(0, 16).replace("T", " "), command, minutes }),
    );
    tell("docs/faults-report.md has been written.");
  }
  process.stdout.write(options.json ? `${JSON.stringify({ rows, totals })}\n` : `${tableOf(rows)}\n\n${totalsText(totals, rows.length)}\n`);
  process.exitCode = totals.failed > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
