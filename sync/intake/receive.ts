/**
 * One verified batch: from here on the way of a polled page. Lease, run, people matched, records stored; the receipts and
 * the answer are committed with them, and nothing is answered before that.
 */
import { randomUUID } from "node:crypto";
import type { PushedRecord } from "../../connectors/connector";
import { londonDayOf } from "../../platform/clock";
import { reach } from "../../platform/crash-point";
import { HubError } from "../../platform/errors";
import type { Intake } from "../../store/intake";
import type { LiveKey } from "../../store/intake-keys";
import type { ItemResult, Lease, PageToStore, PushToStore, StoredAnswer } from "../../store/store";
import type { Connection } from "../connection";
import type { Engine } from "../engine";
import { erasedReason } from "../erased";
import { keepLease, leaseSeconds } from "../lease";
import { kindsToWrite } from "../may-write";
import { storePage } from "../poison";
import { derivationVersionOf, preparePage } from "../prepare";
import { readClock } from "../read-clock";
import { asHubError } from "../run";
import type { ReceiptShown } from "./answers";
import { type Ended, withOutgrown } from "./outgrown";
import { batchAnswer, itemProblem } from "./problems";
import { Turns } from "./turns";

/** Days for which the same request gets the same answer; afterwards the records' own keys make a repeat `unchanged`. */
const answerDays = 90;
const dayMs = 86_400_000;
/** How often a lease is asked for that another process holds. */
const againAfterMs = 100;
/** What an item may not say under this key: refused, and a security event. */
const deniedCodes: ReadonlySet<string> = new Set(["OTHER_ORGANISATION", "KIND_NOT_ALLOWED"]);

export interface Batch {
  /** As far as the key may speak for it. */
  readonly connection: Connection;
  /** Asked for under the lease, once. */
  readonly records: () => readonly PushedRecord[];
  readonly idempotencyKey: string;
  /** Of the bytes that were signed. */
  readonly bodySha256: string;
  readonly key: LiveKey;
  readonly receivedAt: Date;
}
interface OpenBatch extends Omit<Batch, "records"> {
  readonly records: readonly PushedRecord[];
}
export interface Received {
  readonly answer: StoredAnswer;
  /** Given before: this time nothing was done. */
  readonly again: boolean;
  readonly items: number | undefined;
  /** Items that the key may not speak for, by code. */
  readonly denied: ReadonlyMap<string, number>;
}
export interface Receiver {
  receive(batch: Batch): Promise<Received>;
}

export function createReceiver(engine: Engine, intake: Intake, settings: { holder: string; busyAfterMs: number }): Receiver {
  const turns = new Turns();
  return {
    async receive(batch) {
      const patience = new AbortController();
      let isOver = false;
      const over = engine.sleep(settings.busyAfterMs, patience.signal).then(
        () => {
          isOver = true;
        },
        () => undefined,
      );
      try {
        const leave = await turns.take(batch.connection.id, over);
        if (!leave) throw busy(batch.connection.id);
        try {
          return await inTurn(engine, intake, batch, settings.holder, () => isOver);
        } finally {
          leave();
        }
      } finally {
        patience.abort();
      }
    },
  };
}

const busy = (connection: string) => new HubError({ code: "INTAKE_BUSY", class: "throttled", detail: { connection }, retryAfterMs: 5_000 });

async function inTurn(engine: Engine, intake: Intake, batch: Batch, holder: string, isOver: () => boolean): Promise<Received> {
  const { store } = engine;
  const { connection } = batch;
  for (;;) {
    const before = await answered(intake, batch);
    if (before) return before;
    const lease = await store.connections.lease(connection.id, holder, leaseSeconds);
    if (!lease) {
      if (isOver()) throw busy(connection.id);
      await engine.sleep(againAfterMs);
      continue;
    }
    try {
      // Another process may have stored this very batch while we asked for the lease; now nobody can any more.
      const stored = await answered(intake, batch);
      if (stored) return stored;
      return await underLease(engine, intake, { ...batch, records: batch.records() }, lease);
    } finally {
      // When the database is away now, the lease runs out by itself.
      await store.connections.release(connection.id, lease.number).catch(() => undefined);
    }
  }
}

async function answered(intake: Intake, batch: Batch): Promise<Received | undefined> {
  const known = await intake.findAnswer(batch.connection.id, batch.idempotencyKey, dayOf(batch.receivedAt));
  if (!known) return undefined;
  if (known.bodySha256 === batch.bodySha256) return { answer: known.answer, again: true, items: undefined, denied: new Map() };
  throw new HubError({
    code: "IDEMPOTENCY_KEY_REUSED",
    class: "bad-record",
    detail: { pointer: "Idempotency-Key", got: "another body", expected: "the body that it was first sent with" },
  });
}

const dayOf = (instant: Date): string => instant.toISOString().slice(0, "2026-01-01".length);

