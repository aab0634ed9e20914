/** What a pushed item has given so far, under the vendor's id of it: so that what it gives no longer can go. */
import type { Pool } from "pg";
import { definitionOfKind, type RecordKind } from "../schema/kinds";
import { retried } from "./transaction";

export interface HeldOfItem {
  /** The vendor's id of the item. */
  readonly vendorId: string;
  readonly kind: RecordKind;
  readonly organisation: string;
  readonly sourceId: string;
  readonly sourceVersion: string;
  readonly isWithdrawn: boolean;
  /** Of the person as the vendor names them; undefined for kinds about an organisation. */
  readonly personKey: string | undefined;
}

export interface PushedRecords {
  heldOfItems(input: {
    readonly connectionId: string;
    readonly organisations: readonly string[];
    readonly kinds: readonly RecordKind[];
    readonly vendorIds: readonly string[];
  }): Promise<readonly HeldOfItem[]>;
}

const columns = (kind: RecordKind, id: string) =>
  `select ${id} as vendor_id, '${kind}' as kind, r.controller_org, r.source_id, r.source_version, r.source_state = 'WITHDRAWN' as withdrawn, p.source_key`;

/** One statement for any number of items. An award that follows from a course stands under the course's id and its competence. */
export function createPushedRecords(pool: Pool): PushedRecords {
  return {
    async heldOfItems({ connectionId, organisations, kinds, vendorIds }) {
      if (vendorIds.length === 0 || kinds.length === 0) return [];
      const parts = kinds.map((kind) => {
        const { schema, table } = definitionOfKind(kind);
        return `${columns(kind, "r.source_id")} from "${schema}"."${table}" r left join staff.source_person p on p.id = r.source_person_id
          where r.connection_id = $1 and r.controller_org = any($2::text[]) and r.source_id = any($3::text[])`;
      });
      if (kinds.includes("achievement") && kinds.includes("competence-award"))
        parts.push(`${columns("competence-award", "a.source_id")} from learning.achievement a
          join learning.competence_award r on r.source_person_id = a.source_person_id and r.source_id = a.source_id || '|' || r.competence
          join staff.source_person p on p.id = r.source_person_id
          where a.connection_id = $1 and r.connection_id = $1 and r.controller_org = any($2::text[]) and a.source_id = any($3::text[])`);
      const { rows } = await retried(() => pool.query(parts.join(" union "), [connectionId, organisations, vendorIds]));
      return rows.map((row) => ({
        vendorId: row.vendor_id,
        kind: row.kind,
        organisation: row.controller_org,
        sourceId: row.source_id,
        sourceVersion: row.source_version,
        isWithdrawn: row.withdrawn,
        personKey: row.source_key ?? undefined,
      }));
    },
  };
}
