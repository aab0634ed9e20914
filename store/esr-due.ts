/** What is judged for one employer's ESR, and what the judgement came to: one statement for any number of people. */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { DeliveryState } from "../schema/learning/esr-standing";
import type { RecordState } from "../schema/record";
import { type KnownPerson, loadPeople } from "./facts";
import { inTransaction, retried } from "./transaction";

/** One employer's ESR: its organisation, its VPD, and the connections that read it. */
export interface EsrTarget {
  readonly organisation: string;
  readonly vpd: string;
  readonly connections: readonly string[];
}

export interface VpdDefinition {
  readonly name: string;
  readonly competence: string;
  readonly startsOn?: string;
  readonly endsOn?: string;
  readonly renewalMonths?: number;
}

export interface ChangedPerson {
  readonly staffMember: string;
  /** The person of this ESR bound to the staff member. */
  readonly esrPerson: string;
  readonly fingerprint: string;
  /** Whether something has changed that ESR judges by: settings, definitions, the person's posts and details there. */
  readonly esrChanged: boolean;
}

export interface PersonForEsr {
  readonly known: KnownPerson;
  readonly awards: readonly {
    readonly id: string;
    readonly competence: string;
    readonly awardedOn: string;
    readonly state: RecordState;
    readonly controllerOrg: string;
    readonly connectionId: string;
    readonly awardedBy: string | null;
  }[];
  readonly deliveries: readonly {
    readonly id: string;
    readonly effectKey: string;
    readonly recordId: string;
    readonly competence: string;
    readonly awardedOn: string;
    readonly state: DeliveryState;
  }[];
}

export interface DueToStore {
  readonly effectKey: string;
  readonly recordId: string;
  readonly staffMember: string;
  readonly connectionId: string;
  readonly controllerOrg: string;
  readonly esrPerson: string;
  readonly competence: string;
  readonly esrName: string;
  readonly awardedOn: string;
  readonly mode: "shadow" | "on";
}

export interface NotDueToStore {
  readonly recordId: string;
  readonly staffMember: string;
  readonly connectionId: string;
  readonly reason: string;
  readonly daysApart: number | undefined;
}

export interface JudgementsToStore {
  readonly due: readonly DueToStore[];
  readonly notDue: readonly NotDueToStore[];
  /** Rows of the ledger that are due no longer. */
  readonly drop: readonly { readonly id: string; readonly reason: string }[];
  readonly judged: readonly ChangedPerson[];
}

// Everything a judgement looks at, in one number per person; a row's place in the order of knowing moves with every change,
// and the comparisons with today are in it, so that a day's passing is a change where it changes something. Person by person
// (lateral): a plan made while the tables are young would otherwise read everybody's rows for everybody.
const changedStatement = `
with staff as materialized (
  select distinct on (p.staff_member_id) p.staff_member_id as staff, p.id as person from staff.source_person p
   where p.connection_id = any($1::text[]) and p.controller_org = $2 and p.staff_member_id is not null
   order by p.staff_member_id, (exists (select 1 from staff.assignment a where a.source_person_id = p.id and a.source_state <> 'WITHDRAWN'
     and coalesce(a.valid_to >= $3::date, true))) desc, p.id)
select found."staffMember", found."esrPerson", found.esr || found.awards as fingerprint,
    j.fingerprint is null or not starts_with(j.fingerprint, found.esr) as "esrChanged" from (
  select s.staff::text as "staffMember", s.person::text as "esrPerson", concat($4::text, ':', s.person, ':', e.h, ':') as esr, concat(c.n, ':', c.h) as awards
    from staff s
    cross join lateral (select count(*) as n, sum(hashtextextended(concat('c', a.id, a.known_from, a.source_state, a.awarded_on <= $3::date), 0)) as h
      from learning.competence_award a where a.staff_member_id = s.staff) c
    cross join lateral (select sum(hashtextextended(x.t, 0)) as h from (
      select concat('a', a.id, a.known_from, a.source_state, a.valid_from <= $3::date, '|', a.valid_to >= $3::date, '|',
          a.starts_on <= $3::date, '|', a.ends_on >= $3::date, '|', a.projected_hire_on <= $3::date) as t
        from staff.assignment a where a.staff_member_id = s.staff
      union all
      select concat('p', d.id, d.known_from, d.source_state, d.terminated_on >= $3::date) from staff.personal_details d where d.staff_member_id = s.staff
      union all
      select concat('o', o.id, o.known_from, o.source_state) from staff.assignment a cross join lateral (select * from staff.position o
          where o.connection_id = a.connection_id and o.source_id = a.position_source_id and o.controller_org = a.controller_org offset 0) o
        where a.staff_member_id = s.staff) x) e) found
 left join ops.esr_judged j on j.staff_member_id = found."staffMember"::uuid and j.organisation = $2
 where j.fingerprint is distinct from found.esr || found.awards
 order by 1`;

