/**
 * A planned replay, started: exactly what was planned, or nothing and what differs. A change of a map is carried to its end by
 * the call that starts it, by the next one, or by the next start of a worker; a replay of records goes at its pace, gives the
 * leases back between its steps, and may be cancelled.
 */
import { today } from "../../platform/clock";
import { reach } from "../../platform/crash-point";
import { HubError } from "../../platform/errors";
import type { Replay, ReplayDifferences } from "../../store/replays";
import type { Lease } from "../../store/store";
import type { Connection } from "../connection";
import type { Engine } from "../engine";
import { keepLease, leaseSeconds } from "../lease";
import { connectionsOf, selectionOf, versionsOf } from "./task";
import { finishWhenDone, type Held, type Pace, workOn } from "./work";

export interface Approval {
  readonly by: string;
  readonly approvedBy: string;
  readonly reason: string;
  /** Whoever holds the leases: see sync/run.ts. */
  readonly holder: string;
  /** Raw records per second, for a replay of records. */
  readonly rate?: number;
}

export type Started =
  | { readonly state: "APPLYING"; readonly replay: Replay }
  | { readonly state: "STALE"; readonly replay: Replay; readonly differences: readonly string[] };
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
/** Batches before the leases of a replay of records are given back, so that a sync comes in between. */
const batchesAtOnce = 10;

/** A change of a map, start to end. */
export async function applyReplay(
  engine: Engine,
  connections: readonly Connection[],
  replayId: string,
  approval: Approval,
): Promise<Applied> {
  const { replays } = engine.store;
  const found = await known(engine, replayId);
  if (found.state === "APPLIED") return { state: "APPLIED", replay: found, changed: 0, alreadyThere: found.plan.counts.change, movedOn: 0 };
  if (found.state === "PLANNED") await resumeReplays(engine, connections, approval.holder, found.organisation);
  return holding(engine, connectionsOf(connections, found.plan), approval.holder, async (held) => {
    // Read again under the leases: from here on no sync of these connections writes.
    const replay = (await replays.find(replayId))!;
    if (replay.state === "PLANNED") {
      const stale = await start(engine, connections, replay, approval);
      if (stale) return stale;
    }
    const before = await replays.progress(replayId);
    const done = await finish(engine, replay, held);
    const { alreadyThere } = await replays.progress(replayId);
    return { state: "APPLIED", replay: (await replays.find(replayId))!, ...done, alreadyThere: alreadyThere + before.changed };
  });
}

/** A replay of records: under way from here on, by whoever works on replays. */
export async function startReplay(
  engine: Engine,
  connections: readonly Connection[],
  replayId: string,
  approval: Approval,
): Promise<Started> {
  const { replays } = engine.store;
  const found = await known(engine, replayId);
  if (found.state === "APPLYING" || found.state === "APPLIED") return { state: "APPLYING", replay: found };
  // Without the leases, for which a long read would let nobody start: each item is compared again when its turn comes.
  const stale = await start(engine, connections, found, approval);
  return stale ?? { state: "APPLYING", replay: (await replays.find(replayId))! };
}

async function known(engine: Engine, replayId: string): Promise<Replay> {
  const found = await engine.store.replays.find(replayId);
  if (!found) throw new HubError({ code: "REPLAY_NOT_FOUND", class: "settings", detail: {} });
  if (found.state === "PLANNING") throw new HubError({ code: "REPLAY_IN_PLANNING", class: "settings", detail: { replay: replayId } });
  if (found.state === "STALE" || found.state === "CANCELLED")
    throw new HubError({ code: "REPLAY_OVER", class: "settings", detail: { replay: replayId, state: found.state } });
  return found;
}

async function start(engine: Engine, connections: readonly Connection[], replay: Replay, approval: Approval) {
  const { replays } = engine.store;
  if (replay.state === "PLANNED") {
    const differences = await differencesOf(engine, connections, replay);
    if (differences.length > 0) {
      await replays.close(replay.id, "STALE");
      return { state: "STALE" as const, replay: (await replays.find(replay.id))!, differences };
    }
  }
  await replays.start(replay.id, approval);
  reach("replay:started");
  return undefined;
}

/**
 * One round over the replays that are under way: a slice of each, where its connections are free. Answers how many are left.
 * Whoever calls it again and again brings them to their end; several may.
 */
