/** `store.engagements`: what HR states of why its organisation has somebody. ESR and the placement feed say the rest (engagement-list.ts). */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { inTransaction, retried } from "../transaction";
import { type By, idsOf, oneAfterTheOther, said, saidColumns, saidValues } from "./who";

export interface StatedEngagement {
  readonly id: string;
  readonly staffMember: string;
  readonly organisation: string;
  readonly kind: string;
  readonly startsOn: string;
  /** The day after the last day. */
  readonly endsBefore: string | undefined;
  readonly withdrawnAt: Date | undefined;
  readonly statedAt: Date;
  readonly reason: string | undefined;
}

export interface Engagements {
  /** undefined: the organisation has stated something else for some of these days already. */
  state(
    engagement: Pick<StatedEngagement, "staffMember" | "organisation" | "kind" | "startsOn" | "endsBefore">,
    by: By,
  ): Promise<StatedEngagement | undefined>;
  /** A statement of the organisation, in force. */
  find(id: string, organisation: string): Promise<StatedEngagement | undefined>;
  /** Ends before a day, or is withdrawn as if it had never been said. undefined: it is not in force. */
  end(id: string, organisation: string, endsBefore: string | undefined, by: By): Promise<StatedEngagement | undefined>;
}

const columns = `id::text as id, staff_member_id::text as "staffMember", controller_org as organisation, kind, starts_on as "startsOn",
  ends_before as "endsBefore", withdrawn_at as "withdrawnAt", changed_at as "statedAt", reason`;

type Row = { [K in keyof StatedEngagement]: Exclude<StatedEngagement[K], undefined> | null };
const rowOf = ({ endsBefore, withdrawnAt, reason, ...row }: Row) =>
  ({
    ...row,
    endsBefore: endsBefore ?? undefined,
    withdrawnAt: withdrawnAt ?? undefined,
    reason: reason ?? undefined,
  }) as StatedEngagement;

async function one(client: Pick<PoolClient, "query">, text: string, values: unknown[]): Promise<StatedEngagement | undefined> {
  const { rows } = await client.query(text, values);
  return rows[0] ? rowOf(rows[0] as Row) : undefined;
}

export function createEngagements(pool: Pool): Engagements {
  return {
    state: ({ staffMember, organisation, kind, startsOn, endsBefore }, by) =>
      retried(() =>
        inTransaction(pool, async (client) => {
          await oneAfterTheOther(client, staffMember);
          const other = await one(
            client,
            `select ${columns} from movement.engagement where staff_member_id in ${idsOf("$1::uuid")} and controller_org = $2 and withdrawn_at is null
               and daterange(starts_on, ends_before) && daterange($3::date, $4::date) limit 1`,
            [staffMember, organisation, startsOn, endsBefore ?? null],
          );
          // Said twice is said once.
          if (other) return other.kind === kind && other.startsOn === startsOn && other.endsBefore === endsBefore ? other : undefined;
          return one(
            client,
            `insert into movement.engagement (id, staff_member_id, controller_org, kind, starts_on, ends_before, ${saidColumns})
             values ($1, $2, $3, $4, $5, $6, ${saidValues(7)}) returning ${columns}`,
            [randomUUID(), staffMember, organisation, kind, startsOn, endsBefore ?? null, ...said("STATED", by)],
          );
        }),
      ),

    find: (id, organisation) =>
      retried(() =>
        one(
          pool as never,
          `select ${columns} from movement.engagement where id::text = $1 and controller_org = $2 and withdrawn_at is null`,
          [id, organisation],
        ),
      ),

    end: (id, organisation, endsBefore, by) =>
      retried(() =>
        one(
          pool as never,
          `update movement.engagement set ends_before = coalesce($3::date, ends_before),
             withdrawn_at = case when $3::date is null then clock_timestamp() end, (${saidColumns}) = (${saidValues(4)})
           where id::text = $1 and controller_org = $2 and withdrawn_at is null returning ${columns}`,
          [id, organisation, endsBefore ?? null, ...said(endsBefore === undefined ? "WITHDRAWN" : "ENDED", by)],
        ),
      ),
  };
}
