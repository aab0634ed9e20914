/**
 * By what an erased person is known again: keyed digests of the vendors' keys, of record ids and of the identifiers that are
 * one person's only. E-mail addresses and names are none of them: trusts give them to somebody else in time, whose records
 * would be dropped in silence.
 */
import type { Pool } from "pg";
import type { Sealer } from "../../platform/secrets";
import { normalisedIdentifier } from "../claims";
import { retried } from "../transaction";

export const anyConnection = "*";
/** Of one person for good, wherever the organisation's systems say them. */
export const lastingSchemes: ReadonlySet<string> = new Set([
  "ESR_PERSON_ID",
  "ESR_EMPLOYEE_NUMBER",
  "ESR_ASSIGNMENT_NUMBER",
  "NI_NUMBER",
  "NHS_CRS_UUID",
  "GMC",
  "NMC",
  "GDC",
  "GPHC",
  "HCPC",
]);

export interface Mark {
  readonly connectionId: string;
  readonly scheme: string;
  readonly digest: string;
}
export interface MarkOf {
  readonly connectionId: string;
  readonly scheme: string;
  readonly value: string;
}

export function digestOf(sealer: Sealer, organisation: string, { connectionId, scheme, value }: MarkOf): string {
  const said = lastingSchemes.has(scheme) ? normalisedIdentifier(value) : value;
  return sealer.blindIndex(`erased\n${organisation}\n${connectionId}\n${scheme}`, said);
}

/** Who may not come in again at one connection. */
export interface ErasedDoor {
  /** Nobody was erased: nothing is looked at. */
  readonly open: boolean;
  /** Whose erasures it knows. */
  readonly organisations: readonly string[];
  has(organisation: string, scheme: string, value: string): boolean;
}

export function doorOf(sealer: Sealer, connectionId: string, marks: readonly (Mark & { readonly organisation: string })[]): ErasedDoor {
  const keyOf = (organisation: string, at: string, scheme: string, digest: string) => `${organisation}\n${at}\n${scheme}\n${digest}`;
  const known = new Set(marks.map((mark) => keyOf(mark.organisation, mark.connectionId, mark.scheme, mark.digest)));
  const schemes = new Set(marks.map(({ scheme }) => scheme));
  return {
    open: known.size === 0,
    organisations: [...new Set(marks.map(({ organisation }) => organisation))],
    has(organisation, scheme, value) {
      if (!schemes.has(scheme)) return false;
      const at = lastingSchemes.has(scheme) ? anyConnection : connectionId;
      return known.has(keyOf(organisation, at, scheme, digestOf(sealer, organisation, { connectionId: at, scheme, value })));
    },
  };
}

export function createErasedDoors(pool: Pool, sealer: Sealer) {
  return {
    /** Ask under the lease: an erasure moves the leases on, so what was read before it stores nothing any more. */
    async door(connectionId: string): Promise<ErasedDoor> {
      const { rows } = await retried(() =>
        pool.query({
          name: "erased-door",
          text: `select m.organisation, m.connection_id as "connectionId", m.scheme, m.digest
            from ops.connection c join ops.erased_mark m on m.organisation = any(c.organisations) and m.connection_id in (c.id, '*') where c.id = $1`,
          values: [connectionId],
        }),
      );
      return doorOf(sealer, connectionId, rows);
    },
  };
}
