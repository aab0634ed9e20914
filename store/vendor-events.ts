/** `store.vendorEvents`: that something has changed about somebody at a vendor. The ledger of what still has to be fetched. */
import type { Pool } from "pg";
import type { StaffToAsk } from "../connectors/connector";
import { type Clock, today } from "../platform/clock";
import { retried } from "./transaction";

export interface EventToStore {
  readonly connectionId: string;
  readonly organisation: string;
  readonly source: string;
  readonly eventId: string;
  readonly type: string;
  readonly happenedAt: string;
  /** The vendor's id of the person. */
  readonly subject: string;
  /** Of what the event says: tells a repeat from another event under the same id. */
  readonly sha256: string;
  readonly keyId: string;
  readonly receivedAt: Date;
  readonly expiresOn: string;
}
/** Everything that waits about one person: one reading settles it. */
export interface DueEvents {
  readonly ids: readonly string[];
  readonly connectionId: string;
  readonly organisation: string;
  readonly subject: string;
  readonly attempts: number;
  readonly firstReceivedAt: Date;
}

export interface VendorEvents {
  /** "known": this very event was taken before. "other": its id was used for another one. */
  record(event: EventToStore): Promise<{ readonly id: string; readonly was: "new" | "known" | "other" }>;
  /** The longest waiting first; of one connection or of all. */
  due(now: Date, limit: number, connectionId?: string): Promise<readonly DueEvents[]>;
  /** Whoever is linked to this key of the vendor's and works at the organisation; nobody else is read. */
  person(connectionId: string, organisation: string, sourceKey: string): Promise<StaffToAsk | undefined>;
  /** From here on the ledger no longer knows whom it was about. */
  settle(input: {
    readonly ids: readonly string[];
    readonly state: "FETCHED" | "UNKNOWN_PERSON" | "GIVEN_UP";
    readonly runId?: string;
    readonly errorCode?: string;
    readonly at: Date;
  }): Promise<void>;
  postpone(ids: readonly string[], until: Date, errorCode: string | undefined): Promise<void>;
}

export function createVendorEvents(pool: Pool, clock: Clock): VendorEvents {
  return {
    async record(event) {
      const { rows } = await retried(() =>
        pool.query({
          name: "vendor-event",
          // The losing insert reads what won: it is committed by then.
          text: `with fresh as (
              insert into ops.vendor_event (connection_id, organisation, event_source, event_id, type, happened_at, subject, sha256, key_id,
                received_at, due_at, expires_on)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11) on conflict do nothing returning id, sha256),
            used as (update ops.intake_key set last_used_at = $10 where id = $9)
            select id, sha256, true as fresh from fresh
            union all select id, sha256, false from ops.vendor_event where connection_id = $1 and event_source = $3 and event_id = $4`,
          values: [
            event.connectionId,
            event.organisation,
            event.source,
            event.eventId,
            event.type,
            event.happenedAt,
            event.subject,
            event.sha256,
            event.keyId,
            event.receivedAt,
            event.expiresOn,
          ],
        }),
      );
      const row = rows[0] ?? (await retried(() => again(pool, event)));
      return { id: row.id, was: row.fresh ? "new" : row.sha256 === event.sha256 ? "known" : "other" };
    },

    async due(now, limit, connectionId) {
      const { rows } = await retried(() =>
        pool.query({
          name: "vendor-events-due",
          text: `select connection_id, organisation, subject, array_agg(id::text) as ids, max(attempts) as attempts, min(received_at) as first
            from ops.vendor_event where state = 'WAITING' and due_at <= $1 and ($3::text is null or connection_id = $3)
            group by 1, 2, 3 order by min(received_at), 1, 2, 3 limit $2`,
          values: [now, limit, connectionId ?? null],
        }),
      );
      return rows.map((row) => ({
        ids: row.ids,
        connectionId: row.connection_id,
        organisation: row.organisation,
        subject: row.subject,
        attempts: row.attempts,
        firstReceivedAt: row.first,
      }));
    },

    async person(connectionId, organisation, sourceKey) {
      const { rows } = await retried(() =>
        pool.query({
          name: "vendor-event-person",
          text: `select p.staff_member_id, e.source_key, e.given_name, e.family_name, e.birth_date
            from staff.source_person p join staff.source_person e on e.staff_member_id = p.staff_member_id and e.system = 'esr'
              and e.controller_org = $2 and e.given_name is not null and e.family_name is not null and e.birth_date is not null
            where p.connection_id = $1 and p.controller_org = $2 and p.source_key = $3 and p.staff_member_id is not null
              and exists (select 1 from staff.assignment a where a.source_person_id = e.id and a.controller_org = $2
                and a.source_state <> 'WITHDRAWN' and (a.valid_to is null or a.valid_to >= $4::date) and (a.ends_on is null or a.ends_on >= $4::date))
            order by e.first_seen_at, e.id limit 1`,
          values: [connectionId, organisation, sourceKey, today(clock)],
        }),
      );
      const row = rows[0];
      return (
        row && {
          staffKey: row.staff_member_id,
          given: row.given_name,
          family: row.family_name,
          birthDate: row.birth_date,
          esrPersonId: row.source_key,
          knownSourceId: sourceKey,
        }
      );
    },

    async settle({ ids, state, runId, errorCode, at }) {
      await retried(() =>
        pool.query(
          `update ops.vendor_event set state = $2, run_id = $3, error_code = $4, settled_at = $5, subject = null
           where id = any($1::uuid[]) and state = 'WAITING'`,
          [ids, state, runId ?? null, errorCode ?? null, at],
        ),
      );
    },

    async postpone(ids, until, errorCode) {
      await retried(() =>
        pool.query(
          `update ops.vendor_event set due_at = $2, attempts = attempts + case when $3::text is null then 0 else 1 end,
             error_code = coalesce($3, error_code) where id = any($1::uuid[]) and state = 'WAITING'`,
          [ids, until, errorCode ?? null],
        ),
      );
    },
  };
}

/** Two came at once and this one lost: the other has committed by now. */
async function again(pool: Pool, event: EventToStore) {
  const { rows } = await pool.query(
    "select id, sha256, false as fresh from ops.vendor_event where connection_id = $1 and event_source = $2 and event_id = $3",
    [event.connectionId, event.source, event.eventId],
  );
  return rows[0];
}
