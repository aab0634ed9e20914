/**
 * `npm run test:crash-points`: every `reach("area:place")` of the code, and a real process killed there; a fresh one goes on,
 * and what is stored then is compared with the vendor's own truth. A place that nothing reaches is a failure.
 */
import "reflect-metadata";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type TestDatabase, testDatabase } from "../builders/database";
import { codeFolders, root, sourcesOf } from "../code";
import type { Arena } from "../faults/fault";
import { randomFrom } from "../faults/runner/seeds";
import { prepareTemplate } from "../faults/runner/template";
import setup from "../global-setup";
import teardown from "../global-teardown";
import type { Ran, Scenario } from "./scenario";
import { outbound, replay } from "./scenarios/derived";
import { event, push, rotate } from "./scenarios/doors";
import { poll, release } from "./scenarios/polls";
import { erase, retain } from "./scenarios/rights";
import { hitsIn, type Kill, type Killed, killsOf, markersIn, rowsOf, tableOf, wrongIn } from "./sweep";

const usage = `npm run test:crash-points -- [options]

  --long          five seeds, and each place in every scenario that gets there
  --seeds <n>     so many seeds
  --seed <n>      the first seed (alone, unless --seeds says otherwise)
  --only <names>  places whose name begins so: page:,run:ended
  --json          stdout is one JSON object and nothing else
`;
const scenarios: readonly Scenario[] = [poll, release, push, event, rotate, replay, outbound, erase, retain];
const seedsOfLong = 5;

const tell = (line: string) => void process.stderr.write(`${line}\n`);

/** One world: everything in it is its own, and goes with it. */
async function inWorld(
  folder: string,
  seed: number,
  long: boolean,
  work: (arena: Arena) => Promise<Ran>,
): Promise<Ran & { notes: string[] }> {
  const after: (() => unknown)[] = [];
  const notes: string[] = [];
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const arena: Arena = {
    seed,
    random: randomFrom(seed),
    folder,
    long,
    async database(): Promise<TestDatabase> {
      const database = await testDatabase();
      after.push(() => database.drop());
      return database;
    },
    after: (one) => void after.push(one),
    note: (line) => void notes.push(line),
  };
  try {
    return { ...(await work(arena)), notes };
  } finally {
    for (const one of after.reverse()) await Promise.resolve(one()).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const one = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, one));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      long: { type: "boolean", default: false },
      seeds: { type: "string" },
      seed: { type: "string" },
      only: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const first = values.seed === undefined ? 1 : Number(values.seed);
  const count = values.seeds === undefined ? (values.long && values.seed === undefined ? seedsOfLong : 1) : Number(values.seeds);
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || first < 1 || count < 1)
    throw new Error("a seed is a number from 1 on");
  const seeds = Array.from({ length: count }, (_, at) => first + at);
  const beginnings = values.only?.split(",").filter(Boolean);
  const written = codeFolders.flatMap(sourcesOf).flatMap((file) => markersIn(readFileSync(path.join(root, file), "utf8")));
  const markers = [...new Set(written)].sort().filter((name) => !beginnings || beginnings.some((one) => name.startsWith(one)));
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-crash-"));
  chmodSync(folder, 0o711);
  const hits = new Map<string, ReadonlyMap<string, number>>();
  const killed: Killed[] = [];
  const broken: string[] = [];
  let worlds = 0;
  const own = () => path.join(folder, String((worlds += 1)));
  try {
    await setup();
    await prepareTemplate();
    await inTurn(scenarios, async (scenario) => {
      try {
        const ran = await inWorld(own(), first, values.long, (arena) => scenario.run(arena, "list"));
        const wrong = wrongIn(ran.outcome);
        if (wrong) broken.push(`${scenario.name}, without a crash: ${wrong}`);
        hits.set(scenario.name, hitsIn(ran.said));
      } catch (error) {
        broken.push(`${scenario.name}, without a crash: ${(error as Error).message}`);
      }
      tell(`${scenario.name}: ${[...(hits.get(scenario.name) ?? [])].map(([name, times]) => `${name} ${times}`).join(", ")}`);
    });
    const kills = killsOf(markers, hits, seeds, values.long);
    let done = 0;
    await inTurn(kills, async (kill) => {
      const result = await killAt(kill, own(), values.long);
      killed.push(result);
      done += 1;
      const wrong = result.failure ?? wrongIn(result.outcome!);
      tell(
        `${done} of ${kills.length}  ${kill.marker} in "${kill.scenario}", seed ${kill.seed}, time ${result.nth} of ${kill.times}: ${wrong ?? "passed"}`,
      );
      if (wrong) tell(`  reproduce: npm run test:crash-points -- --only ${kill.marker} --seed ${kill.seed}${values.long ? " --long" : ""}`);
    });
  } finally {
    await teardown();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  const rows = rowsOf(markers, hits, killed);
  const failed = rows.filter(({ verdict }) => verdict === "failed").length;
  for (const one of broken) tell(one);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ rows, broken, kills: killed.length })}\n`
      : `${tableOf(rows)}\n\n${rows.length - failed} of ${rows.length} crash points passed, ${killed.length} processes killed\n`,
  );
  process.exitCode = failed > 0 || broken.length > 0 ? 1 : 0;
}

async function killAt(kill: Kill, folder: string, long: boolean): Promise<Killed> {
  const nth = 1 + Math.floor(randomFrom(kill.seed * 7_919 + kill.marker.length)() * kill.times);
  const scenario = scenarios.find(({ name }) => name === kill.scenario)!;
  try {
    const ran = await inWorld(folder, kill.seed, long, (arena) => scenario.run(arena, `${kill.marker}:${nth}`));
    if (!ran.killed) return { ...kill, nth, failure: "it was not killed: the place was not reached so often" };
    for (const note of ran.notes) tell(`  ${note}`);
    return { ...kill, nth, outcome: ran.outcome };
  } catch (error) {
    return { ...kill, nth, failure: (error as Error).message };
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  },
);
