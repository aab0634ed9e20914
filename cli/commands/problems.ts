import { problemText } from "../../schema/codes/problems";
import type { Foundation } from "../compose/foundation";
import { askOperations, type ConnectedSystemAnswer, type ProblemAnswer, withGraph } from "../compose/operations";
import { exitCodes, type Output } from "../output";
import { thousands } from "../present/table";

type Row = ProblemAnswer & { readonly connection: string; readonly organisations: readonly string[] };

/** What blocks records, grouped by cause, the biggest first. Exit 3 when there is something. */
export async function problems(output: Output, options: { config?: string; today?: string; organisation?: string }): Promise<number> {
  return withGraph(options, async (graph, foundation) => {
    const rows = [...rowsOf(await askOperations(graph)), ...(await frozenRows(foundation))].filter(
      (row) => !options.organisation || row.organisations.includes(options.organisation),
    );
    output.answer({ problems: rows }, () => (rows.length === 0 ? "Nothing blocks a record." : rows.map(text).join("\n\n")));
    return rows.length === 0 ? exitCodes.ok : exitCodes.degraded;
  });
}

/** Logins that read nothing until their trust's HR has settled whose they are: one for each person, by the id that HR asks with. */
export async function frozenRows({ config, store }: Pick<Foundation, "config" | "store">): Promise<Row[]> {
  const text = problemText("ACCOUNT_FROZEN");
  const rows: Row[] = [];
  for (const { odsCode } of config.organisations) {
    const frozen = (await store.accounts.list({ organisation: odsCode })).filter(({ state }) => state === "FROZEN");
    for (const staffMember of new Set(frozen.map((account) => account.staffMember))) {
      const recorded = frozen
        .filter((account) => account.staffMember === staffMember)
        .map(({ recordedAt }) => recordedAt.toISOString())
        .sort();
      rows.push({
        code: "ACCOUNT_FROZEN",
        ...text,
        next: `${text.next} \`npx lanyard accounts list ${staffMember} --organisation ${odsCode}\` shows them.`,
        count: recorded.length,
        subject: staffMember,
        firstSeenAt: recorded[0]!,
        lastSeenAt: recorded.at(-1)!,
        connection: `logins of ${odsCode}`,
        organisations: [odsCode],
      });
    }
  }
  return rows;
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
