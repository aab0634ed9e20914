/** Receipts, as their vendor asks for them: what was answered, and what has become of it since. */
import type { Pool } from "pg";
import { definitionOfKind, type RecordKind } from "../schema/kinds";
import type { KeyScope } from "./intake-keys";
import type { ItemResult } from "./store";
import { retried } from "./transaction";

/** In a batch there are 500; of one vendor's id there are as many as it was sent. */
const mostShown = 500;

/** What an item is today. "withdrawn": its source has taken it back since. */
export type ItemNow = "applied" | "waiting" | "withdrawn" | "refused" | "ignored";

export interface Receipt {
  readonly id: string;
  readonly batchId: string;
  readonly connectionId: string;
  readonly ordinal: number;
  readonly vendorId: string | undefined;
  readonly outcome: ItemResult["outcome"];
  readonly problem: ItemResult["refusal"];
  readonly records: ItemResult["records"];
  readonly receivedAt: Date;
  /** YYYY-MM-DD: until then it can be asked for. */
  readonly expiresOn: string;
  readonly now: ItemNow;
}

export type ReceiptQuestion = { readonly id: string } | { readonly batchId: string } | { readonly vendorId: string };

export interface IntakeReceipts {
  /**
   * Of one connection, and only of batches that were sent under a key which might do no more than the one that asks. The
   * newest first, within a batch in the vendor's own order.
   */
  receipts(input: {
    readonly connectionId: string;
    readonly organisations: readonly string[];
    /** What the connection delivers: where a refused item may have landed since. */
    readonly kinds: readonly RecordKind[];
    readonly scope: KeyScope;
    readonly question: ReceiptQuestion;
    readonly today: string;
  }): Promise<readonly Receipt[]>;
}

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export function createIntakeReceipts(pool: Pool): IntakeReceipts {
  return {
    async receipts({ connectionId, organisations, kinds, scope, question, today }) {
      const [column, value] =
        "id" in question ? ["id", question.id] : "batchId" in question ? ["run_id", question.batchId] : ["vendor_id", question.vendorId];
      if (column === "id" ? !uuid.test(value) : column === "run_id" ? !/^\d{1,18}$/.test(value) : value.includes("\0")) return [];
      const { rows } = await retried(() =>
        pool.query({
          name: `intake-receipts-by-${column}`,
          text: `select t.id, t.run_id::text as batch, t.ordinal, t.vendor_id, t.outcome, t.problem, t.records, t.received_at, t.expires_on
            from ops.receipt t left join ops.intake_key k on k.id = t.key_id
            where t.connection_id = $1 and t.${column} = $2 and t.expires_on >= $3::date
              and ($4::text[] is null or k.organisations <@ $4::text[]) and ($5::text[] is null or k.kinds <@ $5::text[])
            order by t.received_at desc, t.run_id desc, t.ordinal limit ${mostShown}`,
          values: [connectionId, value, today, scope.organisations ?? null, scope.kinds ?? null],
        }),
      );
      const now = await stateNow(pool, connectionId, organisations, kinds, rows);
      return rows.map((row) => ({
        id: row.id,
        batchId: row.batch,
        connectionId,
        ordinal: row.ordinal,
        vendorId: row.vendor_id ?? undefined,
        outcome: row.outcome,
        problem: row.problem ?? undefined,
        records: row.records,
        receivedAt: row.received_at,
        expiresOn: row.expires_on,
        now: now.get(row.id)!,
      }));
    },
  };
}

interface Asked {
  /** The receipt. */
  readonly n: string;
  readonly kind: string;
  readonly id: string;
  /** It was refused: only then a refusal that stands is its own, and not that of a later version. */
  readonly r: boolean;
}

/** One statement for any number of receipts: the rows that their records have now, and refusals that still stand. */
async function stateNow(
  pool: Pool,
  connectionId: string,
  organisations: readonly string[],
  kinds: readonly RecordKind[],
  // biome-ignore lint/suspicious/noExplicitAny: rows of ops.receipt
  receipts: readonly Record<string, any>[],
): Promise<ReadonlyMap<string, ItemNow>> {
  const answered = new Map<string, ItemNow>();
  const asked: Asked[] = [];
  for (const { id, outcome, records, vendor_id } of receipts) {
    answered.set(id, outcome === "refused" || outcome === "ignored" ? outcome : "withdrawn");
    for (const record of records as ItemResult["records"]) asked.push({ n: id, kind: record.kind, id: record.sourceId, r: false });
    // A refused one has no records of its own; corrected or put through again it has them under the vendor's id.
    if (outcome === "refused" && vendor_id !== null) for (const kind of kinds) asked.push({ n: id, kind, id: vendor_id, r: true });
  }
  if (asked.length === 0) return answered;
  const wanted = [...new Set(asked.map(({ kind }) => kind))] as RecordKind[];
  const rowsOf = wanted.map((kind) => {
    const { schema, table, subject } = definitionOfKind(kind);
    const isBound = subject === "staff-member" ? "r.staff_member_id is not null" : "true";
    return `select a.n, ${isBound} as bound, r.source_state = 'WITHDRAWN' as withdrawn from asked a join "${schema}"."${table}" r
      on r.controller_org = any($2::text[]) and r.connection_id = $1 and r.source_id = a.id where a.kind = '${kind}'`;
  });
  const { rows } = await retried(() =>
    pool.query(
      `with asked as (select * from jsonb_to_recordset($3::jsonb) as a(n uuid, kind text, id text, r boolean)), found as (${rowsOf.join(" union all ")})
       select n, bool_or(not withdrawn and bound) as applied, bool_or(not withdrawn and not bound) as waiting, false as refused from found group by n
       union all select a.n, false, false, true from asked a join ops.refused f on f.connection_id = $1 and f.source_id = a.id and f.resolved_at is null where a.r`,
      [connectionId, organisations, JSON.stringify(asked)],
    ),
  );
  const refusedStill = new Set(rows.filter((row) => row.refused).map((row) => row.n));
  for (const { n, applied, waiting, refused } of rows) {
    if (refused || refusedStill.has(n)) continue;
    // Of several records the one that asks most of somebody, as in the answer.
    answered.set(n, waiting ? "waiting" : applied ? "applied" : "withdrawn");
  }
  for (const n of refusedStill) answered.set(n, "refused");
  return answered;
}