async function underLease(engine: Engine, intake: Intake, batch: OpenBatch, { number: lease, lastReadAt }: Lease): Promise<Received> {
  const { store } = engine;
  const { connection } = batch;
  const runId = await store.connections.startRun(connection.id, lease, "push");
  const kept = keepLease(engine, connection.id, lease);
  const end = (error: HubError | undefined) =>
    store.connections.endRun({
      connectionId: connection.id,
      runId,
      lease,
      outcome: error ? "FAILED" : "COMPLETED",
      error: error && { code: error.code, class: error.class, detail: error.detail },
      nextRunAt: undefined,
    });
  try {
    const received = await storeBatch(engine, intake, batch, lease, runId, readClock(engine.clock, lastReadAt)(batch.receivedAt));
    reach("intake:after-commit");
    // The batch is committed: whatever happens to the run's own row now, the vendor is told so.
    await store.pages
      .clearSeen(runId)
      .then(() => end(undefined))
      .catch((error: unknown) =>
        engine.log.warn({ connection: connection.id, run: runId }, "push stored, its run not ended", asHubError(error)),
      );
    return received;
  } catch (caught) {
    const error = asHubError(caught);
    engine.log.warn({ connection: connection.id, run: runId, code: error.code, class: error.class }, "push failed", error);
    await end(error).catch(() => undefined);
    // As it was: the door tells a database that cannot write from a fault of ours.
    throw caught;
  } finally {
    await kept.stop();
  }
}

async function storeBatch(
  engine: Engine,
  intake: Intake,
  batch: OpenBatch,
  lease: string,
  runId: string,
  readAt: string,
): Promise<Received> {
  const { store } = engine;
  const { connection, records } = batch;
  const receivedAt = batch.receivedAt.toISOString();
  const { dataSet } = connection.connector.push!;
  const maps = await engine.mapsFor(connection);
  const may = kindsToWrite(engine, connection);
  const kinds = batch.key.kinds?.filter((kind) => may.includes(kind)) ?? may;
  const because = new Map<number, string>();
  const ended = new Map<number, Ended>();
  const read = preparePage(
    { dataSet, records: records.map(({ record }) => record), checkpoint: undefined },
    {
      connection,
      maps,
      readAt,
      today: londonDayOf(batch.receivedAt),
      blind: engine.blind,
      erased: await store.erased.door(connection.id),
      kinds,
      onIgnored: (position, reason, end) => {
        because.set(position, reason);
        if (end) ended.set(position, end);
      },
      // What is no usable id is not kept as one either: it may be anything.
      sourceIdOf: (position) => records[position]?.vendorId ?? `${dataSet}:item ${position + 1} of a batch`,
    },
  );
  const held = await intake.heldOfItems({
    connectionId: connection.id,
    organisations: connection.organisations.map(({ odsCode }) => odsCode),
    kinds,
    vendorIds: [...new Set(records.flatMap(({ vendorId }) => vendorId ?? []))],
  });
  const prepared = withOutgrown(
    read,
    records,
    ended,
    held,
    (kind) => connection.delivers.find((delivery) => delivery.kind === kind)?.provenance ?? {},
  );
  const systemOf = (kind?: string) =>
    (connection.delivers.find((delivery) => delivery.kind === kind) ?? connection.delivers[0])?.system ?? "lms";
  if (prepared.claims.length > 0) {
    const { toMatch } = await store.pages.admitPeople({
      connectionId: connection.id,
      lease,
      system: systemOf(),
      claims: prepared.claims,
    });
    if (toMatch.length > 0) await engine.match(toMatch);
  }
  const push: PushToStore = {
    idempotencyKey: batch.idempotencyKey,
    bodySha256: batch.bodySha256,
    receivedAt,
    expiresOn: dayOf(new Date(batch.receivedAt.getTime() + answerDays * dayMs)),
    keyId: batch.key.id,
    settle: (results) => {
      reach("intake:before-commit");
      return settle(batch, runId, because, results);
    },
  };
  const page: PageToStore = {
    ...prepared,
    connectionId: connection.id,
    system: systemOf,
    runId,
    lease,
    ordinal: 0,
    dataSet,
    derivationVersion: derivationVersionOf(connection, maps),
    checkpoint: undefined,
    readAt,
    digest: undefined,
    identical: false,
    rawDays: connection.rawDays,
    push,
  };
  const { answer } = await storePage(store.pages, page);
  if (!answer)
    throw new HubError({ code: "INTERNAL", class: "internal", detail: { why: "a push was stored without its answer", run: runId } });
  const denied = new Map<string, number>();
  for (const { code } of prepared.refusals) if (deniedCodes.has(code)) denied.set(code, (denied.get(code) ?? 0) + 1);
  return { answer, again: false, items: records.length, denied };
}

/** Receipts in the order of the vendor's own list. */
function settle(batch: OpenBatch, runId: string, because: ReadonlyMap<number, string>, results: readonly ItemResult[]) {
  // Of an erased person not even the vendor's id of an item is kept.
  const idOf = (position: number) => (because.get(position) === erasedReason ? undefined : batch.records[position]?.vendorId);
  const receipts = results.map((result) => ({ ...result, id: randomUUID(), vendorId: idOf(result.position) }));
  const shown = receipts.map(({ id, position, vendorId, outcome, refusal }): ReceiptShown => {
    const reason = outcome === "ignored" ? because.get(position) : undefined;
    return {
      record: position,
      yourId: vendorId ?? null,
      receipt: id,
      outcome,
      ...(reason === undefined ? {} : { because: reason }),
      ...(refusal ? { problem: itemProblem(refusal, { position, vendorId, pointer: batch.records[position]?.pointer ?? "" }) } : {}),
    };
  });
  const answer = batchAnswer({
    batchId: runId,
    connectionId: batch.connection.id,
    receivedAt: batch.receivedAt.toISOString(),
    receipts: shown,
  });
  return { receipts, answer };
}
