/** `store.transfers`: the person's yes or no to an offer. The offers themselves are ESR's (engagement-list.ts). */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { inTransaction, retried } from "../transaction";
import { type By, idsOf, oneAfterTheOther, said, saidColumns, saidValues } from "./who";

export type TransferAnswer = "YES" | "NO";

export interface Transfers {
  /** For each of these offers of one organisation; the answer that is given already is not given once more. */
  answer(
    given: {
      readonly staffMember: string;
      readonly organisation: string;
      readonly offers: readonly string[];
      readonly answer: TransferAnswer;
    },
    by: By,
  ): Promise<readonly string[]>;
}

export function createTransfers(pool: Pool): Transfers {
  return {
    answer: ({ staffMember, organisation, offers, answer }, by) =>
      retried(() =>
        inTransaction(pool, async (client) => {
          await oneAfterTheOther(client, staffMember);
          const ids: string[] = [];
          for (const offer of offers) {
            const there = await client.query(
              `select id::text as id, answer from movement.transfer_answer
               where staff_member_id in ${idsOf("$1::uuid")} and organisation = $2 and offer = $3 order by changed_at desc limit 1`,
              [staffMember, organisation, offer],
            );
            const [known] = there.rows;
            if (!known) {
              const id = randomUUID();
              await client.query(
                `insert into movement.transfer_answer (id, staff_member_id, organisation, offer, answer, ${saidColumns})
                 values ($1, $2, $3, $4, $5, ${saidValues(6)})`,
                [id, staffMember, organisation, offer, answer, ...said("ANSWERED", by)],
              );
              ids.push(id);
            } else {
              ids.push(known.id);
              if (known.answer === answer) continue;
              await client.query(`update movement.transfer_answer set answer = $2, (${saidColumns}) = (${saidValues(3)}) where id = $1`, [
                known.id,
                answer,
                ...said("CHANGED", by),
              ]);
            }
          }
          return ids;
        }),
      ),
  };
}
