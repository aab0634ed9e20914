import { askOperations, type ConnectedSystemAnswer, type ProblemAnswer, withGraph } from "../compose/operations";
import { exitCodes, type Output } from "../output";
import { thousands } from "../present/table";

type Row = ProblemAnswer & { readonly connection: string; readonly organisations: readonly string[] };

/** What blocks records, grouped by cause, the biggest first. Exit 3 when there is something. */
export async function problems(output: Output, options: { config?: string; today?: string; organisation?: string }): Promise<number> {
  return withGraph(options, async (graph) => {
    const rows = rowsOf(await askOperations(graph)).filter(
      (row) => !options.organisation || row.organisations.includes(options.organisation),
    );
    output.answer({ problems: rows }, () => (rows.length === 0 ? "Nothing blocks a record." : rows.map(text).join("\n\n")));
    return rows.length === 0 ? exitCodes.ok : exitCodes.degraded;
  });
}

function rowsOf(systems: readonly ConnectedSystemAnswer[]): Row[] {
  return systems
    .flatMap((system) =>
      system.problems.map((problem) => ({
        ...problem,
        connection: system.id,
        organisations: system.organisations.map((one) => one.odsCode),
      })),
    )
    .sort((a, b) => b.count - a.count);
}

function text(row: Row): string {
  return [
    `${row.title} (${row.code}) at ${row.connection}: ${thousands(row.count)}${row.subject ? `, ${row.subject}` : ""}`,
    `    ${row.say}`,
    `    Next: ${row.next}`,
    `    Whose move: ${row.owner}. First seen ${row.firstSeenAt.slice(0, 16).replace("T", " ")}, last ${row.lastSeenAt.slice(0, 16).replace("T", " ")}.`,
  ].join("\n");
}