export async function workReplays(
  engine: Engine,
  connections: readonly Connection[],
  holder: string,
  pace: Pace & { readonly only?: string } = {},
): Promise<number> {
  const { replays } = engine.store;
  let left = 0;
  for (const replay of await replays.underWay()) {
    if (pace.only !== undefined && replay.id !== pace.only) continue;
    if (replay.kind !== "records") {
      await resume(engine, connections, holder, replay);
      continue;
    }
    for (const id of await replays.connectionsLeft(replay.id)) {
      if (pace.signal?.aborted) return left + 1;
      const connection = connections.find((one) => one.id === id);
      // It has left the configuration since: nobody here knows how to read its records.
      if (!connection) continue;
      const lease = await engine.store.connections.lease(id, holder, leaseSeconds, "own-records");
      if (!lease) continue;
      await under(engine, [{ connection, lease }], async ([held]) => {
        await workOn(engine, replay, held!, {
          batches: batchesAtOnce,
          ...(replay.rate === undefined ? {} : { rate: replay.rate }),
          ...pace,
        });
      });
    }
    if (!(await finishWhenDone(engine, replay, []))) left += 1;
  }
  return left;
}

/** Goes on with changes of maps that a crash left half done. A replay whose connections are busy is left to whoever is at it. */
export async function resumeReplays(
  engine: Engine,
  connections: readonly Connection[],
  holder: string,
  organisation?: string,
): Promise<number> {
  const interrupted = (await engine.store.replays.underWay(organisation)).filter(({ kind }) => kind !== "records");
  for (const replay of interrupted) await resume(engine, connections, holder, replay);
  return interrupted.length;
}

async function resume(engine: Engine, connections: readonly Connection[], holder: string, replay: Replay): Promise<void> {
  await holding(engine, connectionsOf(connections, replay.plan), holder, async (held) => {
    const now = await engine.store.replays.find(replay.id);
    if (now?.state === "APPLYING") await finish(engine, now, held);
  });
  engine.log.info({ replay: replay.id, organisation: replay.organisation }, "interrupted replay finished");
}

async function finish(engine: Engine, replay: Replay, held: readonly Held[]): Promise<{ changed: number; movedOn: number }> {
  let changed = 0;
  let movedOn = 0;
  for (const one of held) {
    const done = await workOn(engine, replay, one);
    changed += done.changed;
    movedOn += done.movedOn;
  }
  await finishWhenDone(engine, replay, held);
  return { changed, movedOn };
}

/** Leases of all of them, in the order of their ids, so that two replays cannot wait for each other. */
async function holding<T>(
  engine: Engine,
  connections: readonly Connection[],
  holder: string,
  work: (held: readonly Held[]) => Promise<T>,
): Promise<T> {
  const held: Held[] = [];
  try {
    for (const connection of connections) held.push({ connection, lease: await patiently(engine, connection.id, holder) });
  } catch (error) {
    for (const { connection, lease } of held) await engine.store.connections.release(connection.id, lease.number).catch(() => undefined);
    throw error;
  }
  return under(engine, held, work);
}

async function under<T>(engine: Engine, held: readonly Held[], work: (held: readonly Held[]) => Promise<T>): Promise<T> {
  const kept = held.map(({ connection, lease }) => keepLease(engine, connection.id, lease.number));
  try {
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

/** What has moved since the plan, in sentences of counts. Empty: it would do now exactly what was shown. */
async function differencesOf(engine: Engine, connections: readonly Connection[], replay: Replay): Promise<readonly string[]> {
  const { plan } = replay;
  const said: string[] = [];
  if (linesOf(plan.versions) !== linesOf(await versionsOf(engine, connectionsOf(connections, plan))))
    said.push(
      plan.filter
        ? "What derives the records has changed: a connector, a map, or the connections themselves."
        : `The ${plan.change ? "course" : "code"} map of ${replay.organisation}, or its connections, have changed.`,
    );
  const moved = await engine.store.replays.differences(replay.id, selectionOf(plan), today(engine.clock));
  return [...said, ...sentencesOf(moved, plan.change ? "completion" : "record")];
}

export function sentencesOf({ added, changed, gone, expired }: ReplayDifferences, noun: string): readonly string[] {
  const sentences: string[] = [];
  const count = (n: number, one: string, many: string) => n > 0 && sentences.push(n === 1 ? `1 ${one}` : `${n} ${many}`);
  count(added, `${noun} has come in.`, `${noun}s have come in.`);
  count(changed, `${noun} has changed.`, `${noun}s have changed.`);
  count(gone, `${noun} has been withdrawn by its source.`, `${noun}s have been withdrawn by their source.`);
  count(expired, "raw record has expired.", "raw records have expired.");
  return sentences;
}

/** JSON columns keep no order of keys. */
const linesOf = (versions: Readonly<Record<string, string>>) =>
  Object.entries(versions)
    .map((entry) => entry.join(" "))
    .sort()
    .join("\n");
