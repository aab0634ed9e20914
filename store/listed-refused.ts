/**
 * Rows whose source has listed them in a form that is refused. Their source still has them, so a snapshot that holds such a
 * record does not lack it: they count as seen, keep the facts that are known, and are
 * suspected no more.
 */
import type { PoolClient } from "pg";
import type { RecordKind } from "../schema/kinds";
import { recordTable } from "./record-tables";
import type { RefusalToStore } from "./store";

export type Listed = ReadonlyMap<RecordKind, readonly string[]>;

/** What follows from a completion lies under the same raw record: an award is not gone because its completion cannot be read. */
const follows: Partial<Record<RecordKind, RecordKind>> = { achievement: "competence-award" };

export async function listedRefused(client: PoolClient, connectionId: string, refusals: readonly RefusalToStore[]): Promise<Listed> {
  const byKind = new Map<RecordKind, Set<string>>();
  for (const { kind, sourceId } of refusals) if (kind) byKind.set(kind, (byKind.get(kind) ?? new Set()).add(sourceId));
  const listed = new Map<RecordKind, readonly string[]>();
  const add = async (kind: RecordKind, text: string, values: unknown[]) => {
    const { rows } = await client.query(text, values);
    if (rows.length > 0) listed.set(kind, [...new Set([...(listed.get(kind) ?? []), ...rows.map((row) => row.id as string)])]);
  };
  for (const [kind, sourceIds] of byKind) {
    const { table } = recordTable(kind);
    const values = [connectionId, [...sourceIds]];
    await add(kind, `select id from ${table} where connection_id = $1 and source_id = any($2::text[])`, values);
    const derived = follows[kind];
    if (!derived || !listed.has(kind)) continue;
    await add(
      derived,
      `select d.id from ${table} t join ${recordTable(derived).table} d on d.source_person_id = t.source_person_id
         and d.connection_id = t.connection_id and starts_with(d.source_id, t.source_id || '|')
       where t.connection_id = $1 and t.source_id = any($2::text[])`,
      values,
    );
  }
  for (const [kind, ids] of listed)
    await client.query(
      `update ${recordTable(kind).table} set source_state = 'IN_FORCE', known_from = nextval('ops.knowing')
       where id = any($1::uuid[]) and source_state in ('NOT_AT_SOURCE', 'SUSPECTED')`,
      [ids],
    );
  return listed;
}
