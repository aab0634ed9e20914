/**
 * `store.audit`: one row per operation, in the chain of its principal's organisation, committed before its answer leaves. What comes
 * in while a batch is being committed waits for the next one: many callers share one commit, and nobody waits for a clock.
 */
import type { Pool } from "pg";
import { HubError } from "../platform/errors";
import type { AuditEvent } from "./store";
import { retried } from "./transaction";

/** Where a chain stood after a commit, as the database told the writer. */
export interface ChainHead {
  readonly chain: string;
  readonly seq: number;
  /** Hexadecimal. */
  readonly hash: string;
  /** ISO instant of its last row. */
  readonly at: string;
}

export interface AuditLimits {
  /** Events of one statement. */
  readonly batch: number;
  /** Events that may wait; one more is refused at once. */
  readonly waiting: number;
  /** How long an answer waits for its row before it is refused. */
  readonly waitMs: number;
}
export const auditLimits: AuditLimits = { batch: 500, waiting: 5_000, waitMs: 5_000 };

export interface Audit {
  append(events: readonly AuditEvent[]): Promise<void>;
  /** Resolves when everything that waits has been written or refused. */
  drained(): Promise<void>;
}

interface Waiting {
  readonly rows: readonly object[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const unavailable = (why: string, cause?: unknown) =>
  new HubError({ code: "AUDIT_UNAVAILABLE", class: "internal", detail: { why }, ...(cause === undefined ? {} : { cause }) });

export function createAudit(pool: Pool, committed: (heads: readonly ChainHead[]) => void, limits: AuditLimits = auditLimits): Audit {
  const queue: Waiting[] = [];
  let events = 0;
  let writing: Promise<void> | undefined;

  async function write(batch: readonly Waiting[]): Promise<void> {
    try {
      const heads = await insert(
        pool,
        batch.flatMap(({ rows }) => rows),
      );
      for (const one of batch) one.done();
      committed(heads);
    } catch (error) {
      // What one caller's row cannot be is nobody else's fault.
      if (batch.length > 1 && isOfTheRow(error)) for (const one of batch) await write([one]);
      else for (const one of batch) one.failed(unavailable("not written", error));
    }
  }

  async function writeAll(): Promise<void> {
    // The callers of this very turn of the loop come into one batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch: Waiting[] = [];
      for (let rows = 0; queue.length > 0 && (rows === 0 || rows + queue[0]!.rows.length <= limits.batch); ) {
        const next = queue.shift()!;
        rows += next.rows.length;
        events -= next.rows.length;
        batch.push(next);
      }
      await write(batch);
    }
    writing = undefined;
  }

  return {
    append(given) {
      if (given.length === 0) return Promise.resolve();
      if (events + given.length > limits.waiting && events > 0) return Promise.reject(unavailable("too many wait"));
      return new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => {
          const at = queue.indexOf(waiting);
          if (at >= 0) {
            queue.splice(at, 1);
            events -= waiting.rows.length;
          }
          reject(unavailable("not written in time"));
        }, limits.waitMs);
        const waiting: Waiting = {
          rows: given.map(rowOf),
          done: () => {
            clearTimeout(late);
            resolve();
          },
          failed: (error) => {
            clearTimeout(late);
            reject(error);
          },
        };
        queue.push(waiting);
        events += given.length;
        writing ??= writeAll();
      });
    },
    async drained() {
      while (writing) await writing;
    },
  };
}

/** A value that does not fit, or breaks a rule: classes 22 and 23. */
const isOfTheRow = (error: unknown) => /^2[23]/.test(String((error as { code?: unknown } | null)?.code));

async function insert(pool: Pool, rows: readonly object[]): Promise<ChainHead[]> {
  const { rows: heads } = await retried(() =>
    pool.query({
      name: "append-audit",
      text: `select of_chain, last_seq, encode(last_hash, 'hex') as hash,
          to_char(last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
        from audit.append($1::jsonb)`,
      values: [JSON.stringify(rows)],
    }),
  );
  return heads.map(({ of_chain, last_seq, hash, at }) => ({ chain: of_chain, seq: Number(last_seq), hash, at }));
}

/** What no text of PostgreSQL can hold: it would cost the row, and a row is never lost for what somebody typed. */
const unstorable = /\p{Cs}|\0/gu;
const storable = (text: string) => text.replace(unstorable, "\ufffd");
const text = (value: string | undefined) => (value === undefined ? undefined : storable(value));
const list = (values: readonly string[] | undefined) => values?.map(storable);

function rowOf(event: AuditEvent): object {
  return {
    request_id: storable(event.requestId),
    operation: storable(event.operation),
    subject: storable(event.subject),
    organisation: text(event.organisation),
    role: event.role,
    acting_client: text(event.actingClient),
    purpose: text(event.purpose),
    decision: event.decision,
    reason: text(event.reason),
    fields: list(event.fields),
    grounds: list(event.grounds),
    staff_members: event.staffMembers,
    refused_members: event.refusedMembers,
    kinds: list(event.kinds),
    controllers: list(event.controllers),
    changes: list(event.changes),
    counts: Object.fromEntries(Object.entries(event.counts).map(([name, count]) => [storable(name), count])),
    policy_version: event.policyVersion,
  };
}
