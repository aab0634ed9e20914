/** ops.approval: what takes two people. The database itself refuses a yes of the one who asked. */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import type { Approval } from "../access/facts";
import { HubError } from "../platform/errors";
import { asUnit, inTransaction, retried } from "./transaction";

export interface ApprovalToAsk {
  readonly act: string;
  readonly subject: string;
  readonly organisation: string;
  readonly instruction?: string;
  /** Ids, labels and counts: never a value of somebody's. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly by: string;
  readonly role: string;
  readonly reason: string;
  readonly expiresAt: Date;
}

export interface ApprovalRow {
  readonly id: string;
  readonly act: string;
  readonly subject: string;
  readonly organisation: string;
  readonly instruction: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly askedBy: string;
  readonly askedRole: string;
  readonly reason: string;
  readonly askedAt: Date;
  readonly expiresAt: Date;
  readonly decision: "APPROVED" | "REFUSED" | undefined;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Date | undefined;
  readonly decideReason: string | undefined;
  readonly usedAt: Date | undefined;
}

const columns = `id::text, act, subject, organisation, instruction, detail, asked_by as "askedBy", asked_role as "askedRole", reason,
  asked_at as "askedAt", expires_at as "expiresAt", decision, decided_by as "decidedBy", decided_at as "decidedAt",
  decide_reason as "decideReason", used_at as "usedAt"`;
const rowOf = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as unknown as ApprovalRow;

const violatesCheck = (error: unknown, constraint: string) =>
  (error as { code?: string }).code === "23514" && (error as { constraint?: string }).constraint === constraint;

export type Approvals = ReturnType<typeof createApprovals>;

export function createApprovals(pool: Pool) {
  return {
    /** The same question of the same person again is the one that is open already. */
    ask: (input: ApprovalToAsk, now: Date): Promise<ApprovalRow> =>
      retried(() =>
        inTransaction(pool, async (client) => {
          await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`approval ${input.act} ${input.subject}`]);
          const { rows } = await client.query(
            `select ${columns} from ops.approval where act = $1 and subject = $2 and organisation = $3 and instruction is not distinct from $4
               and asked_by = $5 and decision is null and expires_at > $6 order by asked_at desc limit 1`,
            [input.act, input.subject, input.organisation, input.instruction ?? null, input.by, now],
          );
          if (rows[0]) return rowOf(rows[0]);
          const made = await client.query(
            `insert into ops.approval (id, act, subject, organisation, instruction, detail, asked_by, asked_role, reason, asked_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${columns}`,
            [
              randomUUID(),
              input.act,
              input.subject,
              input.organisation,
              input.instruction ?? null,
              JSON.stringify(input.detail ?? {}),
              input.by,
              input.role,
              input.reason,
              now,
              input.expiresAt,
            ],
          );
          return rowOf(made.rows[0]);
        }),
      ),

    async find(id: string): Promise<ApprovalRow | undefined> {
      const { rows } = await asUnit(() => pool.query(`select ${columns} from ops.approval where id::text = $1`, [id]));
      return rows[0] && rowOf(rows[0]);
    },

    /** Of these organisations, the newest first; without `all` only what waits. */
    async list(filter: { readonly organisations: readonly string[]; readonly all?: boolean }, now: Date): Promise<readonly ApprovalRow[]> {
      const { rows } = await asUnit(() =>
        pool.query(
          `select ${columns} from ops.approval where organisation = any($1::text[]) and ($2 or (decision is null and expires_at > $3))
           order by asked_at desc, id limit 500`,
          [filter.organisations, filter.all === true, now],
        ),
      );
      return rows.map(rowOf);
    },

    async decide(
      id: string,
      input: { readonly decision: "APPROVED" | "REFUSED"; readonly by: string; readonly role: string; readonly reason: string },
      now: Date,
    ): Promise<ApprovalRow> {
      try {
        const { rows } = await retried(() =>
          pool.query(
            `update ops.approval set decision = $2, decided_by = $3, decided_role = $4, decide_reason = $5, decided_at = $6
             where id::text = $1 and decision is null and expires_at > $6 returning ${columns}`,
            [id, input.decision, input.by, input.role, input.reason, now],
          ),
        );
        if (rows[0]) return rowOf(rows[0]);
      } catch (error) {
        if (violatesCheck(error, "approval_two_people")) throw new HubError({ code: "APPROVAL_SAME_PERSON", class: "guard", detail: {} });
        throw error;
      }
      throw new HubError({ code: "APPROVAL_NOT_OPEN", class: "guard", detail: {} });
    },

    /** What `decide` judges acts of two people by: every yes about these that has not been used or run out. */
    async facts(subjects: readonly string[], now: Date): Promise<readonly Approval[]> {
      const { rows } = await asUnit(() =>
        pool.query(
          `select act, subject, decided_by as by, decided_at as at from ops.approval
           where subject = any($1::text[]) and decision = 'APPROVED' and used_at is null and expires_at > $2`,
          [subjects, now],
        ),
      );
      return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
    },

    /** The yes to exactly this that has not been used, if any; `askedBy`: to a request of this person. */
    async approved(
      of: Pick<ApprovalToAsk, "act" | "subject" | "organisation" | "instruction"> & { readonly askedBy?: string },
      now: Date,
    ): Promise<ApprovalRow | undefined> {
      const { rows } = await asUnit(() =>
        pool.query(
          `select ${columns} from ops.approval where act = $1 and subject = $2 and organisation = $3 and instruction is not distinct from $4
             and decision = 'APPROVED' and used_at is null and expires_at > $5 and ($6::text is null or asked_by = $6)
           order by decided_at desc limit 1`,
          [of.act, of.subject, of.organisation, of.instruction ?? null, now, of.askedBy ?? null],
        ),
      );
      return rows[0] && rowOf(rows[0]);
    },

    use: (id: string, of: ApprovedFor, now: Date): Promise<void> =>
      retried(() => inTransaction(pool, (client) => useApproval(client, id, of, now))),
  };
}

/** What a yes was given to; a yes to anything else is none. */
export type ApprovedFor = Pick<ApprovalToAsk, "act" | "subject" | "organisation">;

/** In the transaction of the act itself: of two at once, one finds it used. */
export async function useApproval(client: PoolClient, id: string, of: ApprovedFor, now: Date): Promise<void> {
  const { rowCount } = await client.query(
    `update ops.approval set used_at = $5 where id::text = $1 and act = $2 and subject = $3 and organisation = $4
       and decision = 'APPROVED' and used_at is null and expires_at > $5`,
    [id, of.act, of.subject, of.organisation, now],
  );
  if (rowCount !== 1) throw new HubError({ code: "APPROVAL_MISSING", class: "guard", detail: {} });
}
