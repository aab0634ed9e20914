/**
 * `npm run test:memory`: what a hub holds in memory does not grow with what comes in. Every case runs in processes with a heap of
 * 256 MB, measured by themselves (test/memory/meter.ts). 100,000 records; `--long`: 1,000,000. `--only <words>`: cases by a part of their names.
 */
import "reflect-metadata";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { createDatabase } from "../../platform/database";
import setup from "../global-setup";
import teardown from "../global-teardown";
import { cases, type Ground } from "./cases";
import { heapLimitMb } from "./measured";

const records = { short: 100_000, long: 1_000_000 };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { long: { type: "boolean", default: false }, json: { type: "boolean", default: false }, only: { type: "string" } },
  });
  const wanted = cases.filter(({ name }) => values.only === undefined || name.includes(values.only));
  if (wanted.length === 0) throw new Error(`no case has "${values.only}" in its name`);
  await setup();
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-memory-"));
  const ground: Ground = {
    folder,
    records: values.long ? records.long : records.short,
    database: (name) => createDatabase(process.env.LANYARD_TEST_DATABASE!, `memory_${name}`),
  };
  const rows: Record<string, unknown>[] = [];
  let failed = 0;
  try {
    for (const { name, mostResidentMb, run } of wanted) {
      const begun = performance.now();
      const seconds = () => Math.round((performance.now() - begun) / 1000);
      let line: string;
      try {
        const { residentMb, heapMb, did } = await run(ground);
        const holds = residentMb <= mostResidentMb;
        if (!holds) failed += 1;
        rows.push({ name, residentMb: Math.round(residentMb), heapMb: Math.round(heapMb), mostResidentMb, did, seconds: seconds(), holds });
        line = `${holds ? "ok " : "NOT"}  ${name}: at most ${Math.round(residentMb)} MB resident (to stay below ${mostResidentMb}), heap ${Math.round(heapMb)} MB; ${did} (${seconds()} s)`;
      } catch (error) {
        failed += 1;
        rows.push({ name, mostResidentMb, failure: (error as Error).message, seconds: seconds(), holds: false });
        line = `NOT  ${name}: ${(error as Error).message}`;
      }
      (values.json ? process.stderr : process.stdout).write(`${line}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await teardown();
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ heapLimitMb, records: ground.records, cases: rows, failed })}\n`);
  else
    process.stdout.write(
      `${rows.length - failed} of ${rows.length} cases stay below their bound, with a heap limit of ${heapLimitMb} MB.\n`,
    );
  return failed === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = 1;
  },
);
