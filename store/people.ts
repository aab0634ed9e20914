/** `store.people`: what matching reads. Deciding is decisions.ts. */
import type { Pool } from "pg";
import { type Clock, today } from "../platform/clock";
import { createDecisions } from "./decisions";
import { uuidList } from "./page-ledger";
import type { PersonToMatch, Store } from "./store";
import { inTransaction, retried } from "./transaction";

const personColumns = `p.id, p.connection_id, p.controller_org, p.system, p.source_key, p.given_name, p.family_name, p.other_given_names,
  p.other_family_names, p.birth_date, p.staff_member_id, p.match_keys,
  coalesce((select jsonb_agg(jsonb_build_object('scheme', i.scheme, 'value', coalesce(i.value, i.value_index)) order by i.scheme, i.value_index)
    from staff.identifier i where i.source_person_id = p.id), '[]') as identifiers`;

/** An identifier that so many people share says nothing about who somebody is (0, TBC, a ward's e-mail). */
const mostSharers = 50;

/**
 * People who share a match key or an identifier with $1. A vendor's own number means something at its connection only, and
 * ESR's person, employee and assignment numbers within one organisation only.
 */
const sharers = `
  select p.id from staff.source_person p
    where p.match_keys && (select array_agg(distinct k) from staff.source_person a, unnest(a.match_keys) k where a.id = any($1::uuid[]))
  union
  select s.id from staff.identifier i join staff.source_person a on a.id = i.source_person_id
    cross join lateral (select p.id, p.connection_id, p.controller_org from staff.identifier o join staff.source_person p on p.id = o.source_person_id
      where o.scheme = i.scheme and o.value_index = i.value_index limit ${mostSharers}) s
    where i.source_person_id = any($1::uuid[])
      and (i.scheme <> 'LOCAL' or s.connection_id = a.connection_id)
      and (i.scheme not in ('ESR_PERSON_ID', 'ESR_EMPLOYEE_NUMBER', 'ESR_ASSIGNMENT_NUMBER') or s.controller_org = a.controller_org)`;

/**
 * Everything here starts from a list of ids and follows indexes. On tables that have just been filled the planner does not know
 * their size yet and would scan them once per person: a first admission took seconds.
 */
const byIndexOnly =
  "begin; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off; set local jit = off";

// biome-ignore lint/suspicious/noExplicitAny: a row of the statement above, whose columns are named there
function personOf(row: Record<string, any>): PersonToMatch {
  return {
    id: row.id,
    connectionId: row.connection_id,
    organisation: row.controller_org,
    system: row.system,
    sourceKey: row.source_key,
    givenName: row.given_name ?? undefined,
    familyName: row.family_name ?? undefined,
    otherGivenNames: row.other_given_names,
    otherFamilyNames: row.other_family_names,
    birthDate: row.birth_date ?? undefined,
    identifiers: row.identifiers,
    staffMemberId: row.staff_member_id ?? undefined,
    matchKeys: row.match_keys,
  };
}

/** `pool` matches; `records` is the workers', who also read posts. */
export function createPeople(pool: Pool, records: Pool, clock: Clock): Store["people"] {
  const searched = (statement: { name: string; text: string; values: unknown[] }) =>
    // biome-ignore lint/suspicious/noExplicitAny: each statement names its own columns
    retried(() => inTransaction(pool, (client) => client.query<Record<string, any>>(statement), byIndexOnly));
  const anybodyWaits = async () => {
    const { rows } = await retried(() =>
      pool.query(
        "select exists (select 1 from staff.source_person where state <> 'BOUND' and staff_member_id is null and system <> 'esr') as waits",
      ),
    );
    return rows[0].waits as boolean;
  };
  return {
    ...createDecisions(pool),

    async forMatching(ids) {
      if (ids.length === 0) return [];
      const { rows } = await retried(() =>
        pool.query({
          name: "people-for-matching",
          text: `select ${personColumns} from staff.source_person p where p.id = any($1::uuid[]) order by p.id`,
          values: [uuidList(ids)],
        }),
      );
      return rows.map(personOf);
    },

    async dueForMatching(after, limit) {
      const { rows } = await retried(() =>
        pool.query("select id from staff.source_person where match_due and ($1::uuid is null or id > $1) order by id limit $2", [
          after ?? null,
          limit,
        ]),
      );
      return rows.map((row) => row.id);
    },

    async candidates(ids) {
      if (ids.length === 0) return [];
      const { rows } = await searched({
        name: "people-candidates",
        text: `with shared as (${sharers}) select ${personColumns} from staff.source_person p
            where p.id in (select id from shared) and p.staff_member_id is not null order by p.id`,
        values: [uuidList(ids)],
      });
      return rows.map(personOf);
    },

    async waitingFor(ids, after, limit) {
      // On ESR's first load nobody waits yet, and the search would cost as much as the candidates'.
      if (ids.length === 0 || !(await anybodyWaits())) return [];
      const { rows } = await searched({
        name: "people-waiting-for",
        text: `with shared as (${sharers}) select p.id from staff.source_person p where p.id in (select id from shared) and p.system <> 'esr'
            and p.staff_member_id is null and ($2::uuid is null or p.id > $2) order by p.id limit $3`,
        values: [uuidList(ids), after ?? null, limit],
      });
      return rows.map((row) => row.id);
    },

    async forbidden(ids) {
      if (ids.length === 0) return [];
      const { rows } = await retried(() =>
        pool.query(
          `select source_person_id as "sourcePersonId", staff_member_id as "staffMemberId" from staff.link_refusal where source_person_id = any($1::uuid[])`,
          [uuidList(ids)],
        ),
      );
      return rows;
    },

    async staff(organisations, connectionId, after, limit) {
      const { rows } = await retried(() =>
        records.query({
          name: "staff-to-ask",
          text: `select p.staff_member_id, p.source_key, p.given_name, p.family_name, p.birth_date,
              (select k.source_key from staff.source_person k where k.connection_id = $2 and k.staff_member_id = p.staff_member_id
                order by k.first_seen_at, k.id limit 1) as known
            from (select distinct on (p.staff_member_id) p.* from staff.source_person p
              where p.system = 'esr' and p.controller_org = any($1::text[]) and p.staff_member_id > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')
                and p.given_name is not null and p.family_name is not null and p.birth_date is not null
                and exists (select 1 from staff.assignment a where a.source_person_id = p.id and a.controller_org = any($1::text[])
                  and a.source_state <> 'WITHDRAWN' and (a.valid_to is null or a.valid_to >= $5::date) and (a.ends_on is null or a.ends_on >= $5::date))
              order by p.staff_member_id, p.first_seen_at, p.id limit $4) p
            order by p.staff_member_id`,
          values: [organisations, connectionId, after ?? null, limit, today(clock)],
        }),
      );
      return rows.map((row) => ({
        staffKey: row.staff_member_id,
        given: row.given_name,
        family: row.family_name,
        birthDate: row.birth_date,
        esrPersonId: row.source_key,
        knownSourceId: row.known ?? undefined,
      }));
    },
  };
}
