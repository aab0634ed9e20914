/** Runs the seeds of one fault, in a process that the runner may end. Arguments: the file, its folder, --long or --short, the seeds. */
import "reflect-metadata";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { testDatabase } from "../builders/database";
import type { Arena, Fault } from "./fault";
import type { Said } from "./runner/said";
import { randomFrom } from "./runner/seeds";

const say = (message: Said) => void process.send?.(message);

async function main(): Promise<void> {
  const [file, folder, length, ...seeds] = process.argv.slice(2) as [string, string, string, ...string[]];
  const { fault } = require(path.resolve(file)) as { fault: Fault };
  const { id, shortSeeds, timeoutMs, alone } = fault;
  if (length === "--describe") {
    say({ what: "fault", id, shortSeeds, timeoutMs, alone: alone === true, cannotRun: await fault.cannotRun?.() });
    return;
  }
  for (const seed of seeds) await runSeed(fault, Number(seed), path.join(folder, seed), length === "--long");
}

async function runSeed(fault: Fault, seed: number, folder: string, long: boolean): Promise<void> {
  const begun = performance.now();
  const notes: string[] = [];
  const after: (() => unknown)[] = [];
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const arena: Arena = {
    seed,
    random: randomFrom(seed),
    folder,
    long,
    async database() {
      const database = await testDatabase();
      after.push(() => database.drop());
      return database;
    },
    after: (work) => void after.push(work),
    note: (line) => void notes.push(line),
  };
  say({ what: "seed", seed });
  let result: Partial<Extract<Said, { what: "result" }>>;
  try {
    result = { outcome: await fault.run(arena) };
  } catch (error) {
    result = { error: textOf(error) };
  }
  for (const work of after.reverse()) {
    try {
      await work();
    } catch (error) {
      notes.push(`clearing away: ${textOf(error).split("\n")[0]}`);
    }
  }
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch {
    // A small disk is still mounted in it: the runner takes its mounts away when this process has ended.
  }
  say({ what: "result", seed, ms: Math.round(performance.now() - begun), notes, ...result });
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, detail } = error as { code?: unknown; detail?: unknown };
  return `${error.stack ?? error.message}${code ? `\n    code ${String(code)} ${JSON.stringify(detail ?? {})}` : ""}`;
}

/** The runner is gone, and nobody else would end this process and those that it has started. */
const endAll = () => process.kill(-process.pid, "SIGKILL");
process.once("disconnect", endAll);

main().then(
  () => leave(0),
  (error: unknown) => {
    process.stderr.write(`${textOf(error)}\n`);
    leave(1);
  },
);

/** What a fault left open must not keep the process; what has been said is on its way first. */
function leave(code: number): void {
  process.off("disconnect", endAll);
  if (process.connected) process.once("disconnect", () => process.exit(code)).disconnect();
  else process.exit(code);
}
