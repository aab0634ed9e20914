/** One page: its records, history, raw, refusals, ledger row and checkpoint in one transaction. */
import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { type Clock, today } from "../platform/clock";
import { reach } from "../platform/crash-point";
import { HubError } from "../platform/errors";
import type { Sealer } from "../platform/secrets";
import type { RecordKind } from "../schema/kinds";
import { keepBefore, keepLate } from "./history";
import { answerOfStored, storePush } from "./intake";
import { itemResults } from "./item-results";
import { leaseLost } from "./lease";
import { listedRefused } from "./listed-refused";
import { type Compared, comparePage, type KindOfPage } from "./page-compare";
import { insertPage, type PageRow, storeDigest, uuidList } from "./page-ledger";
import { type KindPlan, planKind, type StoredRow, type ToPlan, type Upsert } from "./page-plan";
import type { ProvenanceIds } from "./provenance";
import { insertRaw, sealRaw } from "./raw-pages";
import { rawOfRefusals } from "./raw-refusals";
import { recordTable, storedOf, upsertOf } from "./record-tables";
import { derivationOf, keepStates, requireExactly, settleItems } from "./rederived";
import type { Refusals } from "./refusals";
import { type PersonOfPage, type PersonsOfPage, personKeyOf, type SourcePersons } from "./source-persons";
import type { Counts, PageStored, PageToStore, RecordToStore, StoredAnswer } from "./store";
import type { Tombstones } from "./tombstones";
import { Collision, inTransaction, retried, violates } from "./transaction";
import type { Writing } from "./walls/writing";

export interface ApplyParts {
  readonly writing: Writing;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly provenance: ProvenanceIds;
  readonly persons: SourcePersons;
  readonly refusals: Refusals;
  readonly tombstones: Tombstones;
}

/**
 * Index scans and nested loops only, planned once: a plan made while a table is empty must not read all of it when it has
 * grown. One round trip with BEGIN.
 */
const planning = ["enable_seqscan", "enable_hashjoin", "enable_mergejoin", "enable_material"].map((name) => `set local ${name} = off`);
export const beginPage = ["begin", ...planning, "set local plan_cache_mode = force_generic_plan"].join("; ");

/** Whether the database takes a page: everything is done but the commit. */
export async function probePage(parts: ApplyParts, page: PageToStore): Promise<void> {
  await applyPage(parts, page, Promise.reject(new Probed())).catch((error: unknown) => {
    if (!(error instanceof Probed)) throw error;
  });
}
class Probed extends Error {}

function* kindsOfPage(page: PageToStore): Iterable<RecordKind | undefined> {
  for (const { kind } of page.records) yield kind;
  for (const { kind } of page.refusals) yield kind;
}

