/**
 * npm run bench:ingest: the write stage and the whole way (HTTP page to commit with raw, match, ledger and queue) of a
 * 10,000-staff organisation, against COPY of the same final rows into the same tables. One interleaved run, medians.
 * Options: --rounds n (default 3), --json. BENCH_STAFF changes the size.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { startPostgres } from "../platform/postgres";
import { copyEverything, dumpRows, recordTableNames, truncateRecords } from "./ingest/floor";
import { pageCount, recordCount, staffCount } from "./ingest/made-up-vendor";

interface Answer {
  ms: number;
  counts: Record<string, number>;
  walBytes: number;
  maxRssMb: number;
  error?: string;
}
const stages = ["write first load", "write unchanged", "write 1 % delta", "end to end first load", "end to end unchanged", "end to end 1 % delta", "end to end identical pages"] as const;
type Stage = (typeof stages)[number];

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function main(): Promise<void> {
  const argument = (name: string, fallback: number) => {
    const at = process.argv.indexOf(name);
    return at < 0 ? fallback : Number(process.argv[at + 1]);
  };
  const rounds = argument("--rounds", 3);
  const json = process.argv.includes("--json");
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-bench-"));
  const postgres = await startPostgres({ folder: path.join(folder, "postgres"), projectRoot: path.resolve(__dirname, "..", "..") });
  const vendor = fork(path.join(__dirname, "ingest", "vendor.js"));
  const { port } = (await message(vendor)) as { port: number };
  const vendorUrl = `http://127.0.0.1:${port}`;
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  let peakMb = 0;
  try {
    await prepareDatabase(postgres.url);
    const floor: number[] = [];
    const times = new Map<Stage, Answer[]>(stages.map((stage) => [stage, []]));
    const worker = () => startWorker(postgres.url, vendorUrl);
    let files: Awaited<ReturnType<typeof dumpRows>> | undefined;
    for (let round = 0; round <= rounds; round += 1) {
      // Round 0 warms up and makes the rows that COPY will load.
      const measured = round > 0;
      say(measured ? `round ${round} of ${rounds}` : `preparing ${staffCount} staff, ${recordCount} records, ${pageCount} pages`);
      if (files) {
        await truncateRecords(client);
        const { ms } = await copyEverything(postgres.url, files);
        if (measured) floor.push(ms);
      }
      await truncateRecords(client);
      const writer = await worker();
      await ask(writer, { do: "admit", edition: 0, digests: false });
      for (const [stage, edition] of [["write first load", 0], ["write unchanged", 0], ["write 1 % delta", 1]] as const) {
        const answer = await ask(writer, { do: "write", edition, digests: false });
        if (measured) times.get(stage)?.push(answer);
        if (stage === "write first load" && !files) files = await dumpRows(client, path.join(folder, "rows"));
      }
      writer.disconnect();
      await truncateRecords(client);
      if (measured) await client.query("truncate staff.staff_member, staff.source_person, staff.identifier, staff.binding, staff.match_proposal, staff.link_refusal cascade");
      const whole = await worker();
      for (const [stage, edition, digests] of [["end to end first load", 0, true], ["end to end unchanged", 0, false], ["end to end 1 % delta", 1, false], ["end to end identical pages", 1, true]] as const) {
        const before = await touched(client);
        // The pages of edition 1 are stored once with their digests, so that the last stage meets them again.
        if (stage === "end to end identical pages") await ask(whole, { do: "end-to-end", edition: 1, digests: true });
        const answer = await ask(whole, { do: "end-to-end", edition, digests });
        if (measured) times.get(stage)?.push(answer);
        if (stage === "end to end unchanged" && (await touched(client)) !== before) throw new Error("an unchanged pass wrote into record or raw tables");
        peakMb = Math.max(peakMb, answer.maxRssMb);
      }
      whole.disconnect();
      // COPY needs the people its rows refer to: make them again as the write stage left them.
      if (measured && round < rounds) files = await refill(client, worker, folder);
    }
    report({ floor, times, peakMb, json });
  } finally {
    vendor.disconnect();
    await client.end();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows written into record and raw tables so far: an unchanged pass must not move this. */
