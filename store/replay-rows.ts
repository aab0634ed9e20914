/** What a replay reads of stored rows: a whole batch in one statement for each kind. */
import type { Pool } from "pg";
import type { RecordKind } from "../schema/kinds";
import { uuidList } from "./page-ledger";
import type { StoredRow } from "./page-plan";
import { recordTable } from "./record-tables";
import { retried } from "./transaction";

/** A row as a page's plan sees it, where its raw record lies, and whether a replay has taken it back. */
export interface RowOfReplay {
  readonly kind: RecordKind;
  readonly row: StoredRow;
  readonly id: string;
  readonly organisation: string;
  readonly sourceId: string;
  readonly validFrom: string | undefined;
  readonly sourceVersion: string;
  readonly state: string;
  readonly rawPageId: string | undefined;
  readonly rawOrdinal: number | undefined;
  readonly takenBack: boolean;
}
export interface RefusalOfReplay {
  readonly id: string;
  readonly kind: RecordKind | undefined;
  readonly organisation: string | undefined;
  readonly sourceId: string;
  readonly sourceVersion: string | undefined;
  readonly isOpen: boolean;
}
export interface PersonOfReplay {
  readonly id: string;
  readonly staffMemberId: string | undefined;
}

const columns = (kind: RecordKind) =>
  `select t.id, t.controller_org, t.source_id, t.valid_from, t.valid_to, t.content_hash, t.source_version, t.derivation_version, t.source_state,
    t.source_person_id, t.staff_member_id, t.provenance_id, '${kind}' as kind, t.raw_page_id, t.raw_ordinal,
    exists (select 1 from ops.taken_back b where b.kind = '${kind}' and b.record_id = t.id and b.known_from = t.known_from) as taken
   from ${recordTable(kind).table} t`;

export function createReplayRows(pool: Pool) {
  const read = async (text: string, values: unknown[]): Promise<RowOfReplay[]> => {
    const { rows } = await retried(() => pool.query({ text, values, rowMode: "array" }));
    return (rows as unknown[][]).map((row) => ({
      kind: row[12] as RecordKind,
      row: row.slice(0, 13) as unknown as StoredRow,
      id: row[0] as string,
      organisation: row[1] as string,
      sourceId: row[2] as string,
      validFrom: (row[3] as string | null) ?? undefined,
      sourceVersion: row[6] as string,
      state: row[8] as string,
      rawPageId: (row[13] as string | null) ?? undefined,
      rawOrdinal: (row[14] as number | null) ?? undefined,
      takenBack: row[15] as boolean,
    }));
  };
  return {
    recordsById: (kind: RecordKind, ids: readonly string[]) => read(`${columns(kind)} where t.id = any($1::uuid[])`, [uuidList(ids)]),
    recordsUnder: (connectionId: string, kind: RecordKind, sourceIds: readonly string[]) =>
      read(`${columns(kind)} where t.connection_id = $1 and t.source_id = any($2::text[])`, [connectionId, sourceIds]),
    async refusalsById(ids: readonly string[]): Promise<readonly RefusalOfReplay[]> {
      const { rows } = await retried(() =>
        pool.query("select id, kind, controller_org, source_id, source_version, resolved_at from ops.refused where id = any($1::uuid[])", [
          uuidList(ids),
        ]),
      );
      return rows.map((row) => ({
        id: row.id,
        kind: row.kind ?? undefined,
        organisation: row.controller_org ?? undefined,
        sourceId: row.source_id,
        sourceVersion: row.source_version ?? undefined,
        isOpen: row.resolved_at === null,
      }));
    },
    /** By `${organisation}|${personKey}`; those that nobody has spoken of yet are missing. */
    async persons(
      connectionId: string,
      keys: readonly { readonly organisation: string; readonly personKey: string }[],
    ): Promise<ReadonlyMap<string, PersonOfReplay>> {
      const { rows } = await retried(() =>
        pool.query(
          `select p.id, p.controller_org, p.source_key, p.staff_member_id from staff.source_person p
           join unnest($2::text[], $3::text[]) as k(o, s) on p.controller_org = k.o and p.source_key = k.s where p.connection_id = $1`,
          [connectionId, keys.map(({ organisation }) => organisation), keys.map(({ personKey }) => personKey)],
        ),
      );
      return new Map(
        rows.map((row) => [`${row.controller_org}|${row.source_key}`, { id: row.id, staffMemberId: row.staff_member_id ?? undefined }]),
      );
    },
  };
}
