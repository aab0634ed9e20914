/** What is kept for how long, in counts: for the ESR team, as everything else of how the hub is doing. */
import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import { londonDayOf } from "../../platform/clock";
import type { RetentionDue } from "../../store/retention";
import { mayOperate } from "../compose/acting";
import type { Foundation } from "../compose/foundation";
import { commandLine, withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";
import { table, thousands } from "../present/table";

interface RetentionOptions {
  readonly config?: string;
  readonly today?: string;
}

async function dueNow({ store, engine, config }: Foundation): Promise<readonly RetentionDue[]> {
  const principal = commandLine({ role: "ops", purpose: "SERVICE_OPERATION" });
  const now = engine.clock.now();
  const may = config.organisations.every(
    ({ odsCode }) => decide(principal, "read", { label: "R8", controllerOrg: odsCode }, noFacts, now).effect === "allow",
  );
  if (!may) throw new UsageError("You may not see this.");
  return store.retention.plan(now);
}

const number = (rows: number | null) => (rows === null ? "-" : thousands(rows));

export async function retentionPlan(output: Output, options: RetentionOptions): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const due = await dueNow(foundation);
    output.answer({ due }, () =>
      table(
        ["what", "days", "from", "past it", "held by a restriction", "lets go"],
        due.map((row) => [
          row.recordType,
          `${row.days}${row.assumed ? " (assumed)" : ""}`,
          row.starts,
          number(row.rows),
          number(row.held),
          row.by === "run" ? "the daily upkeep, or retention run" : row.by,
        ]),
      ),
    );
  });
  return undefined;
}

/** Batch by batch, each committed: what is interrupted goes on when it is called again. */
export async function retentionRun(output: Output, options: RetentionOptions & { readonly reason: string }): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const { store, engine, config } = foundation;
    if (options.today !== undefined && config.mode === "production")
      throw new UsageError("Leave --today out: in production nothing is let go before its day.");
    const due = await dueNow(foundation);
    const past = due.reduce((sum, { rows }) => sum + (rows ?? 0), 0);
    await mayOperate(foundation, {
      act: "run-retention",
      operation: "retention run",
      kind: "retention",
      why: options.reason,
      counts: Object.fromEntries(due.flatMap(({ recordType, rows }) => (rows ? [[recordType, rows]] : []))),
    });
    const now = engine.clock.now();
    const rawPages = await store.pages.expireRaw(londonDayOf(now));
    let before = 0;
    let current: string | undefined;
    let ofCurrent = 0;
    const { gone, held } = await store.retention.run(now, (recordType, rows) => {
      if (recordType !== current) before += ofCurrent;
      [current, ofCurrent] = [recordType, rows];
      output.note(`${recordType}: ${thousands(rows)} gone; ${thousands(before + rows)} of ${thousands(Math.max(past, before + rows))}`);
    });
    const byInstruction = due.filter(({ by }) => by === "instruction").map(({ recordType }) => recordType);
    output.answer({ gone, held, rawPages, byInstruction }, () =>
      [
        table(
          ["what", "gone", "held by a restriction"],
          [
            ...Object.keys(gone).map((what) => [what, thousands(gone[what]!), thousands(held[what]!)]),
            ["raw pages", thousands(rawPages), "-"],
          ],
        ),
        `By the controller's instruction only (npx lanyard subject erase): ${byInstruction.join(", ")}.`,
      ].join("\n\n"),
    );
  });
  return undefined;
}
