/** `store.clientApprovals`: which registered clients a person lets act for the person, and for what. */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { inTransaction, retried } from "../transaction";
import { type By, idsOf, oneAfterTheOther, said, saidColumns, saidValues } from "./who";

export interface ClientApproval {
  readonly id: string;
  readonly staffMember: string;
  readonly client: string;
  readonly labels: readonly string[];
  readonly startsOn: string;
  readonly revokedAt: Date | undefined;
}

export interface ClientApprovals {
  /** One approval of a client in force: what is approved now takes the place of what was. */
  approve(approval: Pick<ClientApproval, "staffMember" | "client" | "labels" | "startsOn">, by: By): Promise<ClientApproval>;
  /** undefined: no approval of it in force. */
  revoke(staffMember: string, client: string, by: By): Promise<ClientApproval | undefined>;
}

const columns = `id::text as id, staff_member_id::text as "staffMember", client, labels, starts_on as "startsOn", revoked_at as "revokedAt"`;
const rowOf = (row: ClientApproval & { revokedAt: Date | null }): ClientApproval => ({ ...row, revokedAt: row.revokedAt ?? undefined });

export async function listClientApprovals(client: PoolClient, staffMember: string): Promise<ClientApproval[]> {
  const { rows } = await client.query({
    name: "movement-client-approvals",
    text: `select ${columns} from movement.client_approval where staff_member_id in ${idsOf("$1::uuid")} order by starts_on desc, id`,
    values: [staffMember],
  });
  return rows.map(rowOf);
}

const revoking = `update movement.client_approval set revoked_at = clock_timestamp(), (${saidColumns}) = (${saidValues(3)})
  where staff_member_id in ${idsOf("$1::uuid")} and client = $2 and revoked_at is null returning ${columns}`;

export function createClientApprovals(pool: Pool): ClientApprovals {
  const unit = <T>(staffMember: string, work: (client: PoolClient) => Promise<T>) =>
    retried(() =>
      inTransaction(pool, async (client) => {
        await oneAfterTheOther(client, staffMember);
        return work(client);
      }),
    );
  return {
    approve: ({ staffMember, client: approved, labels, startsOn }, by) =>
      unit(staffMember, async (client) => {
        const there = await client.query(
          `select ${columns} from movement.client_approval where staff_member_id in ${idsOf("$1::uuid")} and client = $2 and labels = $3 and revoked_at is null`,
          [staffMember, approved, labels],
        );
        if (there.rows[0]) return rowOf(there.rows[0]);
        await client.query(revoking, [staffMember, approved, ...said("REPLACED", by)]);
        const { rows } = await client.query(
          `insert into movement.client_approval (id, staff_member_id, client, labels, starts_on, ${saidColumns})
           values ($1, $2, $3, $4, $5, ${saidValues(6)}) returning ${columns}`,
          [randomUUID(), staffMember, approved, labels, startsOn, ...said("APPROVED", by)],
        );
        return rowOf(rows[0]);
      }),
    revoke: (staffMember, approved, by) =>
      unit(staffMember, async (client) => {
        const { rows } = await client.query(revoking, [staffMember, approved, ...said("REVOKED", by)]);
        return rows[0] ? rowOf(rows[0]) : undefined;
      }),
  };
}
