/**
 * Bindings and what undoes them. The people are locked FOR UPDATE in the order of their ids: pages that are writing records
 * of them (a key share lock through the foreign key) come first or after, never in between.
 */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { HubError } from "../platform/errors";
import { requireMatching } from "./exclusive";
import { uuidList } from "./page-ledger";
import type { BindingToStore, MatchReason, ProposalToStore, Store } from "./store";
import { inTransaction, retried } from "./transaction";

/**
 * A page that waits for its predecessor's commit holds locks meanwhile, which PostgreSQL's own deadlock search cannot follow:
 * whoever decides gives way soon and tries again.
 */
export const beginDecision = "begin; set local lock_timeout = '500ms'";

/**
 * Rewrites the denormalised staff_member_id on every table that has rows of these people, in one round trip. By a function:
 * who matches sees no record, and only the person's own link is followed.
 */
const rewriteRecords = { name: "follow-persons", text: "select guard.follow_persons($1::uuid[])" };

interface Locked {
  readonly id: string;
  readonly system: string;
  readonly staff_member_id: string | null;
}

export async function lock(client: PoolClient, ids: readonly string[]): Promise<Map<string, Locked>> {
  const { rows } = await client.query<Locked>({
    name: "lock-for-decision",
    text: "select id, system, staff_member_id from staff.source_person where id = any($1::uuid[]) order by id for update",
    values: [uuidList(ids)],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

async function forbiddenPairs(client: PoolClient, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query(
    "select source_person_id, staff_member_id from staff.link_refusal where source_person_id = any($1::uuid[])",
    [uuidList(ids)],
  );
  return new Set(rows.map((row) => `${row.source_person_id}\n${row.staff_member_id}`));
}

interface Move {
  readonly binding: BindingToStore;
  readonly staffMemberId: string;
}

async function bind(client: PoolClient, people: ReadonlyMap<string, Locked>, bindings: readonly BindingToStore[]): Promise<void> {
  if (bindings.length === 0) return;
  const forbidden = await forbiddenPairs(
    client,
    bindings.map(({ sourcePersonId }) => sourcePersonId),
  );
  const moves: Move[] = [];
  const created: string[] = [];
  const settled: string[] = [];
  const refused: string[] = [];
  for (const binding of bindings) {
    const person = people.get(binding.sourcePersonId);
    if (!person)
      throw new HubError({ code: "INTERNAL", class: "internal", detail: { why: "no such source person", person: binding.sourcePersonId } });
    if (binding.staffMemberId === undefined) {
      if (person.system !== "esr") {
        throw new HubError({ code: "INTERNAL", class: "internal", detail: { why: "only ESR creates staff members", person: person.id } });
      }
      // Decided before, and the answer was lost: one person, one staff member.
      if (person.staff_member_id !== null) settled.push(person.id);
      else {
        const staffMemberId = randomUUID();
        created.push(staffMemberId);
        moves.push({ binding, staffMemberId });
      }
    } else if (person.staff_member_id === binding.staffMemberId) settled.push(person.id);
    // A person's "not the same" holds against every rule; only a person's own decision lifts it.
    else if (binding.decision !== "PERSON" && forbidden.has(`${person.id}\n${binding.staffMemberId}`)) refused.push(person.id);
    else moves.push({ binding, staffMemberId: binding.staffMemberId });
  }
  if (created.length > 0) await client.query("insert into staff.staff_member (id) select unnest($1::uuid[])", [uuidList(created)]);
  if (moves.length > 0) await move(client, moves);
  if (settled.length > 0) {
    await client.query(
      "update staff.source_person set state = 'BOUND', state_reasons = '[]', match_due = false where id = any($1::uuid[])",
      [uuidList(settled)],
    );
  }
  if (refused.length > 0) await leaveAsIs(client, refused);
  await client.query("delete from staff.match_proposal where source_person_id = any($1::uuid[])", [
    uuidList([...moves.map(({ binding }) => binding.sourcePersonId), ...settled]),
  ]);
}

export async function move(client: PoolClient, moves: readonly Move[]): Promise<void> {
  const people = uuidList(moves.map(({ binding }) => binding.sourcePersonId));
  const staff = uuidList(moves.map(({ staffMemberId }) => staffMemberId));
  const rows = moves.map(({ binding, staffMemberId }) => ({
    id: randomUUID(),
    p: binding.sourcePersonId,
    m: staffMemberId,
    d: binding.decision,
    o: binding.outcome,
    s: binding.score,
    r: binding.reasons,
    b: binding.decidedBy,
  }));
  await client.query({
    name: "end-bindings",
    text: "update staff.binding set to_at = clock_timestamp(), ended_by = 'hub', end_reason = 'replaced' where source_person_id = any($1::uuid[]) and to_at is null",
    values: [people],
  });
  await client.query({
    name: "insert-bindings",
    text: `insert into staff.binding (id, source_person_id, staff_member_id, decision, outcome, score, reasons, decided_by, from_at)
      select r.id, r.p, r.m, r.d, r.o, r.s, r.r, r.b, clock_timestamp() from jsonb_to_recordset($1::jsonb)
        as r(id uuid, p uuid, m uuid, d text, o text, s double precision, r jsonb, b text)`,
    values: [JSON.stringify(rows)],
  });
  await client.query({
    name: "bind-persons",
    text: `update staff.source_person p set staff_member_id = m.staff, state = 'BOUND', state_reasons = '[]', match_due = false
      from unnest($1::uuid[], $2::uuid[]) as m(person, staff) where p.id = m.person`,
    values: [people, staff],
  });
  await client.query({ ...rewriteRecords, values: [people] });
  await client.query(
    `delete from staff.link_refusal r using unnest($1::uuid[], $2::uuid[]) as m(person, staff)
     where r.source_person_id = m.person and r.staff_member_id = m.staff`,
    [people, staff],
  );
}

async function propose(client: PoolClient, proposals: readonly ProposalToStore[]): Promise<void> {
  if (proposals.length === 0) return;
  const ids = uuidList([...new Set(proposals.map(({ sourcePersonId }) => sourcePersonId))]);
  const rows = JSON.stringify(
    proposals.map(({ sourcePersonId, staffMemberId, outcome, score, reasons }) => ({
      p: sourcePersonId,
      m: staffMemberId,
      o: outcome,
      s: score,
      r: reasons,
    })),
  );
  await client.query(
    `delete from staff.match_proposal o where o.source_person_id = any($1::uuid[]) and not exists
       (select 1 from jsonb_to_recordset($2::jsonb) as r(p uuid, m uuid) where r.p = o.source_person_id and r.m = o.staff_member_id)`,
    [ids, rows],
  );
  await client.query(
    `insert into staff.match_proposal (source_person_id, staff_member_id, outcome, score, reasons)
     select r.p, r.m, r.o, r.s, r.r from jsonb_to_recordset($1::jsonb) as r(p uuid, m uuid, o text, s double precision, r jsonb)
     where not exists (select 1 from staff.link_refusal f where f.source_person_id = r.p and f.staff_member_id = r.m)
     on conflict (source_person_id, staff_member_id) do update set outcome = excluded.outcome, score = excluded.score, reasons = excluded.reasons`,
    [rows],
  );
  await client.query(
    `update staff.source_person p set match_due = false, state_reasons = '[]', state = case when p.staff_member_id is not null then 'BOUND'
       when exists (select 1 from staff.match_proposal o where o.source_person_id = p.id) then 'PROPOSED' else 'UNBOUND' end
     where id = any($1::uuid[])`,
    [ids],
  );
}

/** The binding in force, if any, stays: a conflict is shown, and nothing is moved by it. */
async function markConflicts(
  client: PoolClient,
  conflicts: readonly { readonly sourcePersonId: string; readonly reasons: readonly MatchReason[] }[],
) {
  if (conflicts.length === 0) return;
  await client.query(
    `update staff.source_person p set state = 'CONFLICT', state_reasons = r.r, match_due = false
     from jsonb_to_recordset($1::jsonb) as r(p uuid, r jsonb) where p.id = r.p`,
    [JSON.stringify(conflicts.map(({ sourcePersonId, reasons }) => ({ p: sourcePersonId, r: reasons })))],
  );
}

/** Looked at; whoever is bound stays bound. */
async function leaveAsIs(client: PoolClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await client.query("delete from staff.match_proposal where source_person_id = any($1::uuid[])", [uuidList(ids)]);
  await client.query(
    `update staff.source_person set match_due = false, state_reasons = '[]', state = case when staff_member_id is null then 'UNBOUND' else 'BOUND' end
     where id = any($1::uuid[])`,
    [uuidList(ids)],
  );
}

export function createDecisions(pool: Pool): Pick<Store["people"], "decide" | "unlink" | "refuse"> {
  return {
    async decide({ bindings, proposals, conflicts, unmatched, unchanged = [], session }) {
      const ids = [...bindings, ...proposals, ...conflicts].map(({ sourcePersonId }) => sourcePersonId).concat(unmatched, unchanged);
      if (ids.length === 0) return;
      await retried(() =>
        inTransaction(
          pool,
          async (client) => {
            if (session !== undefined) await requireMatching(client, session);
            const people = await lock(client, [...new Set(ids)]);
            await bind(client, people, bindings);
            await propose(client, proposals);
            await markConflicts(client, conflicts);
            await leaveAsIs(client, [...unmatched, ...unchanged]);
          },
          beginDecision,
        ),
      );
    },

    unlink: (sourcePersonId, by, reason) =>
      retried(() => inTransaction(pool, (client) => unlinkIn(client, sourcePersonId, by, reason), beginDecision)),

    refuse: (sourcePersonId, staffMemberId, by, reason) =>
      retried(() =>
        inTransaction(
          pool,
          async (client) => {
            const person = (await lock(client, [sourcePersonId])).get(sourcePersonId);
            if (!person)
              throw new HubError({ code: "INTERNAL", class: "internal", detail: { why: "no such source person", person: sourcePersonId } });
            if (person.staff_member_id === staffMemberId) return unlinkIn(client, sourcePersonId, by, reason);
            await rememberRefusal(client, sourcePersonId, staffMemberId, by, reason);
          },
          beginDecision,
        ),
      ),
  };
}

async function rememberRefusal(
  client: PoolClient,
  sourcePersonId: string,
  staffMemberId: string,
  by: string,
  reason: string,
): Promise<void> {
  await client.query(
    `insert into staff.link_refusal (source_person_id, staff_member_id, decided_by, reason) values ($1, $2, $3, $4)
     on conflict (source_person_id, staff_member_id) do update set decided_by = excluded.decided_by, reason = excluded.reason, at = now()`,
    [sourcePersonId, staffMemberId, by, reason],
  );
  await client.query("delete from staff.match_proposal where source_person_id = $1 and staff_member_id = $2", [
    sourcePersonId,
    staffMemberId,
  ]);
  // To be looked at again: without the candidate who was refused another may stand out.
  await client.query(
    `update staff.source_person p set match_due = true, state = case when p.staff_member_id is not null then 'BOUND'
       when exists (select 1 from staff.match_proposal o where o.source_person_id = p.id) then 'PROPOSED' else 'UNBOUND' end where id = $1`,
    [sourcePersonId],
  );
}

/** Restores what was there before: the binding that this one replaced, or nobody. */
async function unlinkIn(client: PoolClient, sourcePersonId: string, by: string, reason: string): Promise<void> {
  const person = (await lock(client, [sourcePersonId])).get(sourcePersonId);
  if (!person?.staff_member_id) {
    throw new HubError({
      code: "INTERNAL",
      class: "internal",
      detail: { why: "nothing to unlink: this source person is not bound", person: sourcePersonId },
    });
  }
  await client.query(
    "update staff.binding set to_at = clock_timestamp(), ended_by = $2, end_reason = $3 where source_person_id = $1 and to_at is null",
    [sourcePersonId, by, `unlinked: ${reason}`],
  );
  await client.query("update staff.source_person set staff_member_id = null, state = 'UNBOUND' where id = $1", [sourcePersonId]);
  await rememberRefusal(client, sourcePersonId, person.staff_member_id, by, reason);
  const { rows } = await client.query(
    `select b.staff_member_id, b.outcome, b.score from staff.binding b where b.source_person_id = $1 and b.end_reason = 'replaced'
       and not exists (select 1 from staff.link_refusal r where r.source_person_id = b.source_person_id and r.staff_member_id = b.staff_member_id)
     order by b.from_at desc limit 1`,
    [sourcePersonId],
  );
  const earlier = rows[0];
  if (!earlier) {
    await client.query({ ...rewriteRecords, values: [uuidList([sourcePersonId])] });
    return;
  }
  await move(client, [
    {
      staffMemberId: earlier.staff_member_id,
      binding: {
        sourcePersonId,
        staffMemberId: earlier.staff_member_id,
        decision: "PERSON",
        outcome: earlier.outcome,
        score: earlier.score ?? undefined,
        reasons: [{ rule: "restored by unlinking a later match" }],
        decidedBy: by,
      },
    },
  ]);
}