async function touched(client: Client): Promise<string> {
  await client.query("select pg_stat_force_next_flush()");
  const { rows } = await client.query(
    "select sum(n_tup_ins + n_tup_upd + n_tup_del)::text as touched from pg_stat_user_tables where schemaname || '.' || relname = any($1) or relname like 'raw_page%'",
    [recordTableNames],
  );
  return rows[0].touched;
}

async function refill(client: Client, worker: () => Promise<ChildProcess>, folder: string) {
  await truncateRecords(client);
  const writer = await worker();
  await ask(writer, { do: "admit", edition: 0, digests: false });
  await ask(writer, { do: "write", edition: 0, digests: false });
  writer.disconnect();
  return dumpRows(client, path.join(folder, "rows"));
}

async function prepareDatabase(url: string): Promise<void> {
  await import("reflect-metadata");
  const { openStore } = await import("../store/open.js");
  const { systemClock } = await import("../platform/clock.js");
  const store = await openStore({ url, keyEncryptionKey: Buffer.alloc(32, 7), clock: systemClock });
  await store.migrate();
  await store.connections.register([
    { id: "bench", connector: "made-up-vendor", title: "", organisations: ["ZQA"], everyMinutes: 60, freshWithinSeconds: 3600, goLiveOn: undefined, settingsFingerprint: "" },
  ]);
  await store.close();
}

async function startWorker(databaseUrl: string, vendorUrl: string): Promise<ChildProcess> {
  const child = fork(path.join(__dirname, "ingest", "worker.js"), [databaseUrl, vendorUrl]);
  await message(child);
  return child;
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`the bench's process ended with ${code}`)));
  });
}

async function ask(child: ChildProcess, command: { do: string; edition: number; digests: boolean }): Promise<Answer> {
  child.send(command);
  const answer = (await message(child)) as Answer;
  if (answer.error) throw new Error(answer.error);
  return answer;
}

function report(result: { floor: readonly number[]; times: ReadonlyMap<Stage, readonly Answer[]>; peakMb: number; json: boolean }): void {
  const floorMs = median(result.floor);
  const rows = stages.map((stage) => {
    const answers = result.times.get(stage) ?? [];
    const ms = median(answers.map((answer) => answer.ms));
    return {
      stage,
      recordsPerSecond: Math.round((recordCount / ms) * 1000),
      ratioToCopy: Number((floorMs / ms).toFixed(2)),
      walBytesPerRecord: Number((median(answers.map((answer) => answer.walBytes)) / recordCount).toFixed(1)),
      seconds: Number((ms / 1000).toFixed(2)),
    };
  });
  const value = {
    staff: staffCount,
    records: recordCount,
    rounds: result.floor.length,
    copy: { seconds: Number((floorMs / 1000).toFixed(2)), recordsPerSecond: Math.round((recordCount / floorMs) * 1000) },
    stages: rows,
    peakRssMb: Math.round(result.peakMb),
  };
  if (result.json) process.stdout.write(`${JSON.stringify(value)}\n`);
  else {
    process.stdout.write(`${staffCount} staff, ${recordCount} records, medians of ${value.rounds} rounds; COPY over two connections: ${value.copy.recordsPerSecond} rows/s (${value.copy.seconds} s)\n`);
    for (const row of rows) {
      process.stdout.write(`  ${row.stage.padEnd(28)} ${String(row.recordsPerSecond).padStart(8)} records/s  ${row.ratioToCopy.toFixed(2).padStart(6)} x COPY  ${row.walBytesPerRecord.toFixed(1).padStart(7)} B WAL/record\n`);
    }
    process.stdout.write(`  peak RSS of the worker: ${value.peakRssMb} MB\n`);
  }
}

void main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});
