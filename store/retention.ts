/** The retention table at work: what the hub itself made expires in bounded batches; of people's records only a controller decides. */
import type { Pool, PoolClient } from "pg";
import { londonDayOf } from "../platform/clock";
import { reach } from "../platform/crash-point";
import type { Sealer } from "../platform/secrets";
import table from "../schema/codes/retention.json";
import { findSubject, valuesOf, who } from "./subject/find";
import { personTablesOf } from "./subject/tables";
import { inTransaction, retried } from "./transaction";

export interface RetentionRow {
  readonly recordType: string;
  readonly tables: readonly string[];
  readonly days: number;
  readonly starts: string;
  readonly basis: string;
  /** Not confirmed by the controller: nothing is deleted by it. */
  readonly assumed: boolean;
  /** run: here. The others end with their page, or by a controller's instruction. */
  readonly by: string;
  readonly where?: string;
  readonly key?: string;
  /** Each row holds the day that was its last when it was made; where it is absent, the days count back from now. */
  readonly ownDay?: true;
}
export const retentionTable = table.rows as readonly RetentionRow[];

export interface RetentionDue extends Pick<RetentionRow, "recordType" | "days" | "starts" | "assumed" | "by"> {
  /** Past their time, and free to go; null where nothing goes by this table. */
  readonly rows: number | null;
  /** Past their time, and kept: about somebody whose records a restriction holds. */
  readonly held: number | null;
}
/** By record type. */
export interface RetentionDone {
  readonly gone: Readonly<Record<string, number>>;
  readonly held: Readonly<Record<string, number>>;
}

const batch = 5_000;
const dayMs = 86_400_000;

type Runs = RetentionRow & { readonly where: string; readonly key: string };
const runs = (row: RetentionRow): row is Runs => row.by === "run" && !row.assumed && row.where !== undefined && row.key !== undefined;
const before = (row: RetentionRow, now: Date) => (row.ownDay ? londonDayOf(now) : new Date(now.getTime() - row.days * dayMs));

export type Retention = ReturnType<typeof createRetention>;

export function createRetention(pool: Pool, sealer: Sealer, rowsAtOnce = batch) {
  /**
   * Keys of what is about somebody whose records are restricted, found as an erasure finds them. Whatever the restriction's
   * labels: what is stored and not used is there for the person and the controller to settle something by (UK GDPR, article 18).
   */
  async function restricted(client: PoolClient, row: Runs): Promise<string[]> {
    const { rows } = await client.query(
      `select distinct staff_member_id::text as person, controller_org as organisation from ops.restriction where lifted_at is null`,
    );
    if (rows.length === 0) return [];
    const about = (await personTablesOf(client)).find((one) => one.table === row.tables[0]);
    if (!about) return [];
    const keys: string[] = [];
    for (const { person, organisation } of rows) {
      const subject = await findSubject(client, sealer, person, organisation);
      if (!subject) continue;
      const found = await client.query(
        `${who} select t.${row.key}::text as key from ${row.tables[0]} t where ${about.where}`,
        valuesOf(subject),
      );
      for (const { key } of found.rows) keys.push(key);
    }
    return keys;
  }
  const isHeld = (row: Runs) => `${row.key}::text = any($2::text[])`;

  const counted = (row: Runs, now: Date): Promise<{ readonly rows: number; readonly held: number }> =>
    retried(() =>
      inTransaction(
        pool,
        async (client) => {
          const keys = await restricted(client, row);
          const { rows } = await client.query(
            `select (count(*) filter (where not (${isHeld(row)})))::int as rows, (count(*) filter (where ${isHeld(row)}))::int as held
             from ${row.tables[0]} where ${row.where}`,
            [before(row, now), keys],
          );
          return rows[0];
        },
        "begin isolation level repeatable read read only",
      ),
    );

  /** A restriction that somebody begins meanwhile waits for the batch, and holds what the batch has left. */
  const letGo = (row: Runs, now: Date): Promise<number> =>
    retried(() =>
      inTransaction(pool, async (client) => {
        await client.query("lock table ops.restriction in share mode");
        const { rowCount } = await client.query(
          `delete from ${row.tables[0]} where ${row.key} = any(array(
             select ${row.key} from ${row.tables[0]} where ${row.where} and not (${isHeld(row)}) limit ${rowsAtOnce}))`,
          [before(row, now), await restricted(client, row)],
        );
        return rowCount ?? 0;
      }),
    );

  return {
    async plan(now: Date): Promise<readonly RetentionDue[]> {
      const due: RetentionDue[] = [];
      for (const row of retentionTable) {
        const { recordType, days, starts, assumed, by } = row;
        const { rows, held } = runs(row) ? await counted(row, now) : { rows: null, held: null };
        due.push({ recordType, days, starts, assumed, by, rows, held });
      }
      return due;
    },

    /** Each batch is a transaction of its own: nobody waits for long, and what is interrupted goes on with the next run. */
    async run(now: Date, onBatch?: (recordType: string, gone: number) => void): Promise<RetentionDone> {
      const gone: Record<string, number> = {};
      const held: Record<string, number> = {};
      for (const row of retentionTable.filter(runs)) {
        gone[row.recordType] = 0;
        for (let deleted = rowsAtOnce; deleted === rowsAtOnce; ) {
          deleted = await letGo(row, now);
          gone[row.recordType]! += deleted;
          if (deleted > 0) {
            reach("retention:batch");
            onBatch?.(row.recordType, gone[row.recordType]!);
          }
        }
        held[row.recordType] = (await counted(row, now)).held;
      }
      return { gone, held };
    },
  };
}
