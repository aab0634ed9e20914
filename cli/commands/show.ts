import { withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";
import { table } from "../present/table";

/**
 * Where an id stands: kind, connection, state, versions, raw page, binding. Without names, dates of birth or values: whoever
 * may see those asks the graph with a token.
 */
export async function show(output: Output, options: { config?: string; today?: string }, id = ""): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const shown = /^[0-9a-f-]{36}$/.test(id) ? await foundation.store.show(id) : undefined;
    if (!shown) throw new UsageError(`Nothing here has the id ${id}. Ids of records, source persons and staff members can be shown.`);
    const health = ["immunisation", "clinical-test", "observation", "clearance"].includes(String(shown.kind));
    const { facts: _facts, ...trace } = shown;
    const value: Record<string, unknown> = { ...trace, kind: health ? "health record" : shown.kind };
    output.answer(value, () =>
      table(
        ["", ""],
        Object.entries(value)
          .filter(([, field]) => field !== undefined && field !== null)
          .map(([name, field]) => [name, typeof field === "object" ? JSON.stringify(field) : String(field)]),
      ).trim(),
    );
  });
  return undefined;
}
