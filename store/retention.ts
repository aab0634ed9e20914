/** The retention table at work: what the hub itself made expires in bounded batches; of people's records only a controller decides. */
import type { Pool } from "pg";
import table from "../schema/codes/retention.json";
import { asUnit, retried } from "./transaction";

export interface RetentionRow {
  readonly recordType: string;
  readonly tables: readonly string[];
  readonly days: number;
  readonly starts: string;
  readonly basis: string;
  /** Not confirmed by the controller: nothing is deleted by it. */
  readonly assumed: boolean;
  /** run: here. The others end by a day of their own, or by a controller's instruction. */
  readonly by: string;
  readonly where?: string;
  readonly key?: string;
}
export const retentionTable: readonly RetentionRow[] = table.rows;

export interface RetentionDue extends Pick<RetentionRow, "recordType" | "days" | "starts" | "assumed" | "by"> {
  /** Past their time; null where a controller decides. */
  readonly rows: number | null;
}

const batch = 5_000;
const dayMs = 86_400_000;

export type Retention = ReturnType<typeof createRetention>;

export function createRetention(pool: Pool, rowsAtOnce = batch) {
  const runs = (row: RetentionRow): row is RetentionRow & { where: string; key: string } =>
    row.by === "run" && !row.assumed && row.where !== undefined;
  const before = (row: RetentionRow, now: Date) => new Date(now.getTime() - row.days * dayMs);
  return {
    async plan(now: Date): Promise<readonly RetentionDue[]> {
      const due: RetentionDue[] = [];
      for (const row of retentionTable) {
        const { recordType, days, starts, assumed, by } = row;
        const counted = runs(row)
          ? await asUnit(() => pool.query(`select count(*)::int as n from ${row.tables[0]} where ${row.where}`, [before(row, now)]))
          : undefined;
        due.push({ recordType, days, starts, assumed, by, rows: counted?.rows[0].n ?? null });
      }
      return due;
    },

    /** Each batch is a transaction of its own: nobody waits for long, and what is interrupted goes on with the next run. */
    async run(now: Date): Promise<Readonly<Record<string, number>>> {
      const gone: Record<string, number> = {};
      for (const row of retentionTable.filter(runs)) {
        for (let deleted = rowsAtOnce; deleted === rowsAtOnce; ) {
          const { rowCount } = await retried(() =>
            pool.query(
              `delete from ${row.tables[0]} where ${row.key} = any(array(select ${row.key} from ${row.tables[0]} where ${row.where} limit ${rowsAtOnce}))`,
              [before(row, now)],
            ),
          );
          deleted = rowCount ?? 0;
          gone[row.recordType] = (gone[row.recordType] ?? 0) + deleted;
        }
      }
      return gone;
    },
  };
}
