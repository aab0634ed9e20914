import { decide } from "../../access/decide";
import { noFacts } from "../../access/facts";
import { commandLine, withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";
import { table, thousands } from "../present/table";

/** Counts only: for the ESR team, as everything else of how the hub is doing. */
export async function retentionPlan(output: Output, options: { readonly config?: string; readonly today?: string }): Promise<undefined> {
  await withGraph(options, async (_, { store, engine, config }) => {
    const principal = commandLine({ role: "ops", purpose: "SERVICE_OPERATION" });
    const now = engine.clock.now();
    const may = config.organisations.every(
      ({ odsCode }) => decide(principal, "read", { label: "R8", controllerOrg: odsCode }, noFacts, now).effect === "allow",
    );
    if (!may) throw new UsageError("You may not see this.");
    const due = await store.retention.plan(now);
    output.answer({ due }, () =>
      table(
        ["what", "days", "from", "past it", "lets go"],
        due.map((row) => [
          row.recordType,
          `${row.days}${row.assumed ? " (assumed)" : ""}`,
          row.starts,
          row.rows === null ? "-" : thousands(row.rows),
          row.by === "run" ? "the daily upkeep" : row.by,
        ]),
      ),
    );
  });
  return undefined;
}
