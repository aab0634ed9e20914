/** Which places there are, which scenario is killed at which of them, and how that is told: pure. */
import type { Outcome } from "../faults/fault";

/** Every `reach("area:place")` of a source text. */
export const markersIn = (text: string): readonly string[] =>
  [...text.matchAll(/\breach\(\s*"([a-z][a-z-]*(?::[a-z][a-z-]*)+)"\s*\)/g)].map((found) => found[1]!);

/** What a process said with LANYARD_CRASH_POINT=list: how often it came to each place. */
export function hitsIn(said: string): ReadonlyMap<string, number> {
  const hits = new Map<string, number>();
  for (const [, name] of said.matchAll(/^crash-point (\S+)$/gm)) hits.set(name!, (hits.get(name!) ?? 0) + 1);
  return hits;
}

export interface Kill {
  readonly marker: string;
  readonly scenario: string;
  readonly seed: number;
  /** The place is reached so often where nobody is killed. */
  readonly times: number;
}
export type Hits = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** `hits`: by scenario, by marker. Short: each marker in one of the scenarios that get there, another for each seed. Long: in all of them. */
export function killsOf(markers: readonly string[], hits: Hits, seeds: readonly number[], long: boolean): readonly Kill[] {
  return markers.flatMap((marker) => {
    const there = [...hits].flatMap(([scenario, of]) => (of.has(marker) ? [{ marker, scenario, times: of.get(marker)! }] : []));
    if (there.length === 0) return [];
    return seeds.flatMap((seed) => (long ? there : [there[seed % there.length]!]).map((one) => ({ ...one, seed })));
  });
}

export interface Killed extends Kill {
  /** At the so many-th time. */
  readonly nth: number;
  readonly outcome?: Outcome;
  readonly failure?: string;
}

export interface Row {
  readonly marker: string;
  /** Times that it was reached by runs that nobody killed. */
  readonly reached: number;
  readonly killed: number;
  readonly scenarios: readonly string[];
  readonly lost: number;
  readonly doubled: number;
  readonly uncertain: number;
  readonly verdict: "passed" | "failed";
  readonly failures: readonly string[];
}

export function rowsOf(markers: readonly string[], hits: Hits, killed: readonly Killed[]): readonly Row[] {
  return markers.map((marker) => {
    const own = killed.filter((one) => one.marker === marker);
    const reached = [...hits.values()].reduce((sum, of) => sum + (of.get(marker) ?? 0), 0);
    const sum = (of: "lost" | "doubled" | "uncertain") => own.reduce((total, { outcome }) => total + (outcome?.[of] ?? 0), 0);
    const [lost, doubled, uncertain] = [sum("lost"), sum("doubled"), sum("uncertain")];
    const failures = [
      ...(reached === 0 ? ["nothing gets there"] : []),
      ...(reached > 0 && own.length === 0 ? ["nobody was killed there"] : []),
      ...own.flatMap(({ scenario, seed, nth, failure, outcome }) => {
        const wrong = failure ?? (outcome && wrongIn(outcome));
        return wrong ? [`${scenario}, seed ${seed}, time ${nth}: ${wrong}`] : [];
      }),
    ];
    return {
      marker,
      reached,
      killed: own.length,
      scenarios: [...new Set(own.map(({ scenario }) => scenario))],
      lost,
      doubled,
      uncertain,
      verdict: failures.length > 0 ? "failed" : "passed",
      failures,
    };
  });
}

export function wrongIn(outcome: Outcome): string | undefined {
  const wrong = (["lost", "doubled", "uncertain"] as const).filter((name) => outcome[name] !== 0);
  return wrong.length === 0 ? undefined : wrong.map((name) => `${outcome[name]} ${name}`).join(", ");
}

export function tableOf(rows: readonly Row[]): string {
  const headings = ["crash point", "reached", "killed", "lost", "doubled", "uncertain", "verdict", "where"];
  const cells = [
    headings,
    ...rows.map((row) => [
      row.marker,
      ...[row.reached, row.killed, row.lost, row.doubled, row.uncertain].map(String),
      row.verdict,
      row.failures[0] ?? row.scenarios.join(", "),
    ]),
  ];
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
