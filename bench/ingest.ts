/**
 * npm run bench:ingest: the write stage and the whole way (HTTP page to commit with raw, match, ledger and queue) of a
 * 10,000-staff organisation, against COPY of the same final rows into the same tables. One interleaved run, medians.
 * Options: --rounds n (default 3), --json. BENCH_STAFF changes the size, BENCH_PAGE the records of a page.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { startPostgres } from "../platform/postgres";
import { prepareBenchDatabase } from "./ingest/database";
import { copyEverything, dumpRows, recordTableNames, truncatePeople, truncateRecords } from "./ingest/floor";
import { pageCount, pageSize, recordCount, staffCount } from "./ingest/made-up-vendor";

interface Answer {
  ms: number;
  cpuMs: number;
  counts: Record<string, number>;
  walBytes: number;
  maxRssMb: number;
  error?: string;
}
interface Command {
  readonly do: "write" | "end-to-end";
  readonly edition: number;
  readonly digests: boolean;
}

/** What each stage is to reach, as a ratio to COPY. */
const targets = {
  "write first load": 0.7,
  "write unchanged": 3,
  "write 1 % delta": 2.5,
  "end to end first load": 0.35,
  "end to end unchanged": 1.5,
  "end to end 1 % delta": undefined,
  "end to end identical pages": 3,
} as const;
type Stage = keyof typeof targets;
const stages = Object.keys(targets) as Stage[];
const rssTargetMb = 300;

const wholeWay = [
  ["end to end first load", { do: "end-to-end", edition: 0, digests: true }],
  ["end to end unchanged", { do: "end-to-end", edition: 0, digests: false }],
  ["end to end 1 % delta", { do: "end-to-end", edition: 1, digests: false }],
  // The pages of edition 1 are stored with their digests, so that the last stage meets them again.
  [undefined, { do: "end-to-end", edition: 1, digests: true }],
  ["end to end identical pages", { do: "end-to-end", edition: 1, digests: true }],
] as const satisfies readonly (readonly [Stage | undefined, Command])[];
const writeStage = [
  ["write first load", { do: "write", edition: 0, digests: false }],
  ["write unchanged", { do: "write", edition: 0, digests: false }],
  ["write 1 % delta", { do: "write", edition: 1, digests: false }],
] as const satisfies readonly (readonly [Stage, Command])[];
/** Stages after which every row of the record and raw tables must be the very row version it was before. */
const writesNothing: readonly (Stage | undefined)[] = ["write unchanged", "end to end unchanged", "end to end identical pages"];

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  // Of an even number of rounds the mean of the middle two: the upper one alone would flatter every ratio.
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

async function main(): Promise<void> {
  const argument = (name: string, fallback: number) => {
    const at = process.argv.indexOf(name);
    return at < 0 ? fallback : Number(process.argv[at + 1]);
  };
  const rounds = argument("--rounds", 3);
  const begun = performance.now();
  const say = (line: string) => process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-bench-"));
  const children = new Set<ChildProcess>();
  const start = async (script: string, args: readonly string[] = []) => {
    // A worker runs with a limit on its heap (README): the collector then works before memory is short.
    const child = fork(path.join(__dirname, "ingest", script), args, {
      execArgv: script === "worker.js" ? ["--max-old-space-size=192"] : [],
    });
    children.add(child);
    child.once("exit", () => children.delete(child));
    return { child, first: (await message(child)) as { port: number } };
  };
  const postgres = await startPostgres({ folder: path.join(folder, "postgres"), projectRoot: path.resolve(__dirname, "..", "..") });
  const client = new Client({ connectionString: postgres.url });
  try {
    const vendor = await start("vendor.js");
    await client.connect();
    await prepareBenchDatabase(postgres.url);
    say(`${staffCount} staff, ${recordCount} records, ${pageCount} pages of ${pageSize}, ${rounds} rounds after one that warms up`);
    const floor: number[] = [];
    const times = new Map<Stage, Answer[]>(stages.map((stage) => [stage, []]));
    let peakMb = 0;
    for (let round = 0; round <= rounds; round += 1) {
      const name = round === 0 ? "warm-up" : `round ${round}`;
      const run = async (steps: readonly (readonly [Stage | undefined, Command])[]) => {
        const { child } = await start("worker.js", [postgres.url, `http://127.0.0.1:${vendor.first.port}`]);
        // The first one only needs to fill caches and files, and to compile.
        for (const [stage, command] of round === 0 ? steps.slice(0, 1) : steps) {
          const before = writesNothing.includes(stage) ? await rowVersions(client) : undefined;
          const answer = await ask(child, command);
          if (before !== undefined && (await rowVersions(client)) !== before)
            throw new Error(`${stage}: a pass without changes wrote into record or raw tables`);
          if (stage === undefined) continue;
          say(`${name}: ${stage} ${(answer.ms / 1000).toFixed(2)} s`);
          if (round > 0) times.get(stage)?.push(answer);
          if (round > 0 && command.do === "end-to-end") peakMb = Math.max(peakMb, answer.maxRssMb);
        }
        await ended(child);
      };
      await truncateRecords(client);
      await truncatePeople(client);
      await run(wholeWay);
      const files = await dumpRows(client, path.join(folder, "rows"));
      await truncateRecords(client);
      const { ms, rows } = await copyEverything(postgres.url, files);
      if (rows !== recordCount) throw new Error(`COPY loaded ${rows} rows of ${recordCount}`);
      say(`${name}: COPY ${(ms / 1000).toFixed(2)} s`);
      if (round > 0) floor.push(ms);
      await truncateRecords(client);
      await run(writeStage);
    }
    report({ floor, times, peakMb, json: process.argv.includes("--json") });
  } finally {
    for (const child of children) child.kill();
    await client.end().catch(() => undefined);
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A digest over every row version of the record and raw tables: one that was rewritten, even with the same content, shows. */
async function rowVersions(client: Client): Promise<string> {
  const found: string[] = [];
  for (const table of [...recordTableNames, "ops.raw_page", "ops.record_version"]) {
    const { rows } = await client.query(
      `select count(*)::text || ':' || coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)), 0)::text as digest from ${table}`,
    );
    found.push(rows[0].digest);
  }
  return found.join(" ");
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`the bench's process ended with ${code}`));
    child.once("exit", gone);
    child.once("message", (value) => {
      child.off("exit", gone);
      resolve(value);
    });
  });
}

