import { withGraph } from "../compose/operations";
import { type Output, UsageError } from "../output";

const healthKinds = new Set(["immunisation", "clinical-test", "observation", "clearance"]);

/**
 * Where an id stands: kind, connection, state, versions, raw page, binding. Without names, dates of birth or values, and a
 * health record is just that: whoever may see more asks the graph with a token.
 */
export async function show(output: Output, options: { config?: string; today?: string }, id = ""): Promise<undefined> {
  await withGraph(options, async (_, foundation) => {
    const shown = await foundation.store.show(id);
    if (!shown) throw new UsageError(`Nothing here has the id ${id}. Ids of records, source persons and staff members can be shown.`);
    const value = traceOf(shown);
    output.answer(value, () => lines(value, "").join("\n"));
  });
  return undefined;
}

/** A vendor's key of a person or of a person's record may be a user name or a staff number: it stays inside. */
export function traceOf(shown: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { sourceKey: _key, sourceId, table, kind, records, sourcePersons, ...trace } = shown;
  const health = healthKinds.has(String(kind));
  const aboutPerson = shown.is !== "record" || shown.sourcePersonId != null;
  return {
    ...trace,
    ...(kind === undefined ? {} : { kind: health ? "health record" : kind }),
    ...(table === undefined || health ? {} : { table }),
    ...(aboutPerson ? {} : { sourceId }),
    ...(Array.isArray(sourcePersons) ? { sourcePersons: sourcePersons.map(({ sourceKey: _inner, ...rest }) => rest) } : {}),
    ...(records ? { records: countsOf(records as Record<string, number>) } : {}),
  };
}

function countsOf(records: Readonly<Record<string, number>>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [kind, count] of Object.entries(records)) {
    const shown = healthKinds.has(kind) ? "health record" : kind;
    counts[shown] = (counts[shown] ?? 0) + count;
  }
  return counts;
}

function lines(value: unknown, indent: string): string[] {
  if (typeof value !== "object" || value === null) return [`${indent}${String(value)}`];
  return Object.entries(value).flatMap(([name, field]) => {
    if (field === null || field === undefined || (Array.isArray(field) && field.length === 0)) return [];
    if (field instanceof Date) return [`${indent}${name}: ${field.toISOString()}`];
    if (typeof field === "object") return [`${indent}${Array.isArray(value) ? `${Number(name) + 1}` : name}:`, ...lines(field, `${indent}  `)];
    return [`${indent}${name}: ${String(field)}`];
  });
}
