/**
 * What a connection says about people: an identity row per (organisation, person key), and the claims. Both in short units
 * before the page's own transaction, in a fixed order, so that pages which overlap in time cannot deadlock.
 */
import { randomUUID } from "node:crypto";
import type { PoolClient } from "pg";
import type { SystemKind } from "../connectors/connector";
import type { Sealer } from "../platform/secrets";
import { type ClaimChange, changeOf, type Digest } from "./claims";
import { uuidOf } from "./hash";
import { leaseLost, requireLease } from "./lease";
import { uuidList } from "./page-ledger";
import type { ClaimToStore, PageToStore } from "./store";
import { inTransaction, retried } from "./transaction";
import type { Writer } from "./walls/writing";

export interface PersonOfPage {
  readonly id: string;
  staffMemberId: string | undefined;
  due: boolean;
  /** Bound, and its key now speaks of somebody else: nothing more is written of it until a person has decided. */
  conflicted?: boolean;
}
export type PersonsOfPage = ReadonlyMap<string, PersonOfPage>;
export const personKeyOf = (organisation: string, key: string) => `${organisation}|${key}`;

/** Ids never change, so they may be remembered; everything else about a person is read fresh. */
const mostRemembered = 200_000;

/** People whose last claims are remembered as known, by digest: about 200 bytes each. */
const mostKnownClaims = 50_000;

type Speaking = Pick<PageToStore, "connectionId" | "lease" | "claims">;

export interface SourcePersons {
  /** Identity rows and claims of a page's people. */
  ofPage(page: PageToStore): Promise<PersonsOfPage>;
  /** The same for claims alone, ahead of their page. */
  admit(input: Speaking & { readonly system: SystemKind }): Promise<PersonsOfPage>;
}