async function ask(child: ChildProcess, command: Command): Promise<Answer> {
  const answered = message(child);
  child.send(command);
  const answer = (await answered) as Answer;
  if (answer.error) throw new Error(answer.error);
  return answer;
}

/** Its connections close before the server does. */
async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.disconnect();
  await exit;
}

function report(result: { floor: readonly number[]; times: ReadonlyMap<Stage, readonly Answer[]>; peakMb: number; json: boolean }): void {
  const floorMs = median(result.floor);
  const rows = stages.map((stage) => {
    const answers = result.times.get(stage) ?? [];
    const ms = median(answers.map((answer) => answer.ms));
    // Each round against its own COPY, then the median: a machine that slows down slows both.
    const ratio = median(answers.map((answer, round) => result.floor[round]! / answer.ms));
    return {
      stage,
      recordsPerSecond: Math.round((recordCount / ms) * 1000),
      ratioToCopy: Number(ratio.toFixed(2)),
      target: targets[stage],
      walBytesPerRecord: Number((median(answers.map((answer) => answer.walBytes)) / recordCount).toFixed(1)),
      workerCpuMicrosecondsPerRecord: Number(((median(answers.map((answer) => answer.cpuMs)) / recordCount) * 1000).toFixed(1)),
      seconds: Number((ms / 1000).toFixed(2)),
    };
  });
  const value = {
    staff: staffCount,
    records: recordCount,
    pageSize,
    rounds: result.floor.length,
    copy: { seconds: Number((floorMs / 1000).toFixed(2)), recordsPerSecond: Math.round((recordCount / floorMs) * 1000) },
    stages: rows,
    peakRssMb: Math.round(result.peakMb),
  };
  if (result.json) {
    process.stdout.write(`${JSON.stringify(value)}\n`);
    return;
  }
  process.stdout.write(
    `${staffCount} staff, ${recordCount} records, pages of ${pageSize}, medians of ${value.rounds} rounds; COPY over two connections: ${value.copy.recordsPerSecond} rows/s (${value.copy.seconds} s)\n`,
  );
  for (const row of rows) {
    const target = row.target === undefined ? "" : `(to reach ${row.target.toFixed(2)})`;
    process.stdout.write(
      `  ${row.stage.padEnd(28)} ${String(row.recordsPerSecond).padStart(8)} records/s  ${row.ratioToCopy.toFixed(2).padStart(6)} x COPY ${target.padEnd(16)} ${row.walBytesPerRecord.toFixed(1).padStart(7)} B WAL/record  ${row.workerCpuMicrosecondsPerRecord.toFixed(1).padStart(6)} us CPU of the worker/record\n`,
    );
  }
  process.stdout.write(`  peak RSS of the worker: ${value.peakRssMb} MB (to stay below ${rssTargetMb})\n`);
}

void main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});
