/** How much work statements are for PostgreSQL: rows that pass through their plans. A time would depend on the machine. */
import { Client } from "pg";

interface Node {
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Join Filter"?: number;
  readonly Plans?: readonly Node[];
}

function rowsOf(node: Node): number {
  const each = node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Join Filter"] ?? 0);
  return each * node["Actual Loops"] + (node.Plans ?? []).reduce((sum, plan) => sum + rowsOf(plan), 0);
}

/** The statements that `run` puts within transactions and that name `table`, each with the rows it handles. Each is tried first, and undone. */
export async function rowsHandled(table: string, run: () => Promise<unknown>): Promise<{ text: string; rows: number }[]> {
  const handled: { text: string; rows: number }[] = [];
  const query = Client.prototype.query as (this: Client, ...args: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>;
  const spy = jest.spyOn(Client.prototype, "query").mockImplementation(async function (this: Client, ...args: unknown[]) {
    const [text, values, ofPool] = args;
    // A pool asks with a callback, and outside of any transaction.
    if (ofPool === undefined && typeof text === "string" && text.includes(table) && Array.isArray(values)) {
      await query.call(this, "savepoint tried");
      const { rows } = await query.call(this, `explain (analyze, timing off, format json) ${text}`, values);
      await query.call(this, "rollback to savepoint tried");
      handled.push({ text, rows: rowsOf((rows[0]!["QUERY PLAN"] as { Plan: Node }[])[0]!.Plan) });
    }
    return query.apply(this, args);
  } as never);
  try {
    await run();
  } finally {
    spy.mockRestore();
  }
  return handled;
}
