/**
 * Two staff members who are one person. A person says so, and can take it back: who was whose stands in the merge, bindings are
 * history anyhow. The older id survives; the other one resolves to it for ever, or until the merge is undone.
 */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { HubError } from "../platform/errors";
import { beginDecision, lock, move } from "./decisions";
import { inTransaction, retried } from "./transaction";

export interface Merges {
  /** Answers the id of the merge and of the one that survives. */
  merge(input: {
    readonly one: string;
    readonly other: string;
    readonly by: string;
    readonly reason: string;
  }): Promise<{ id: string; survivor: string }>;
  /** The two staff members of a merge in force. */
  find(mergeId: string): Promise<readonly [string, string] | undefined>;
  /** Gives back what had been the other's and is still with the survivor. */
  undo(input: { readonly mergeId: string; readonly by: string; readonly reason: string }): Promise<void>;
}

const impossible = (why: string, staffMember: string) =>
  new HubError({ code: "MERGE_IMPOSSIBLE", class: "bad-record", detail: { why, id: staffMember } });

async function rebind(
  client: PoolClient,
  sourcePersonIds: readonly string[],
  staffMemberId: string,
  by: string,
  rule: string,
): Promise<void> {
  if (sourcePersonIds.length === 0) return;
  await move(
    client,
    sourcePersonIds.map((sourcePersonId) => ({
      staffMemberId,
      binding: {
        sourcePersonId,
        staffMemberId,
        decision: "PERSON",
        outcome: "MATCHED",
        score: undefined,
        reasons: [{ rule }],
        decidedBy: by,
      },
    })),
  );
}

export function createMerges(pool: Pool): Merges {
  const unit = <T>(work: (client: PoolClient) => Promise<T>) => retried(() => inTransaction(pool, work, beginDecision));
  return {
    merge: ({ one, other, by, reason }) =>
      unit(async (client) => {
        const { rows } = await client.query(
          "select id, merged_into from staff.staff_member where id = any($1::uuid[]) order by created_at, id for update",
          [[one, other]],
        );
        const [survivor, gone] = rows;
        if (!survivor || !gone) throw impossible("both must be staff members, and two", one);
        for (const { id, merged_into } of rows) if (merged_into !== null) throw impossible("it has been merged already", id);
        const people = await client.query("select id from staff.source_person where staff_member_id = $1 order by id", [gone.id]);
        const ids = people.rows.map((row) => row.id as string);
        await lock(client, ids);
        await rebind(client, ids, survivor.id, by, "merged by a person");
        await client.query("update staff.staff_member set merged_into = $2 where id = $1 or merged_into = $1", [gone.id, survivor.id]);
        const id = randomUUID();
        await client.query(
          "insert into staff.merge (id, from_staff_member, into_staff_member, source_persons, decided_by, reason) values ($1, $2, $3, $4, $5, $6)",
          [id, gone.id, survivor.id, ids, by, reason],
        );
        return { id, survivor: survivor.id as string };
      }),

    async find(mergeId) {
      const { rows } = await retried(() =>
        pool.query("select from_staff_member, into_staff_member from staff.merge where id::text = $1 and undone_at is null", [mergeId]),
      );
      return rows[0] ? [rows[0].from_staff_member, rows[0].into_staff_member] : undefined;
    },

    undo: ({ mergeId, by, reason }) =>
      unit(async (client) => {
        const { rows } = await client.query("select * from staff.merge where id = $1 and undone_at is null for update", [mergeId]);
        const merge = rows[0];
        if (!merge) throw impossible("there is no such merge in force", mergeId);
        const locked = await lock(client, merge.source_persons);
        // Whoever has been unlinked or given to somebody else since stays there.
        const theirs = [...locked.values()].filter((person) => person.staff_member_id === merge.into_staff_member).map(({ id }) => id);
        await client.query("update staff.staff_member set merged_into = null where id = $1", [merge.from_staff_member]);
        await rebind(client, theirs, merge.from_staff_member, by, "a merge was undone by a person");
        await client.query("update staff.merge set undone_at = now(), undone_by = $2, undo_reason = $3 where id = $1", [
          mergeId,
          by,
          reason,
        ]);
      }),
  };
}