export function createSourcePersons({ pool, under }: Writer, sealer: Sealer): SourcePersons {
  const remembered = new Map<string, string>();
  /** Claims of one connection are applied in the order of its pages. */
  const lanes = new Map<string, Promise<unknown>>();
  /** Claim arrays that `admit` has dealt with: their page need not look at them again. */
  const admitted = new WeakSet<readonly ClaimToStore[]>();
  /** Person -> what was known of them, and digests of claims that say nothing beyond it. */
  const known = new Map<string, { parts: string; claims: Set<string> }>();
  const digest: Digest = (part, text) => sealer.blindIndex(`claim:${part}`, text);

  async function ensureIds(page: Speaking, wanted: ReadonlyMap<string, Wanted>): Promise<Map<string, string>> {
    const ids = new Map<string, string>();
    const unknown: { key: string; row: Wanted }[] = [];
    for (const [key, row] of wanted) {
      const id = remembered.get(`${page.connectionId}\n${key}`);
      if (id) ids.set(key, id);
      else unknown.push({ key, row });
    }
    if (unknown.length === 0) return ids;
    unknown.sort((a, b) => (a.key < b.key ? -1 : 1));
    const json = JSON.stringify(unknown.map(({ row }) => ({ id: randomUUID(), o: row.organisation, k: row.personKey, s: row.system })));
    const { rows } = await retried(async () => {
      const find = { ...findPersons, values: [page.connectionId, json] };
      const found = await pool.query(find);
      if (found.rowCount === unknown.length) return found;
      await inTransaction(
        pool,
        (client) => client.query({ ...insertPersons, values: [page.connectionId, json, page.lease] }),
        `begin; ${under(page.connectionId, page.lease)}`,
      );
      return pool.query(find);
    });
    if (rows.length < unknown.length) throw leaseLost(page.connectionId, page.lease);
    if (remembered.size > mostRemembered) remembered.clear();
    for (const row of rows) {
      const key = personKeyOf(row.controller_org, row.source_key);
      ids.set(key, row.id);
      remembered.set(`${page.connectionId}\n${key}`, row.id);
    }
    return ids;
  }

  async function applyClaims(page: Speaking, claims: ReadonlyMap<string, readonly ClaimToStore[]>): Promise<ReadonlySet<string>> {
    return retried(() =>
      inTransaction(
        pool,
        async (client) => {
          await requireLease(client, page.connectionId, page.lease, "share");
          const { rows } = await client.query({ ...lockPersons, values: [[...claims.keys()]] });
          const changes: { id: string; change: ClaimChange; organisation: string }[] = [];
          for (const row of rows) {
            const change = changeOf(row.claim_parts, claims.get(row.id)!, digest);
            if (change) changes.push({ id: row.id, change, organisation: row.controller_org });
          }
          await writeChanges(client, sealer, changes);
          return new Set(changes.map(({ id }) => id));
        },
        `begin; ${under(page.connectionId, page.lease)}`,
      ),
    );
  }

  /** Which of these claims say something new: compared with what the row holds now, whoever wrote it. */
  function newsOf(claims: readonly ClaimToStore[], persons: PersonsOfPage, held: ReadonlyMap<string, string>): Map<string, ClaimToStore[]> {
    const perPerson = new Map<string, Map<string, ClaimToStore>>();
    for (const claim of claims) {
      if (claim.matchKeys.length === 0 && saysNothing(claim)) continue;
      const { id } = persons.get(personKeyOf(claim.organisation, claim.claim.personKey))!;
      let list = perPerson.get(id);
      if (!list) perPerson.set(id, (list = new Map()));
      // Many rows of one person repeat the same claim; the last of equals keeps its place.
      const text = uuidOf(JSON.stringify([claim.claim, claim.matchKeys, claim.current]));
      list.delete(text);
      list.set(text, claim);
    }
    const news = new Map<string, ClaimToStore[]>();
    for (const [id, list] of perPerson) {
      const parts = held.get(id)!;
      let memory = known.get(id);
      if (memory?.parts !== parts) {
        if (known.size > mostKnownClaims) known.clear();
        known.set(id, (memory = { parts, claims: new Set() }));
      }
      if ([...list.keys()].every((text) => memory.claims.has(text))) continue;
      if (changeOf(JSON.parse(parts), [...list.values()], digest)) news.set(id, [...list.values()]);
      else if (memory.claims.size < 20) for (const text of list.keys()) memory.claims.add(text);
    }
    return news;
  }

  async function settle(page: Speaking, wanted: ReadonlyMap<string, Wanted>): Promise<PersonsOfPage> {
    const persons = new Map<string, PersonOfPage>();
    if (wanted.size === 0) return persons;
    const ids = await ensureIds(page, wanted);
    const states = new Map<string, { staffMemberId: string | undefined; due: boolean; conflicted: boolean }>();
    const held = new Map<string, string>();
    // What the claims have said so far is only of interest to claims that may say more.
    const speaks = page.claims.length > 0 && !admitted.has(page.claims);
    const { rows } = await retried(() =>
      pool.query({ ...(speaks ? readPersons : readStates), values: [uuidList([...ids.values()])], rowMode: "array" }),
    );
    for (const [id, staffMemberId, due, contested, parts] of rows as unknown as [
      string,
      string | null,
      boolean,
      boolean,
      string | undefined,
    ][]) {
      states.set(id, { staffMemberId: staffMemberId ?? undefined, due, conflicted: contested && staffMemberId !== null });
      if (parts !== undefined) held.set(id, parts);
    }
    if (states.size < ids.size) {
      // Remembered ids that are gone: the database was put back to an earlier state under our feet.
      for (const key of ids.keys()) remembered.delete(`${page.connectionId}\n${key}`);
      return settle(page, wanted);
    }
    for (const [key, id] of ids) persons.set(key, { id, ...states.get(id)! });
    if (!speaks) return persons;
    const news = newsOf(page.claims, persons, held);
    if (news.size > 0) {
      const before = lanes.get(page.connectionId);
      const mine = (before ?? Promise.resolve()).catch(() => undefined).then(() => applyClaims(page, news));
      lanes.set(page.connectionId, mine);
      const changed = await mine.finally(() => {
        if (lanes.get(page.connectionId) === mine) lanes.delete(page.connectionId);
      });
      for (const person of persons.values()) if (changed.has(person.id)) person.due = true;
    }
    admitted.add(page.claims);
    return persons;
  }

  return {
    ofPage: (page) => settle(page, wantedBy(page)),
    async admit(input) {
      const wanted = new Map<string, Wanted>();
      for (const { organisation, claim, system } of input.claims) {
        const key = personKeyOf(organisation, claim.personKey);
        if (!wanted.has(key)) wanted.set(key, { organisation, personKey: claim.personKey, system: system ?? input.system });
      }
      return settle(input, wanted);
    },
  };
}

/** Most rows only name the key of a person. */
function saysNothing({ claim }: ClaimToStore): boolean {
  for (const part in claim) if (part !== "personKey" && claim[part as keyof typeof claim] !== undefined) return false;
  return true;
}

interface Wanted {
  readonly organisation: string;
  readonly personKey: string;
  readonly system: SystemKind;
}

function wantedBy(page: PageToStore): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  let before: PageToStore["records"][number] | undefined;
  for (const record of page.records) {
    // Neighbours are mostly about one person.
    const repeats = before?.personKey === record.personKey && before?.organisation === record.organisation;
    before = record;
    if (record.personKey === undefined || repeats) continue;
    const key = personKeyOf(record.organisation, record.personKey);
    if (!wanted.has(key))
      wanted.set(key, { organisation: record.organisation, personKey: record.personKey, system: page.system(record.kind) });
  }
  const first = page.records[0];
  for (const { organisation, claim, system } of page.claims) {
    const key = personKeyOf(organisation, claim.personKey);
    if (wanted.has(key)) continue;
    const speaker = system ?? (first ? page.system(first.kind) : undefined) ?? page.system("personal-details");
    wanted.set(key, { organisation, personKey: claim.personKey, system: speaker });
  }
  return wanted;
}