export async function applyPage(parts: ApplyParts, page: PageToStore, commitAfter: Promise<unknown> | undefined): Promise<PageStored> {
  commitAfter?.catch(() => undefined);
  const { sealer } = parts;
  const { pool, under } = parts.writing.of(kindsOfPage(page));
  const provenanceIds = await parts.provenance.idsOf(page.records.map((record) => record.provenance));
  const persons = await parts.persons.ofPage(page);
  const prepared = prepare(page, provenanceIds, persons);
  // Loads (or makes) the keys before a client is held: two clients per page could exhaust the pool.
  for (const organisation of new Set([...page.records, ...page.refusals].map((one) => one.organisation)))
    if (organisation !== undefined) await sealer.seal(organisation, Buffer.alloc(0), "");
  const openRefusals = await parts.refusals.openOf(page.connectionId, page.lease);

  const stored = await retried(async () => {
    try {
      return await inTransaction(pool, (client) => applyIn(client), `${beginPage}; ${under(page.connectionId, page.lease)}`);
    } catch (error) {
      // The commit succeeded and its answer was lost: the ledger tells what was done.
      if (violates(error, "page_once")) {
        const answer = page.push && (await answerOfStored(pool, page, page.push));
        return { counts: await countsOfStored(pool, page), afterCommit: () => undefined, answer };
      }
      // Another writer stored a key between our reading and our writing: read again.
      if (prepared.some(({ kind }) => violates(error, recordTable(kind).key))) throw new Collision("a key came in between");
      throw error;
    }
  });
  reach("page:after-commit");
  stored.afterCommit();
  return {
    counts: stored.counts,
    toMatch: [...persons.values()].filter((person) => person.due).map((person) => person.id),
    answer: stored.answer,
  };

  async function applyIn(client: PoolClient): Promise<{ counts: Counts; afterCommit: () => void; answer: StoredAnswer | undefined }> {
    // A push is answered record by record: all of it is planned here, where PostgreSQL would only count what is the same.
    const compared = page.push ? prepared.map(nothingCompared) : await comparePage(client, page.connectionId, prepared);
    const rows = await readStored(client, compared);
    await parts.tombstones.addTo(client, page, compared, rows);
    const plans = compared.map(({ kind, same, waiting, rest }) => {
      const plan = planKind(
        rest,
        rows.get(kind) ?? [],
        derivationOf(page),
        recordTable(kind).aboutStaffMember,
        randomUUID,
        page.push !== undefined,
      );
      plan.unchanged += same - waiting;
      plan.waiting += waiting;
      return { kind, plan };
    });
    if (page.rederives) requireExactly(page, plans);
    const refusals = [...page.refusals, ...plans.flatMap(({ kind, plan }) => plan.conflicts.map(({ record }) => conflictOf(kind, record)))];
    const rawOfRefused = rawOfRefusals(page, refusals, openRefusals);
    const rawPageId = page.rederives?.rawPageId ?? (await storeRaw(client, plans, rawOfRefused.ordinals));
    for (const { kind, plan } of plans) await keepHistory(client, kind, plan);
    reach("page:before-write");
    await parts.tombstones.store(client, page, plans);
    await writeRows(client, plans, rawPageId);
    if (page.rederives) await keepStates(client, plans);
    for (const { kind, plan } of plans) await writeStates(client, kind, plan, rawPageId);
    if (page.rederives) await settleItems(client, page.rederives, plans);
    await settlePeople(client, plans, persons);

    const afterRefusals = await parts.refusals.store(client, page, refusals, rawOfRefused.in(rawPageId), openRefusals, plans);
    const counts = countsOf(page, plans);
    const listed = page.rederives || page.push ? new Map() : await listedRefused(client, page.connectionId, page.refusals);
    const kinds = [...new Set([...plans.map(({ kind }) => kind), ...listed.keys()])];
    const seen = kinds.map((kind) => {
      const at = plans.findIndex((one) => one.kind === kind);
      const stored = at < 0 ? [] : [compared[at]!.ids, ...plans[at]!.plan.seen];
      return { kind, ids: [...stored, ...(listed.get(kind) ?? [])].filter((ids) => ids !== "").join(",") };
    });
    const row: PageRow = { ...counts, records: page.records.length + page.refusals.filter(({ kind }) => kind !== undefined).length };
    closes(page, row);
    await insertPage(client, page, row, rawPageId, false, page.rederives ? [] : seen);
    // A page whose bytes come again has its rows put back into force: what was refused in it is looked at anew instead.
    if (page.digest && listed.size === 0) await storeDigest(client, page, page.digest, row, seen);
    const answer = page.push && (await storePush(client, page, page.push, itemResults(page, plans)));
    await commitAfter;
    // What has been promised to a vendor is on the disk before it is told.
    const quietly = !page.push && plans.every(({ plan }) => changesNothing(plan)) && refusals.length === 0;
    await moveCheckpoint(client, page, quietly);
    reach("page:before-commit");
    return { counts, afterCommit: afterRefusals, answer };
  }

  async function storeRaw(client: PoolClient, plans: readonly { plan: KindPlan }[], refused: readonly number[]): Promise<string | null> {
    const ordinals: number[] = [...refused];
    for (const { plan } of plans) {
      for (const upsert of plan.upserts) ordinals.push(upsert.entry.record.rawOrdinal);
      for (const withdrawal of plan.withdrawals) ordinals.push(withdrawal.rawOrdinal);
    }
    if (ordinals.length === 0) return null;
    const organisation = [...page.records, ...page.refusals].find((one) => one.organisation !== undefined)?.organisation;
    const raw = organisation && (await sealRaw(sealer, page.connectionId, organisation, page.raw, ordinals));
    return raw ? insertRaw(client, page.connectionId, raw, today(parts.clock), page.rawDays) : null;
  }

  async function readStored(client: PoolClient, compared: readonly Compared[]): Promise<Map<RecordKind, StoredRow[]>> {
    const byKind = new Map<RecordKind, StoredRow[]>();
    // A first load has nothing to read, an unchanged page nothing to ask about.
    if (compared.every(({ restIsStored }) => !restIsStored)) return byKind;
    const lists = compared.map(({ rest, restIsStored }) => (restIsStored ? [...new Set(rest.map(({ record }) => record.sourceId))] : []));
    const { rows } = await client.query({
      ...storedOf(compared.map(({ kind }) => kind)),
      values: [page.connectionId, ...lists],
      rowMode: "array",
    });
    for (const row of rows as unknown as StoredRow[]) {
      const kind = row[row.length - 1] as RecordKind;
      const list = byKind.get(kind);
      if (list) list.push(row);
      else byKind.set(kind, [row]);
    }
    return byKind;
  }

  async function keepHistory(client: PoolClient, kind: RecordKind, plan: KindPlan): Promise<void> {
    const changed = plan.upserts.filter((upsert) => !upsert.isNew).map((upsert) => upsert.id);
    await keepBefore(client, sealer, kind, changed, "SUPERSEDED");
    await keepBefore(
      client,
      sealer,
      kind,
      plan.withdrawals.map(({ id }) => id),
      "WITHDRAWN",
    );
    await keepLate(client, sealer, kind, plan.late, page.derivationVersion);
  }

  async function writeRows(
    client: PoolClient,
    plans: readonly { kind: RecordKind; plan: KindPlan }[],
    rawPageId: string | null,
  ): Promise<void> {
    // Locks in the order of the key, in every page.
    for (const { plan } of plans) plan.upserts.sort((a, b) => (a.entry.record.sourceId < b.entry.record.sourceId ? -1 : 1));
    for (const { kind, plan } of plans) {
      const { insert, fieldNames } = recordTable(kind);
      const added = plan.upserts.filter(({ isNew }) => isNew);
      if (added.length === 0) continue;
      await client.query({ ...insert, values: [page.connectionId, page.derivationVersion, rawPageId, rowsOf(added, fieldNames)] });
    }
    const changed = plans.map(({ plan }) => plan.upserts.filter(({ isNew }) => !isNew));
    const expected = changed.reduce((sum, { length }) => sum + length, 0);
    if (expected === 0) return;
    // Kinds without a change take part with an empty list: one prepared statement per kind of page, not per change.
    const answer = await client.query({
      ...upsertOf(plans.map(({ kind }) => kind)),
      values: [
        page.connectionId,
        page.derivationVersion,
        rawPageId,
        ...plans.map(({ kind }, i) => rowsOf(changed[i]!, recordTable(kind).fieldNames)),
      ],
    });
    if (Number(answer.rows[0].written) !== expected) throw new Collision("a newer version came in between");
  }

  async function writeStates(client: PoolClient, kind: RecordKind, plan: KindPlan, rawPageId: string | null): Promise<void> {
    const table = recordTable(kind);
    if (plan.withdrawals.length > 0) {
      const rows = plan.withdrawals.map(({ id, version, rawOrdinal }) => ({ id, v: version, n: rawOrdinal }));
      await client.query({ ...table.withdraw, values: [JSON.stringify(rows), rawPageId] });
    }
    if (plan.touches.length > 0) {
      await client.query({ ...table.touch, values: [JSON.stringify(plan.touches.map(({ id, version }) => ({ id, v: version })))] });
    }
  }
}

