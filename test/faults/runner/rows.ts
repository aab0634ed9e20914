/** One row per fault of the catalogue, and how it is told: as a table, as JSON, as the report. */
import { cpus, totalmem } from "node:os";
import type { Outcome } from "../fault";

export interface Entry {
  readonly id: string;
  readonly what: string;
  /** Why no test exists yet, where its part of the hub does not. */
  readonly later?: string;
}

export interface SeedResult {
  readonly seed: number;
  readonly ms: number;
  readonly outcome?: Outcome;
  /** Undefined: it passed. */
  readonly failure?: string;
  readonly notes: readonly string[];
}

export interface Row {
  readonly id: string;
  readonly what: string;
  readonly verdict: "passed" | "failed" | "not tested" | "not built";
  readonly why?: string;
  readonly seeds: number;
  readonly lost: number;
  readonly doubled: number;
  readonly uncertain: number;
  /** Worst of all seeds. */
  readonly recoveryMs?: number;
  readonly ms: number;
  readonly failures: readonly { readonly seed: number; readonly why: string; readonly reproduce: string }[];
}

export function rowOf(entry: Entry, results: readonly SeedResult[], notTested: string | undefined): Row {
  const { id, what } = entry;
  const none = { seeds: 0, lost: 0, doubled: 0, uncertain: 0, ms: 0, failures: [] };
  if (notTested !== undefined) return { id, what, verdict: "not tested", why: notTested, ...none };
  if (results.length === 0) {
    return entry.later
      ? { id, what, verdict: "not built", why: entry.later, ...none }
      : { id, what, verdict: "not tested", why: "no test exists", ...none };
  }
  const sum = (of: "lost" | "doubled" | "uncertain") => results.reduce((total, { outcome }) => total + (outcome?.[of] ?? 0), 0);
  const recoveries = results.flatMap(({ outcome }) => outcome?.recoveryMs ?? []);
  const failures = results.flatMap(({ seed, failure }) =>
    failure === undefined ? [] : [{ seed, why: failure, reproduce: `npm run test:faults -- --only ${id} --seed ${seed}` }],
  );
  return {
    id,
    what,
    verdict: failures.length > 0 ? "failed" : "passed",
    seeds: results.length,
    lost: sum("lost"),
    doubled: sum("doubled"),
    uncertain: sum("uncertain"),
    recoveryMs: recoveries.length > 0 ? Math.max(...recoveries) : undefined,
    ms: results.reduce((total, { ms }) => total + ms, 0),
    failures,
  };
}

/** A seed passes with nothing lost, nothing doubled and nothing uncertain, and no other way. */
export function failureOf(outcome: Outcome): string | undefined {
  const wrong = (["lost", "doubled", "uncertain"] as const).filter((name) => outcome[name] !== 0);
  return wrong.length === 0 ? undefined : wrong.map((name) => `${outcome[name]} ${name}`).join(", ");
}

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly notTested: number;
  readonly notBuilt: number;
  readonly seeds: number;
}

export function totalsOf(rows: readonly Row[]): Totals {
  const count = (verdict: Row["verdict"]) => rows.filter((row) => row.verdict === verdict).length;
  return {
    passed: count("passed"),
    failed: count("failed"),
    notTested: count("not tested"),
    notBuilt: count("not built"),
    seeds: rows.reduce((total, row) => total + row.seeds, 0),
  };
}

const verdictText = (row: Row) => (row.why ? `${row.verdict}: ${row.why}` : row.verdict);
const seconds = (ms: number | undefined) => (ms === undefined ? "-" : `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`);
const figures = (row: Row) =>
  row.seeds === 0
    ? ["-", "-", "-", "-", "-"]
    : [String(row.seeds), String(row.lost), String(row.doubled), String(row.uncertain), seconds(row.recoveryMs)];
const headings = ["id", "fault", "seeds", "lost", "doubled", "uncertain", "recovery", "verdict"];

export function totalsText(totals: Totals, total: number): string {
  return `${totals.passed} of ${total} faults passed, ${totals.failed} failed, ${totals.notTested} not tested, ${totals.notBuilt} not built; ${totals.seeds} seeds`;
}

export function tableOf(rows: readonly Row[]): string {
  const cells = [headings, ...rows.map((row) => [row.id, row.what, ...figures(row), verdictText(row)])];
  const widths = headings.map((_, at) => Math.max(...cells.map((line) => line[at]!.length)));
  return cells
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function reportOf(rows: readonly Row[], run: { readonly at: string; readonly command: string; readonly minutes: number }): string {
  const totals = totalsOf(rows);
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("_", "\\_");
  const lines = rows.map((row) => `| ${[row.id, cell(row.what), ...figures(row), cell(verdictText(row))].join(" | ")} |`);
  return `# Faults: what was injected, and what became of the records

Written by \`${run.command}\` on ${run.at}, in ${run.minutes} minutes.
Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB.

${totalsText(totals, rows.length)}.

Every fault is injected for real: real HTTP, real processes, a real PostgreSQL, a real Redis. What is compared is the vendor's own
ledger of what it holds or was told, with what the hub stored. **Lost**: held by the vendor, or acknowledged to it, and not accounted
for. **Doubled**: an effect that happened twice. **Uncertain**: not settled when the test ended. **Recovery**: the longest time of all
seeds from the end of the fault to the state of truth, where time passed really. A fault that was not injected is never "passed".

| ${headings.join(" | ")} |
|${headings.map(() => "---|").join("")}
${lines.join("\n")}
`;
}
