/**
 * `store.copyRequests`: a person asks an organisation for a copy of everything it holds. The request is what its information
 * governance has to approve before it makes the copy (store/approvals.ts); what has become of it is read from there.
 */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import type { Role } from "../../access/principal";
import { inTransaction, retried } from "../transaction";
import { type By, idsOf, oneAfterTheOther } from "./who";

export interface CopyRequest {
  readonly id: string;
  /** What information governance names when it makes the copy. */
  readonly reference: string;
  readonly organisation: string;
  readonly askedAt: Date;
  /** One month after it was asked for (UK GDPR, article 12(3)). */
  readonly answerBy: string;
  /** That month and the two further ones that the controller may take. */
  readonly expiresAt: Date;
  readonly decision: "APPROVED" | "REFUSED" | undefined;
  /** Why it was refused: the person is to be told (article 12(4)). */
  readonly reason: string | undefined;
  readonly answeredAt: Date | undefined;
}

export interface CopyRequests {
  /** Of one organisation there is one at a time: asked again, it is the one that is open. */
  ask(request: { readonly staffMember: string; readonly organisation: string }, by: By, now: Date): Promise<CopyRequest>;
}

/** What the person has asked for, also by a client: `isOfPerson` of access/roles.ts, for the statement. */
export const rolesOfPersons: readonly Role[] = ["self", "passport"];

const ofPerson = `act = 'subject-export' and asked_role = any('{${rolesOfPersons.join(",")}}') and subject in (select id::text from ${idsOf("$1::uuid")} own)`;
const columns = `id::text, instruction as reference, organisation, asked_at as "askedAt",
  to_char((asked_at at time zone 'Europe/London')::date + interval '1 month', 'YYYY-MM-DD') as "answerBy",
  expires_at as "expiresAt", decision, case when decision = 'REFUSED' then decide_reason end as reason, used_at as "answeredAt"`;
const rowOf = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as unknown as CopyRequest;

export async function listCopyRequests(client: PoolClient, staffMember: string): Promise<CopyRequest[]> {
  const { rows } = await client.query({
    name: "movement-copy-requests",
    text: `select ${columns} from ops.approval where ${ofPerson} order by asked_at desc, id limit 500`,
    values: [staffMember],
  });
  return rows.map(rowOf);
}

export function createCopyRequests(pool: Pool): CopyRequests {
  return {
    ask: ({ staffMember, organisation }, by, now) =>
      retried(() =>
        inTransaction(pool, async (client) => {
          await oneAfterTheOther(client, staffMember);
          const open = await client.query(
            `select ${columns} from ops.approval where ${ofPerson} and organisation = $2 and expires_at > $3
               and decision is distinct from 'REFUSED' and used_at is null order by asked_at desc limit 1`,
            [staffMember, organisation, now],
          );
          if (open.rows[0]) return rowOf(open.rows[0]);
          const id = randomUUID();
          const made = await client.query(
            `insert into ops.approval (id, act, subject, organisation, instruction, detail, asked_by, asked_role, reason, asked_at, expires_at)
             values ($1::uuid, 'subject-export', $2, $3, 'copy-' || left($1::uuid::text, 13), $4, $5, $6, 'a copy that the person has asked for',
               $7::timestamptz, $7::timestamptz + interval '3 months') returning ${columns}`,
            [id, staffMember, organisation, by.client === undefined ? {} : { client: by.client }, by.subject, by.role, now],
          );
          return rowOf(made.rows[0]);
        }),
      ),
  };
}
