/** `npm run test:planted`: proof that the tests notice what they are there for. One row for each planted bug. */
import "reflect-metadata";
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import setup from "../global-setup";
import teardown from "../global-teardown";
import { bugs } from "./bugs";
import { runCheck } from "./checks";
import { allCaught, plantAll, tableOf } from "./plant";

const usage = `npm run test:planted -- [options]

  --only <text>   bugs whose name has this in it; several, parted by commas
  --list          the names of the bugs, and nothing else
  --json          stdout is one JSON object and nothing else
`;

const root = path.resolve(__dirname, "..", "..");
const notCopied = new Set(["node_modules", "dist", ".git", ".lanyard"]);

function copyTree(at: string): void {
  cpSync(root, at, { recursive: true, filter: (from) => !notCopied.has(path.relative(root, from)) });
  symlinkSync(path.join(root, "node_modules"), path.join(at, "node_modules"));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: "string" }, list: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
  });
  const parts = values.only?.split(",").map((part) => part.trim());
  const wanted = bugs.filter(({ name }) => !parts || parts.some((part) => name.includes(part)));
  if (wanted.length === 0) throw new Error("no bug has such a name");
  if (values.list) return void process.stdout.write(`${wanted.map(({ name }) => name).join("\n")}\n`);
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-planted-"));
  chmodSync(folder, 0o711); // as root a check's own server runs under another account, which has to get there
  const trees = Array.from({ length: Math.min(2, availableParallelism(), wanted.length) }, (_, at) => path.join(folder, `tree-${at + 1}`));
  let done = 0;
  let rows: Awaited<ReturnType<typeof plantAll>>;
  try {
    for (const tree of trees) copyTree(tree);
    // One server for every run; each makes databases of its own.
    await setup();
    rows = await plantAll(wanted, trees, runCheck, ({ bug, verdict }) => {
      done += 1;
      process.stderr.write(`${done} of ${wanted.length}  ${bug}: ${verdict}\n`);
    });
  } finally {
    await teardown();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  const caught = rows.filter(({ verdict }) => verdict === "caught").length;
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ rows, totals: { caught, bugs: rows.length } })}\n`
      : `${tableOf(rows)}\n\n${caught} of ${rows.length} planted bugs caught\n`,
  );
  process.exitCode = allCaught(rows) ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
});