async function writeChanges(
  client: PoolClient,
  sealer: Sealer,
  changes: readonly { id: string; change: ClaimChange; organisation: string }[],
): Promise<void> {
  if (changes.length === 0) return;
  const persons = changes.map(({ id, change }) => ({
    id,
    d: change.details !== undefined,
    g: change.details?.givenName,
    f: change.details?.familyName,
    og: change.details?.otherGivenNames ?? [],
    of: change.details?.otherFamilyNames ?? [],
    b: change.birthDate,
    r: change.matchKeys !== undefined,
    k: [...new Set([...(change.matchKeys ?? []), ...change.moreKeys])],
    p: change.parts,
  }));
  await client.query({ ...updatePersons, values: [JSON.stringify(persons)] });
  const identifiers: { p: string; s: string; i: string; v: string | undefined; e: string | undefined }[] = [];
  const replaced: { p: string; s: string }[] = [];
  for (const { id, change, organisation } of changes) {
    for (const [scheme, values] of change.schemes) {
      replaced.push({ p: id, s: scheme });
      for (const { value, index } of values) {
        if (scheme !== "NI_NUMBER") identifiers.push({ p: id, s: scheme, i: index, v: value, e: undefined });
        else {
          const { version, bytes } = await sealer.seal(organisation, Buffer.from(index), `identifier:${id}`);
          const stamped = Buffer.concat([Buffer.from(Uint32Array.of(version).buffer), bytes]);
          identifiers.push({ p: id, s: scheme, i: sealer.blindIndex("NI_NUMBER", index), v: undefined, e: stamped.toString("base64") });
        }
      }
    }
  }
  if (replaced.length > 0) await client.query({ ...writeIdentifiers, values: [JSON.stringify(replaced), JSON.stringify(identifiers)] });
}

const findPersons = {
  name: "find-persons",
  text: `select id, controller_org, source_key from staff.source_person where connection_id = $1 and (controller_org, source_key) in
    (select r.o, r.k from jsonb_to_recordset($2::jsonb) as r(o text, k text))`,
};
const insertPersons = {
  name: "insert-persons",
  // Nobody is made known by a worker whose lease has gone.
  text: `with fence as materialized (select 1 from ops.connection where id = $1 and lease_number = $3 for share)
    insert into staff.source_person (id, connection_id, controller_org, source_key, system)
    select r.id, $1, r.o, r.k, r.s from jsonb_to_recordset($2::jsonb) as r(id uuid, o text, k text, s text) cross join fence
    where not exists (select 1 from staff.source_person p where p.connection_id = $1 and p.controller_org = r.o and p.source_key = r.k)
    order by r.o, r.k on conflict do nothing`,
};
const readPersons = {
  name: "read-persons",
  text: "select id, staff_member_id, match_due, state = 'CONFLICT', claim_parts::text from staff.source_person where id = any($1::uuid[])",
};
const readStates = {
  name: "read-person-states",
  text: "select id, staff_member_id, match_due, state = 'CONFLICT' from staff.source_person where id = any($1::uuid[])",
};
const lockPersons = {
  name: "lock-persons",
  text: "select id, controller_org, claim_parts from staff.source_person where id = any($1::uuid[]) order by id for no key update",
};
const updatePersons = {
  name: "update-persons",
  text: `update staff.source_person s set
      given_name = case when r.d then r.g else s.given_name end,
      family_name = case when r.d then r.f else s.family_name end,
      other_given_names = case when r.d then r.og else s.other_given_names end,
      other_family_names = case when r.d then r."of" else s.other_family_names end,
      birth_date = coalesce(r.b, s.birth_date),
      match_keys = case when r.r then r.k
        when cardinality(r.k) = 0 then s.match_keys
        else (select array_agg(distinct k) from unnest(s.match_keys || r.k) k) end,
      -- New match keys take away what partial claims had added, and the memory of it.
      claim_parts = case when r.r then (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(s.claim_parts) where key not like 'keys:%')
        else s.claim_parts end || r.p,
      match_due = true, claimed_at = now()
    from jsonb_to_recordset($1::jsonb) as r(id uuid, d boolean, g text, f text, og text[], "of" text[], b date, r boolean, k text[], p jsonb)
    where s.id = r.id`,
};
const writeIdentifiers = {
  name: "write-identifiers",
  text: `with gone as (
      delete from staff.identifier i using jsonb_to_recordset($1::jsonb) as r(p uuid, s text)
      where i.source_person_id = r.p and i.scheme = r.s and not exists (
        select 1 from jsonb_to_recordset($2::jsonb) as n(p uuid, s text, i text) where n.p = i.source_person_id and n.s = i.scheme and n.i = i.value_index))
    insert into staff.identifier (source_person_id, scheme, value_index, value, encrypted)
    select n.p, n.s, n.i, n.v, decode(n.e, 'base64') from jsonb_to_recordset($2::jsonb) as n(p uuid, s text, i text, v text, e text)
    on conflict do nothing`,
};
