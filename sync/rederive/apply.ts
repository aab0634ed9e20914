/**
 * A planned replay, done: exactly the records of the plan, by the way of every page (lease, run, page, counts). When the
 * world is no longer the one of the plan, nothing is done and the answer says what differs. Once the change itself is stored
 * the replay is always finished: by this call, by the next one, or by the next start of a worker.
 */
import type { Maps } from "../../connectors/connector";
import { HubError } from "../../platform/errors";
import type { Replay, ReplayItem } from "../../store/replays";
import type { Lease } from "../../store/store";
import type { Connection } from "../connection";
import type { Engine } from "../engine";
import { keepLease, leaseSeconds } from "../lease";
import { derivationVersionOf } from "../prepare";
import { type Derived, derive } from "./derive";
import { asBefore, type Computed, compute, learningConnections } from "./plan";

export interface Approval {
  readonly by: string;
  readonly approvedBy: string;
  readonly reason: string;
  /** Whoever holds the leases: see sync/run.ts. */
  readonly holder: string;
}

export type Applied =
  | {
      readonly state: "APPLIED";
      readonly replay: Replay;
      readonly changed: number;
      readonly alreadyThere: number;
      readonly movedOn: number;
    }
  | { readonly state: "STALE"; readonly replay: Replay; readonly differences: readonly string[] };

/** A run of the connection that is under way ends soon; longer than this nobody waits at a page. */
const busyTries = 10;
const busyPauseMs = 1000;

export async function applyReplay(
  engine: Engine,
  connections: readonly Connection[],
  replayId: string,
  approval: Approval,
): Promise<Applied> {
  const { replays } = engine.store;
  const found = await replays.find(replayId);
  if (!found) throw new HubError({ code: "REPLAY_NOT_FOUND", class: "settings", detail: {} });
  if (found.state === "APPLIED") return { state: "APPLIED", replay: found, changed: 0, alreadyThere: found.plan.counts.change, movedOn: 0 };
  if (found.state === "STALE" || found.state === "CANCELLED")
    throw new HubError({ code: "REPLAY_OVER", class: "settings", detail: { replay: replayId, state: found.state } });
  if (found.state === "PLANNED") await resumeReplays(engine, connections, approval.holder, found.organisation);
  return holding(engine, learningConnections(connections, found.organisation), approval.holder, async (leases) => {
    // Read again under the leases: from here on no sync of these connections writes.
    const replay = (await replays.find(replayId))!;
    let planned: Computed | undefined;
    if (replay.state === "PLANNED") {
      const items = await replays.items(replayId);
      planned = await compute(engine, connections, replay.plan.change);
      const differences = differencesOf(replay, items, planned);
      if (differences.length > 0) {
        await replays.close(replayId, "STALE");
        return { state: "STALE", replay: (await replays.find(replayId))!, differences };
      }
      await replays.start(replayId, approval);
    }
    const done = await finish(engine, replay, leases, planned?.derived);
    return { state: "APPLIED", replay: (await replays.find(replayId))!, ...done };
  });
}

/** Goes on with what a crash left half done. A replay whose connections are busy is left to whoever is at it. */
export async function resumeReplays(
  engine: Engine,
  connections: readonly Connection[],
  holder: string,
  organisation?: string,
): Promise<number> {
  const interrupted = await engine.store.replays.underWay(organisation);
  for (const replay of interrupted) {
    await holding(engine, learningConnections(connections, replay.organisation), holder, async (leases) => {
      const now = await engine.store.replays.find(replay.id);
      if (now?.state === "APPLYING") await finish(engine, now, leases, undefined);
    });
    engine.log.info({ replay: replay.id, organisation: replay.organisation }, "interrupted replay finished");
  }
  return interrupted.length;
}

interface Held {
  readonly connection: Connection;
  readonly lease: Lease;
}

/** Leases of all of them, in the order of their ids, so that two replays cannot wait for each other. */
async function holding<T>(
  engine: Engine,
  connections: readonly Connection[],
  holder: string,
  work: (held: readonly Held[]) => Promise<T>,
): Promise<T> {
  const held: Held[] = [];
  const kept: { stop(): Promise<void> }[] = [];
  try {
    for (const connection of connections) {
      const lease = await patiently(engine, connection.id, holder);
      held.push({ connection, lease });
      kept.push(keepLease(engine, connection.id, lease.number));
    }
    return await work(held);
  } finally {
    await Promise.all(kept.map((one) => one.stop()));
    for (const { connection, lease } of held) await engine.store.connections.release(connection.id, lease.number).catch(() => undefined);
  }
}

async function patiently(engine: Engine, connectionId: string, holder: string): Promise<Lease> {
  for (let tries = 1; ; tries++) {
    const lease = await engine.store.connections.lease(connectionId, holder, leaseSeconds, "own-records");
    if (lease) return lease;
    if (tries === busyTries) throw new HubError({ code: "REPLAY_BUSY", class: "internal", detail: { connection: connectionId } });
    await engine.sleep(busyPauseMs);
  }
}