const peopleStatement = `
select s.id::text as "staffMember",
  (select json_agg(json_build_object('id', a.id, 'competence', a.competence, 'awardedOn', a.awarded_on, 'state', a.source_state,
      'controllerOrg', a.controller_org, 'connectionId', a.connection_id, 'awardedBy', a.awarded_by) order by a.id)
     from learning.competence_award a where a.staff_member_id = s.id) as awards,
  (select json_agg(json_build_object('id', d.id, 'effectKey', d.effect_key, 'recordId', d.record_id, 'competence', d.competence,
      'awardedOn', d.awarded_on, 'state', d.state) order by d.id)
     from ops.esr_delivery d where d.staff_member_id = s.id and d.organisation = $2) as deliveries
from unnest($1::uuid[]) as s(id)`;

/** The row is as it was before it went into a file. */
const outOfFile = `file_id = null, line = null, written_at = null, sent_at = null, acknowledged_at = null, refused_at = null, returned_at = null,
  refusal_code = null, esr_element_id = null`;

export function createEsrDue(pool: Pool) {
  return {
    /** The VPD's own definitions, and a text that changes with them and with the agreements that open others' records to it. */
    async definitions(
      target: EsrTarget,
      today: string,
    ): Promise<{ readonly definitions: readonly VpdDefinition[]; readonly version: string }> {
      const { rows } = await retried(() =>
        pool.query({
          name: "esr-definitions",
          text: `select name, competence, starts_on::text as "startsOn", ends_on::text as "endsOn", renewal_months as "renewalMonths", known_from as known
            from learning.competence_definition where connection_id = any($1::text[]) and controller_org = $2 and source_state <> 'WITHDRAWN'
            order by source_id`,
          values: [target.connections, target.organisation],
        }),
      );
      const definitions = rows.map((row) => ({
        name: row.name,
        competence: row.competence,
        startsOn: row.startsOn ?? undefined,
        endsOn: row.endsOn ?? undefined,
        renewalMonths: row.renewalMonths ?? undefined,
      }));
      const agreements = await retried(() =>
        pool.query({
          name: "esr-agreements",
          text: `select coalesce(string_agg(id::text || (starts_on <= $2::date) || coalesce((ends_before > $2::date)::text, ''), ',' order by id), '') as version
            from movement.sharing_agreement where organisation = $1 and ended_at is null`,
          values: [target.organisation, today],
        }),
      );
      return { definitions, version: `${rows.map((row) => row.known).join(",")}|${agreements.rows[0].version}` };
    },

    /** People of this ESR of whom something has changed since they were judged; `context` is what holds for all of them. */
    async changed(target: EsrTarget, context: string, today: string): Promise<readonly ChangedPerson[]> {
      const { rows } = await retried(() =>
        pool.query<ChangedPerson>({
          name: "esr-changed",
          text: changedStatement,
          values: [target.connections, target.organisation, today, context],
        }),
      );
      return rows;
    },

    async people(target: EsrTarget, staffMembers: readonly string[]): Promise<ReadonlyMap<string, PersonForEsr>> {
      return retried(() =>
        inTransaction(
          pool,
          async (client) => {
            const known = await loadPeople(client, staffMembers);
            const { rows } = await client.query({
              name: "esr-people",
              text: peopleStatement,
              values: [staffMembers, target.organisation],
            });
            const byId = new Map(rows.map((row) => [row.staffMember as string, row]));
            return new Map(
              known.map((person) => {
                const row = byId.get(person.staffMember);
                return [person.staffMember, { known: person, awards: row?.awards ?? [], deliveries: row?.deliveries ?? [] }];
              }),
            );
          },
          "begin isolation level repeatable read read only",
        ),
      );
    },

    async storeJudgements(
      target: EsrTarget,
      input: JudgementsToStore,
      now: Date,
    ): Promise<{ readonly due: number; readonly dropped: number }> {
      const { organisation, vpd } = target;
      return retried(() =>
        inTransaction(pool, async (client) => {
          const due = await client.query({
            name: "esr-store-due",
            text: `insert into ops.esr_delivery as d (id, effect_key, kind, record_id, staff_member_id, connection_id, controller_org, vpd, organisation,
                esr_source_person_id, competence, esr_name, awarded_on, state, due_at)
              select r.id, r."effectKey", 'competence-award', r."recordId", r."staffMember", r."connectionId", r."controllerOrg", $2, $3, r."esrPerson",
                r.competence, r."esrName", r."awardedOn", 'DUE', $4::timestamptz
              from jsonb_to_recordset($1::jsonb) as r(id uuid, "effectKey" text, "recordId" uuid, "staffMember" uuid, "connectionId" text,
                "controllerOrg" text, "esrPerson" uuid, competence text, "esrName" text, "awardedOn" date)
              order by r."effectKey"
              on conflict (effect_key) do update set state = 'DUE', reason = null, record_id = excluded.record_id, connection_id = excluded.connection_id,
                staff_member_id = excluded.staff_member_id, controller_org = excluded.controller_org, esr_name = excluded.esr_name,
                due_at = case d.state when 'DUE' then d.due_at else excluded.due_at end, ${outOfFile}
              where d.state in ('DROPPED', 'REFUSED')
                or (d.state = 'SHADOWED' and excluded.effect_key = any($5::text[]))
                or (d.state in ('DUE', 'SHADOWED') and (d.record_id, d.staff_member_id, d.connection_id, d.esr_name)
                  is distinct from (excluded.record_id, excluded.staff_member_id, excluded.connection_id, excluded.esr_name))
              returning 1`,
            values: [
              JSON.stringify(input.due.map((row) => ({ ...row, id: randomUUID() }))),
              vpd,
              organisation,
              now,
              // What was only rehearsed goes now that the connection is on.
              input.due.filter(({ mode }) => mode === "on").map(({ effectKey }) => effectKey),
            ],
          });
          const ids = input.drop.map(({ id }) => id);
          await client.query({
            name: "esr-due-again",
            text: `update ops.esr_delivery set state = 'DUE', ${outOfFile} where id = any($1::uuid[]) and state in ('SHADOWED', 'REFUSED')`,
            values: [ids],
          });
          const dropped = await client.query({
            name: "esr-drop",
            text: `update ops.esr_delivery d set state = 'DROPPED', reason = r.reason from jsonb_to_recordset($1::jsonb) as r(id uuid, reason text)
              where d.id = r.id and d.state = 'DUE' returning 1`,
            values: [JSON.stringify(input.drop)],
          });
          await client.query({
            name: "esr-forget-judgements",
            text: "delete from ops.esr_judgement where organisation = $2 and staff_member_id = any($1::uuid[])",
            values: [input.judged.map(({ staffMember }) => staffMember), organisation],
          });
          await client.query({
            name: "esr-store-judgements",
            text: `insert into ops.esr_judgement (record_id, organisation, staff_member_id, connection_id, reason, days_apart, judged_at)
              select r."recordId", $2, r."staffMember", r."connectionId", r.reason, r."daysApart", $3::timestamptz
              from jsonb_to_recordset($1::jsonb) as r("recordId" uuid, "staffMember" uuid, "connectionId" text, reason text, "daysApart" integer)
              on conflict (record_id, organisation) do update set staff_member_id = excluded.staff_member_id, connection_id = excluded.connection_id,
                reason = excluded.reason, days_apart = excluded.days_apart, judged_at = excluded.judged_at`,
            values: [JSON.stringify(input.notDue), organisation, now],
          });
          await client.query({
            name: "esr-store-judged",
            text: `insert into ops.esr_judged (staff_member_id, organisation, fingerprint, judged_at)
              select r."staffMember", $2, r.fingerprint, $3::timestamptz from jsonb_to_recordset($1::jsonb) as r("staffMember" uuid, fingerprint text)
              on conflict (staff_member_id, organisation) do update set fingerprint = excluded.fingerprint, judged_at = excluded.judged_at`,
            values: [JSON.stringify(input.judged), organisation, now],
          });
          return { due: due.rowCount ?? 0, dropped: dropped.rowCount ?? 0 };
        }),
      );
    },

    /** Rows whose record or person has been unlinked, or moved to somebody else, since they became due. */
    async dropUnlinked(target: EsrTarget): Promise<number> {
      const { rowCount } = await retried(() =>
        pool.query({
          name: "esr-drop-unlinked",
          text: `update ops.esr_delivery d set state = 'DROPPED', reason = 'WAITING_FOR_PERSON' where d.organisation = $1 and d.state = 'DUE'
            and (not exists (select 1 from staff.source_person p where p.id = d.esr_source_person_id and p.staff_member_id = d.staff_member_id)
              or not exists (select 1 from learning.competence_award a where a.id = d.record_id and a.staff_member_id = d.staff_member_id))`,
          values: [target.organisation],
        }),
      );
      return rowCount ?? 0;
    },

    /** Awards of the organisation's own systems that nobody has been found for: they cannot be due. */
    async waitingForPerson(target: EsrTarget): Promise<number> {
      const { rows } = await retried(() =>
        pool.query({
          name: "esr-waiting",
          text: `select count(*)::int as n from learning.competence_award where staff_member_id is null and controller_org = $1
            and source_state <> 'WITHDRAWN' and connection_id <> all($2::text[])`,
          values: [target.organisation, target.connections],
        }),
      );
      return rows[0].n;
    },
  };
}
