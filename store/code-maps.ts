/** `store.codeMaps`: what trusts have said about codes of their vendors' own. The configuration's rows come on top. */
import type { Pool } from "pg";
import type { CodeMapRow } from "../connectors/connector";
import { retried } from "./transaction";

export interface StatedCodeMap extends CodeMapRow {
  readonly id: string;
  readonly organisation: string;
  readonly approvedBy: string;
  readonly recordedBy: string;
  readonly reason: string;
  readonly recordedAt: Date;
}

/** A code of a vendor's that is in none of our lists, with what waits for somebody to say what it means. */
export interface UnmappedCode {
  readonly organisation: string;
  readonly connectionId: string;
  readonly list: string;
  readonly code: string;
  /** People whose records it holds up, where the records say whose they are. */
  readonly people: number;
  readonly records: number;
  /** Records whose raw is kept: mapping the code derives them. The others are read again. */
  readonly rawKept: number;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

export interface CodeMaps {
  /** Rows in force of these organisations, always in the same order. */
  inForce(organisations: readonly string[]): Promise<readonly StatedCodeMap[]>;
  /** The worklist: those that most people wait for come first. */
  unmapped(organisations: readonly string[]): Promise<readonly UnmappedCode[]>;
}

export function createCodeMaps(pool: Pool): CodeMaps {
  return {
    async inForce(organisations) {
      const { rows } = await retried(() =>
        pool.query(
          `select id, organisation, list, code, value, from_on, to_on, approved_by, recorded_by, reason, recorded_at from ops.code_map
           where organisation = any($1::text[]) and ended_at is null order by organisation, list, code, from_on nulls first, to_on nulls first`,
          [organisations],
        ),
      );
      return rows.map((row) => ({
        id: row.id,
        organisation: row.organisation,
        list: row.list,
        code: row.code,
        value: row.value,
        from: row.from_on ?? undefined,
        to: row.to_on ?? undefined,
        approvedBy: row.approved_by,
        recordedBy: row.recorded_by,
        reason: row.reason,
        recordedAt: row.recorded_at,
      }));
    },
    async unmapped(organisations) {
      const { rows } = await retried(() =>
        pool.query(
          `select f.controller_org as organisation, f.connection_id as "connectionId", f.expected as list, f.got as code,
             count(distinct f.person)::int as people, count(*)::int as records, count(f.raw_hash)::int as "rawKept",
             min(f.first_seen_at) as "firstSeenAt", max(f.last_seen_at) as "lastSeenAt"
           from ops.refused f join ops.connection c on c.id = f.connection_id and c.retired_at is null
           where f.code = 'CODE_UNKNOWN' and f.resolved_at is null and f.controller_org = any($1::text[]) and f.got is not null
           group by f.controller_org, f.connection_id, f.expected, f.got
           order by people desc, records desc, f.controller_org, f.connection_id, f.expected, f.got`,
          [organisations],
        ),
      );
      return rows;
    },
  };
}
