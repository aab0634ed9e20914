/** ops.restriction: stored, and not used, until the controller says otherwise (UK GDPR, article 18). */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { useApproval } from "./approvals";
import { asUnit, inTransaction, retried } from "./transaction";

export interface RestrictionRow {
  readonly id: string;
  readonly staffMember: string;
  readonly controllerOrg: string;
  readonly labels: readonly string[];
  readonly instruction: string;
  readonly fromAt: Date;
  readonly liftedAt: Date | null;
}

const columns = `id::text, staff_member_id::text as "staffMember", controller_org as "controllerOrg", labels, instruction,
  from_at as "fromAt", lifted_at as "liftedAt"`;

export type Restrictions = ReturnType<typeof createRestrictions>;

export function createRestrictions(pool: Pool) {
  return {
    begin: (
      input: {
        readonly staffMember: string;
        readonly controllerOrg: string;
        readonly labels: readonly string[];
        readonly instruction: string;
        readonly approvalId: string;
      },
      now: Date,
    ): Promise<string> =>
      retried(() =>
        inTransaction(pool, async (client) => {
          const { staffMember: subject, controllerOrg: organisation } = input;
          await useApproval(client, input.approvalId, { act: "subject-restrict", subject, organisation }, now);
          const id = randomUUID();
          await client.query(
            `insert into ops.restriction (id, staff_member_id, controller_org, labels, instruction, approval_id, from_at)
             values ($1, $2, $3, $4, $5, $6, $7)`,
            [id, input.staffMember, input.controllerOrg, input.labels, input.instruction, input.approvalId, now],
          );
          return id;
        }),
      ),

    /** False: not in force, or not this controller's. */
    lift: (
      id: string,
      input: { readonly controllerOrg: string; readonly by: string; readonly instruction: string; readonly approvalId: string },
      now: Date,
    ): Promise<boolean> =>
      retried(() =>
        inTransaction(pool, async (client) => {
          await useApproval(client, input.approvalId, { act: "subject-restrict", subject: id, organisation: input.controllerOrg }, now);
          const { rowCount } = await client.query(
            `update ops.restriction set lifted_at = $3, lifted_by = $4, lift_instruction = $5
             where id::text = $1 and controller_org = $2 and lifted_at is null`,
            [id, input.controllerOrg, now, input.by, input.instruction],
          );
          return rowCount === 1;
        }),
      ),

    async list(organisation: string): Promise<readonly RestrictionRow[]> {
      const { rows } = await asUnit(() =>
        pool.query(`select ${columns} from ops.restriction where controller_org = $1 order by from_at desc, id limit 500`, [organisation]),
      );
      return rows;
    },
  };
}
