/**
 * The one refused record that somebody may have to see: where its payload lies, the payload itself, and each time it was shown.
 * Whether it may be shown is decided before.
 */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { Sealer } from "../platform/secrets";
import type { RecordKind } from "../schema/kinds";
import { readRawPages } from "./raw-pages";
import { asUnit, retried } from "./transaction";

export interface RefusedPayload {
  /** Id of the refusal. */
  readonly id: string;
  readonly connectionId: string;
  /** Whose record it is. */
  readonly organisation: string;
  readonly kind: RecordKind | undefined;
  readonly code: string;
  /** Page and place of the payload: another payload of the same refusal lies elsewhere. */
  readonly payload: string;
}

/** A yes to a look, and how often it was used: no value, and no user's name. */
export interface PayloadLook {
  readonly id: string;
  readonly refusal: string;
  readonly organisation: string;
  readonly connectionId: string | undefined;
  readonly kind: string | undefined;
  readonly role: string;
  readonly reason: string;
  readonly askedAt: Date;
  readonly approvedAt: Date;
  readonly approvedByRole: string;
  readonly looks: number;
  readonly firstAt: Date | undefined;
  readonly lastAt: Date | undefined;
}

const mostListed = 500;

export type RefusedPayloads = ReturnType<typeof createRefusedPayloads>;

export function createRefusedPayloads(pool: Pool, sealer: Sealer) {
  return {
    /** Refused still, its payload kept, and one trust's: undefined otherwise. */
    async find(id: string, today: string): Promise<RefusedPayload | undefined> {
      const { rows } = await asUnit(() =>
        pool.query(
          `select f.id::text as id, f.connection_id as "connectionId", f.kind, f.code, f.raw_page_id || ':' || f.raw_ordinal as payload,
             coalesce(f.controller_org, case when cardinality(c.organisations) = 1 then c.organisations[1] end) as organisation
           from ops.refused f join ops.connection c on c.id = f.connection_id
           join ops.raw_page w on w.id = f.raw_page_id and w.expires_on >= $2::date
           where f.id::text = $1 and f.resolved_at is null and f.raw_hash is not null`,
          [id, today],
        ),
      );
      const row = rows[0];
      return row?.organisation ? { ...row, kind: row.kind ?? undefined } : undefined;
    },

    /** Written down as shown, and then opened: what cannot be written down is not shown. */
    async show({ id, payload }: RefusedPayload, approvalId: string, today: string, now: Date): Promise<unknown> {
      await retried(() =>
        pool.query("insert into ops.payload_look (id, approval_id, refused_id, at) values ($1, $2, $3, $4)", [
          randomUUID(),
          approvalId,
          id,
          now,
        ]),
      );
      const [page, ordinal] = payload.split(":") as [string, string];
      return (await readRawPages(pool, sealer, [page], today)).get(page)?.get(Number(ordinal));
    },

    /** Every yes that was given for these organisations, used or not, the newest first. */
    async looks(organisations: readonly string[]): Promise<readonly PayloadLook[]> {
      const { rows } = await asUnit(() =>
        pool.query(
          `select a.id::text as id, a.subject as refusal, a.organisation, a.detail->>'connection' as "connectionId", a.detail->>'kind' as kind,
             a.asked_role as role, a.reason, a.asked_at as "askedAt", a.decided_at as "approvedAt", a.decided_role as "approvedByRole",
             l.n as looks, l.first_at as "firstAt", l.last_at as "lastAt"
           from ops.approval a cross join lateral
             (select count(*)::int as n, min(k.at) as first_at, max(k.at) as last_at from ops.payload_look k where k.approval_id = a.id) l
           where a.act = 'break-glass' and a.decision = 'APPROVED' and a.organisation = any($1::text[])
           order by a.decided_at desc, a.id limit $2`,
          [organisations, mostListed],
        ),
      );
      return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as never);
    },
  };
}
