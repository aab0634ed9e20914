/** `store.shares`: what a person has opened to an organisation, and how that came about. */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { inTransaction, retried } from "../transaction";
import { type By, idsOf, oneAfterTheOther, said, saidColumns, saidValues } from "./who";

export interface ShareRow {
  readonly id: string;
  readonly staffMember: string;
  readonly organisation: string;
  readonly labels: readonly string[];
  readonly startsOn: string;
  /** The day after the last day. */
  readonly endsBefore: string;
  readonly madeAt: Date;
  readonly revokedAt: Date | undefined;
}

export interface ShareExtent {
  readonly labels: readonly string[];
  readonly endsBefore: string;
  readonly change: string;
  /** It counts as made now. */
  readonly widened: boolean;
}

export interface Shares {
  /** The same share once more (an answer that was lost on the way, say) is the one that is there. */
  create(share: Omit<ShareRow, "id" | "madeAt" | "revokedAt">, by: By): Promise<ShareRow>;
  find(id: string, staffMember: string): Promise<ShareRow | undefined>;
  /** undefined: it was taken back, is nobody's, or `to` gave nothing: what it is by now may be another than it was read. */
  change(id: string, staffMember: string, to: (share: ShareRow) => ShareExtent | undefined, by: By): Promise<ShareRow | undefined>;
  /** undefined: nobody's. One that was taken back already stays as it is. */
  revoke(id: string, staffMember: string, by: By): Promise<ShareRow | undefined>;
}

export const shareColumns = `id::text as id, staff_member_id::text as "staffMember", organisation, labels, starts_on as "startsOn", ends_before as "endsBefore",
  made_at as "madeAt", revoked_at as "revokedAt"`;

export const shareRowOf = (row: ShareRow & { revokedAt: Date | null }): ShareRow => ({ ...row, revokedAt: row.revokedAt ?? undefined });

async function one(client: Pick<PoolClient, "query">, text: string, values: unknown[]): Promise<ShareRow | undefined> {
  const { rows } = await client.query(text, values);
  return rows[0] ? shareRowOf(rows[0]) : undefined;
}

export async function listShares(client: PoolClient, staffMember: string): Promise<ShareRow[]> {
  const { rows } = await client.query({
    name: "movement-shares",
    text: `select ${shareColumns} from movement.share where staff_member_id in ${idsOf("$1::uuid")} order by made_at desc, id`,
    values: [staffMember],
  });
  return rows.map(shareRowOf);
}

const mine = `from movement.share where id::text = $1 and staff_member_id in ${idsOf("$2::uuid")}`;

export function createShares(pool: Pool): Shares {
  const unit = <T>(staffMember: string, work: (client: PoolClient) => Promise<T>) =>
    retried(() =>
      inTransaction(pool, async (client) => {
        await oneAfterTheOther(client, staffMember);
        return work(client);
      }),
    );
  return {
    create: ({ staffMember, organisation, labels, startsOn, endsBefore }, by) =>
      unit(staffMember, async (client) => {
        const there = await one(
          client,
          `select ${shareColumns} from movement.share where staff_member_id = $1 and organisation = $2 and labels = $3 and ends_before = $4
             and revoked_at is null order by made_at desc limit 1`,
          [staffMember, organisation, labels, endsBefore],
        );
        if (there) return there;
        return (await one(
          client,
          `insert into movement.share (id, staff_member_id, organisation, labels, starts_on, ends_before, made_at, ${saidColumns})
           values ($1, $2, $3, $4, $5, $6, clock_timestamp(), ${saidValues(7)}) returning ${shareColumns}`,
          [randomUUID(), staffMember, organisation, labels, startsOn, endsBefore, ...said("CREATED", by)],
        ))!;
      }),

    find: (id, staffMember) => retried(() => one(pool as never, `select ${shareColumns} ${mine}`, [id, staffMember])),

    change: (id, staffMember, to, by) =>
      unit(staffMember, async (client) => {
        const share = await one(client, `select ${shareColumns} ${mine} and revoked_at is null for update`, [id, staffMember]);
        const extent = share && to(share);
        if (!extent || extent.labels.length === 0 || extent.endsBefore <= share.startsOn) return undefined;
        const { labels, endsBefore, change, widened } = extent;
        return one(
          client,
          `update movement.share set labels = $2, ends_before = $3, made_at = case when $4 then clock_timestamp() else made_at end,
             (${saidColumns}) = (${saidValues(5)}) where id = $1 returning ${shareColumns}`,
          [id, labels, endsBefore, widened, ...said(change, by)],
        );
      }),

    revoke: (id, staffMember, by) =>
      unit(staffMember, async (client) => {
        const share = await one(client, `select ${shareColumns} ${mine} for update`, [id, staffMember]);
        if (!share || share.revokedAt) return share;
        return one(
          client,
          `update movement.share set revoked_at = clock_timestamp(), (${saidColumns}) = (${saidValues(2)}) where id = $1 returning ${shareColumns}`,
          [id, ...said("REVOKED", by)],
        );
      }),
  };
}