function prepare(page: PageToStore, provenanceIds: readonly number[], persons: PersonsOfPage): readonly KindOfPage[] {
  const byKind = new Map<RecordKind, { kind: RecordKind; entries: ToPlan[]; aboutStaffMember: boolean }>();
  let of: { kind: RecordKind; entries: ToPlan[]; aboutStaffMember: boolean } | undefined;
  // Neighbours mostly share their kind and their person.
  let last: { organisation: string; key: string; person: PersonOfPage | undefined } | undefined;
  page.records.forEach((record, i) => {
    const { kind, organisation, personKey } = record;
    if (of?.kind !== kind) {
      of = byKind.get(kind);
      if (!of) byKind.set(kind, (of = { kind, entries: [], aboutStaffMember: recordTable(kind).aboutStaffMember }));
    }
    let person: PersonOfPage | undefined;
    if (of.aboutStaffMember && personKey !== undefined) {
      if (last?.key !== personKey || last.organisation !== organisation) {
        last = { organisation, key: personKey, person: persons.get(personKeyOf(organisation, personKey)) };
      }
      person = last.person;
    }
    of.entries.push({ record, provenanceId: provenanceIds[i]!, person });
  });
  return [...byKind.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

function rowsOf(upserts: readonly Upsert[], fieldNames: readonly string[]): string {
  const rows = upserts.map(({ id, entry: { record, person, provenanceId } }) => {
    const row: Record<string, unknown> = {
      id,
      o: record.organisation,
      m: person?.staffMemberId,
      p: person?.id,
      s: record.sourceId,
      h: record.contentHash,
      v: record.sourceVersion,
      b: record.validFrom,
      e: record.validTo,
      w: provenanceId,
      n: record.rawOrdinal,
    };
    const facts = record.facts!;
    for (let i = 0; i < fieldNames.length; i++) {
      const value = facts[fieldNames[i]!];
      if (value !== undefined) row[`f${i}`] = value;
    }
    return row;
  });
  return JSON.stringify(rows);
}

/**
 * Somebody may have been bound or unlinked since the page's people were read. The rows just written hold a key share lock on
 * their person (the foreign key), and whoever binds takes FOR UPDATE: what is read now holds until the commit.
 */
async function settlePeople(
  client: PoolClient,
  plans: readonly { kind: RecordKind; plan: KindPlan }[],
  persons: PersonsOfPage,
): Promise<void> {
  const written = new Map<string, PersonOfPage>();
  for (const { plan } of plans) {
    for (const { entry } of plan.upserts) {
      if (entry.person) written.set(entry.person.id, entry.person as PersonOfPage);
    }
  }
  if (written.size === 0) return;
  const { rows } = await client.query({
    name: "recheck-persons",
    text: "select id, staff_member_id from staff.source_person where id = any($1::uuid[])",
    values: [uuidList([...written.keys()])],
    rowMode: "array",
  });
  const moved = new Map<string, string | undefined>();
  for (const [id, staffMemberId] of rows as unknown as [string, string | null][]) {
    if (written.get(id)!.staffMemberId !== (staffMemberId ?? undefined)) moved.set(id, staffMemberId ?? undefined);
  }
  if (moved.size === 0) return;
  for (const { kind, plan } of plans) {
    const rewritten = plan.upserts.filter(({ entry }) => entry.person && moved.has(entry.person.id));
    if (rewritten.length === 0) continue;
    await client.query(
      `update ${recordTable(kind).table} t set staff_member_id = r.m from jsonb_to_recordset($1::jsonb) as r(id uuid, m uuid) where t.id = r.id`,
      [JSON.stringify(rewritten.map(({ id, entry }) => ({ id, m: moved.get(entry.person!.id) })))],
    );
    for (const { entry } of rewritten) {
      const wasWaiting = entry.person!.staffMemberId === undefined;
      const isWaiting = moved.get(entry.person!.id) === undefined;
      if (wasWaiting === isWaiting) continue;
      plan.waiting += isWaiting ? 1 : -1;
      plan.applied += isWaiting ? -1 : 1;
      plan.outcomes?.set(entry.record, isWaiting ? "waiting" : "applied");
    }
  }
  for (const person of persons.values()) if (moved.has(person.id)) person.staffMemberId = moved.get(person.id);
}

const nothingCompared = ({ kind, entries }: KindOfPage): Compared => ({
  kind,
  same: 0,
  waiting: 0,
  ids: "",
  rest: entries,
  restIsStored: true,
});

function conflictOf(kind: RecordKind, record: RecordToStore) {
  return {
    organisation: record.organisation,
    kind,
    sourceId: record.sourceId,
    code: "IDENTITY_CONFLICT",
    pointer: "/person",
    got: "another person",
    expected: "the person it was about",
    rawOrdinal: record.rawOrdinal,
    sourceVersion: record.sourceVersion,
  };
}

function countsOf(page: PageToStore, plans: readonly { plan: KindPlan }[]): Counts {
  const sum = {
    applied: 0,
    unchanged: 0,
    superseded: 0,
    waiting: 0,
    refused: page.refusals.filter(({ kind }) => kind !== undefined).length,
  };
  for (const { plan } of plans) {
    sum.applied += plan.applied;
    sum.unchanged += plan.unchanged;
    sum.superseded += plan.superseded;
    sum.waiting += plan.waiting;
    sum.refused += plan.conflicts.length;
  }
  const { rawIn, yielding, ignored, refusedRaw } = page.counts;
  return { rawIn, yielding, ignored, refusedRaw, ...sum };
}

function closes(page: PageToStore, row: PageRow): void {
  const out = row.applied + row.unchanged + row.superseded + row.waiting + row.refused;
  const rawOut = row.yielding + row.ignored + row.refusedRaw;
  if (out === row.records && rawOut === row.rawIn) return;
  throw new HubError({
    code: "COUNTS_DO_NOT_CLOSE",
    class: "internal",
    detail: {
      connection: page.connectionId,
      run: page.runId,
      page: page.ordinal,
      rawIn: row.rawIn,
      out: rawOut,
      records: row.records,
      recordsOut: out,
    },
  });
}

function changesNothing(plan: KindPlan): boolean {
  return plan.upserts.length + plan.withdrawals.length + plan.touches.length + plan.late.length + plan.tombstones.length === 0;
}

/**
 * `quietly`: the page has changed no record, so its commit need not wait for the disk. What a crash takes then is the ledger
 * row and the checkpoint together, in the order of the pages; they are read again. The end of the run is waited for.
 *
 * The checkpoint moves with the page's rows, and only under the lease: a zombie's page falls here.
 */
export async function moveCheckpoint(client: PoolClient, page: PageToStore, quietly: boolean): Promise<void> {
  const { rowCount } = await client.query({
    name: "move-checkpoint",
    text: `update ops.connection set checkpoint = $3::jsonb, checkpoint_at = now(), last_read_at = greatest(last_read_at, $5::timestamptz) where id = $1 and lease_number = $2
      returning set_config('synchronous_commit', case when $4 then 'off' else current_setting('synchronous_commit') end, true)`,
    values: [
      page.connectionId,
      page.lease,
      page.checkpoint === undefined ? null : JSON.stringify(page.checkpoint),
      quietly,
      page.readAt ?? null,
    ],
  });
  if (rowCount !== 1) throw leaseLost(page.connectionId, page.lease);
}

export async function countsOfStored(pool: Pool, page: PageToStore): Promise<Counts> {
  const { rows } = await pool.query(
    `select raw_in as "rawIn", yielding, ignored, refused_raw as "refusedRaw", applied, unchanged, superseded, waiting, refused
     from ops.page where run_id = $1 and ordinal = $2`,
    [page.runId, page.ordinal],
  );
  return rows[0];
}