/** The change is stored; now its records, connection by connection. What has been done before a crash is found to be there. */
async function finish(
  engine: Engine,
  replay: Replay,
  held: readonly Held[],
  derived: readonly Derived[] | undefined,
): Promise<{ changed: number; alreadyThere: number; movedOn: number }> {
  const items = (await engine.store.replays.items(replay.id)).filter(({ expected }) => expected === "change");
  let changed = 0;
  let movedOn = 0;
  for (const { connection, lease } of held) {
    const own = items.filter(({ connectionId }) => connectionId === connection.id);
    if (own.length === 0) continue;
    const maps = await engine.mapsFor(connection);
    const now = derived
      ? derived.filter(({ completion }) => completion.connectionId === connection.id)
      : await deriveAgain(engine, connection, replay, own, maps);
    const byId = new Map(now.map((one) => [one.completion.id, one]));
    const todo: Derived[] = [];
    for (const item of own) {
      const one = byId.get(item.recordId);
      // Only after a crash: a sync that came in between has stored a newer statement of the vendor's, under the new map.
      if (one?.yieldHash !== item.yieldHash) movedOn += 1;
      else if (one?.changes.length) todo.push(one);
    }
    await store(engine, connection, lease, maps, todo);
    changed += todo.length;
  }
  await engine.store.replays.finish(replay.id);
  return { changed, alreadyThere: items.length - changed - movedOn, movedOn };
}

async function deriveAgain(engine: Engine, connection: Connection, replay: Replay, items: readonly ReplayItem[], after: Maps) {
  const completions = await engine.store.replays.completions(items.map(({ recordId }) => recordId));
  const before = await engine.mapsFor(connection, asBefore(replay.plan.change));
  return derive(engine, connection, completions, { before, after });
}

async function store(engine: Engine, connection: Connection, lease: Lease, maps: Maps, todo: readonly Derived[]): Promise<void> {
  if (todo.length === 0) return;
  const { connections, pages } = engine.store;
  const runId = await connections.startRun(connection.id, lease.number, "replay");
  const end = (outcome: "COMPLETED" | "FAILED", error?: HubError) =>
    connections.endRun({
      connectionId: connection.id,
      runId,
      lease: lease.number,
      outcome,
      error: error && { code: error.code, class: error.class, detail: error.detail },
      nextRunAt: undefined,
    });
  try {
    // A sweep that was interrupted has read its first pages under the old maps: what it has not seen proves nothing now.
    await pages.clearSeen(runId);
    const byPage = new Map<string, Derived[]>();
    for (const one of todo) byPage.set(one.completion.rawPageId!, [...(byPage.get(one.completion.rawPageId!) ?? []), one]);
    let ordinal = 0;
    for (const [rawPageId, ones] of byPage) {
      await pages.apply({
        connectionId: connection.id,
        system: (kind) => connection.delivers.find((delivery) => delivery.kind === kind)?.system ?? "lms",
        runId,
        lease: lease.number,
        ordinal: ordinal++,
        dataSet: "replay",
        derivationVersion: derivationVersionOf(connection, maps),
        checkpoint: lease.checkpoint,
        records: ones.flatMap(({ changes }) => changes),
        claims: [],
        refusals: [],
        raw: [],
        counts: { rawIn: ones.length, yielding: ones.length, ignored: 0, refusedRaw: 0 },
        reasons: {},
        digest: undefined,
        identical: false,
        rawDays: connection.rawDays,
        rederives: { rawPageId },
      });
    }
  } catch (error) {
    await end("FAILED", error instanceof HubError ? error : undefined).catch(() => undefined);
    throw error;
  }
  await end("COMPLETED");
}

/** What has moved since the preview, in sentences of counts. Empty: it would do now exactly what was shown. */
export function differencesOf(replay: Replay, items: readonly ReplayItem[], now: Computed): readonly string[] {
  const differences: string[] = [];
  const { organisation } = replay.plan.change;
  if (linesOf(replay.plan.versions) !== linesOf(now.plan.versions))
    differences.push(`The course map of ${organisation}, or its connections, have changed.`);
  const planned = new Map(items.map((item) => [item.recordId, item]));
  let added = 0;
  let changed = 0;
  let expired = 0;
  for (const item of now.items) {
    const was = planned.get(item.recordId);
    planned.delete(item.recordId);
    if (!was) added += 1;
    else if (item.expected === "expired" && was.expected !== "expired") expired += 1;
    else if (fingerprintOf(was) !== fingerprintOf(item)) changed += 1;
  }
  const count = (n: number, one: string, many: string) => n > 0 && differences.push(n === 1 ? `1 ${one}` : `${n} ${many}`);
  count(added, "completion has come in.", "completions have come in.");
  count(changed, "completion has changed.", "completions have changed.");
  count(planned.size, "completion has been withdrawn by its source.", "completions have been withdrawn by their source.");
  count(expired, "raw record has expired.", "raw records have expired.");
  return differences;
}

/** JSON columns keep no order of keys. */
const linesOf = (versions: Readonly<Record<string, string>>) =>
  Object.entries(versions)
    .map((entry) => entry.join(" "))
    .sort()
    .join("\n");

const fingerprintOf = ({ connectionId, rawPageId, rawOrdinal, expected, beforeHash, afterHash, yieldHash, awards }: ReplayItem) =>
  JSON.stringify([connectionId, rawPageId, rawOrdinal, expected, beforeHash, afterHash, yieldHash, awards]);
