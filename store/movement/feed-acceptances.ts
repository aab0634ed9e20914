/** `store.feedAcceptances`: what HR of the employer has accepted of what the placement feed says. What it changes: engagement-list.ts. */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { inTransaction, retried } from "../transaction";
import { type By, said, saidColumns, saidValues } from "./who";

export interface FeedAcceptance {
  readonly staffMember: string;
  readonly controllerOrg: string;
  /** Id of the placement's record, and what it says now. */
  readonly placement: string;
  readonly host: string;
  readonly startsOn: string;
  /** The last day. */
  readonly endsOn: string;
}

export interface FeedAcceptances {
  /** Takes the place of what was accepted of the same placement before, or taken back. Gives its id. */
  accept(acceptance: FeedAcceptance, by: By): Promise<string>;
  /** undefined: it is not accepted. */
  withdraw(placement: string, controllerOrg: string, by: By): Promise<string | undefined>;
}

export function createFeedAcceptances(pool: Pool): FeedAcceptances {
  return {
    accept: ({ staffMember, controllerOrg, placement, host, startsOn, endsOn }, by) =>
      retried(() =>
        inTransaction(pool, async (client) => {
          const { rows } = await client.query(
            `insert into movement.feed_acceptance as a (id, staff_member_id, controller_org, placement_id, host_organisation, starts_on, ends_on, ${saidColumns})
             values ($1, $2, $3, $4, $5, $6, $7, ${saidValues(8)})
             on conflict (placement_id) do update set staff_member_id = excluded.staff_member_id, controller_org = excluded.controller_org,
               host_organisation = excluded.host_organisation, starts_on = excluded.starts_on, ends_on = excluded.ends_on, withdrawn_at = null,
               (${saidColumns}) = (excluded.changed_at, excluded.change, excluded.changed_by, excluded.changed_role, excluded.changed_org,
                 excluded.acting_client, excluded.reason)
             returning id::text`,
            [randomUUID(), staffMember, controllerOrg, placement, host, startsOn, endsOn, ...said("ACCEPTED", by)],
          );
          return rows[0].id;
        }),
      ),

    withdraw: (placement, controllerOrg, by) =>
      retried(async () => {
        const { rows } = await pool.query(
          `update movement.feed_acceptance set withdrawn_at = clock_timestamp(), (${saidColumns}) = (${saidValues(3)})
           where placement_id::text = $1 and controller_org = $2 and withdrawn_at is null returning id::text`,
          [placement, controllerOrg, ...said("WITHDRAWN", by)],
        );
        return rows[0]?.id;
      }),
  };
}
