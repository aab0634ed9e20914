/** When everything of a connection is read anew: in the ledger, so that neither a restart nor another worker forgets it. */
import type { Pool } from "pg";
import { retried } from "./transaction";

export interface FullReads {
  /** Undefined: none has been planned yet. */
  dueAt(connectionId: string): Promise<Date | undefined>;
  /** Plans the next one; whoever holds no lease any more plans nothing. */
  plan(connectionId: string, lease: string, at: Date | undefined): Promise<void>;
}

export function createFullReads(pool: Pool): FullReads {
  return {
    async dueAt(connectionId) {
      const { rows } = await retried(() => pool.query("select full_due_at from ops.connection where id = $1", [connectionId]));
      return rows[0]?.full_due_at ?? undefined;
    },
    async plan(connectionId, lease, at) {
      await retried(() =>
        pool.query("update ops.connection set full_due_at = $3 where id = $1 and lease_number = $2", [connectionId, lease, at ?? null]),
      );
    },
  };
}
