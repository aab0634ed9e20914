/** The fence: whoever writes for a connection shows the number of the lease it holds. */
import type { PoolClient } from "pg";
import { HubError } from "../platform/errors";
import type { Lease } from "./store";

export function leaseOf(row: { lease_number: string; checkpoint: unknown; last_read_at: Date | null }): Lease {
  return { number: row.lease_number, checkpoint: row.checkpoint ?? undefined, lastReadAt: row.last_read_at ?? undefined };
}

export function leaseLost(connectionId: string, lease: string): HubError {
  return new HubError({ code: "LEASE_LOST", class: "internal", detail: { connection: connectionId, lease } });
}

/** "share" and "update" hold the number still until the transaction ends; "look" fails early and proves nothing. */
export async function requireLease(
  client: PoolClient,
  connectionId: string,
  lease: string,
  hold: "look" | "share" | "update",
): Promise<void> {
  const { rows } = await client.query({
    name: `lease-${hold}`,
    text: `select lease_number from ops.connection where id = $1${hold === "look" ? "" : ` for ${hold}`}`,
    values: [connectionId],
  });
  if (rows[0]?.lease_number !== lease) throw leaseLost(connectionId, lease);
}
