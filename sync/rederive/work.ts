/**
 * The items of a replay that is under way, by the way of every page (lease, run, page, counts). Each page is stored with the
 * mark of its items in one transaction, so that whoever goes on after a crash does none twice and leaves none out.
 */
import { reach } from "../../platform/crash-point";
import { type HubError, isHubError } from "../../platform/errors";
import type { Replay, ReplayItem, ReplayTask } from "../../store/replays";
import type { Lease } from "../../store/store";
import type { Connection } from "../connection";
import type { Engine } from "../engine";
import { derivationVersionOf } from "../prepare";
import { type Derived, derive, type MapsOfReplay } from "./derive";
import { mapsOfTask } from "./task";

export interface Held {
  readonly connection: Connection;
  readonly lease: Lease;
}
export interface Pace {
  /** Raw records per second; as fast as it goes when left out. */
  readonly rate?: number;
  /** Batches at most before the lease is given back. */
  readonly batches?: number;
  readonly signal?: AbortSignal;
}
export interface Done {
  readonly changed: number;
  readonly movedOn: number;
}

/** Items looked at at once. */
const batchSize = 200;

/** Items of one connection. What has been done before a crash is marked, and is not looked at again. */
export async function workOn(engine: Engine, replay: Replay, held: Held, pace: Pace = {}): Promise<Done> {
  const { connection, lease } = held;
  const { connections, pages, replays } = engine.store;
  const size = pace.rate === undefined ? batchSize : Math.max(1, Math.min(batchSize, Math.ceil(pace.rate)));
  const maps = await mapsOfTask(engine, connection, replay.plan, true);
  const done = { changed: 0, movedOn: 0 };
  let run: { readonly id: string; ordinal: number } | undefined;
  const end = async (error?: HubError) =>
    run &&
    connections.endRun({
      connectionId: connection.id,
      runId: run.id,
      lease: lease.number,
      outcome: error ? "FAILED" : "COMPLETED",
      error: error && { code: error.code, class: error.class, detail: error.detail },
      nextRunAt: undefined,
    });
  try {
    let after = 0;
    for (let batch = 0; batch < (pace.batches ?? Number.POSITIVE_INFINITY); batch++) {
      if (pace.signal?.aborted) break;
      const items = await replays.left(replay.id, connection.id, after, size);
      if (items.length === 0) break;
      after = items.at(-1)!.n;
      const sorted = await sort(engine, connection, replay.id, items, maps);
      done.movedOn += sorted.movedOn;
      if (sorted.todo.length > 0 && !run) {
        run = { id: await connections.startRun(connection.id, lease.number, "replay"), ordinal: 0 };
        // A sweep that was interrupted has read its first pages under another derivation: what it has not seen proves nothing now.
        await pages.clearSeen(run.id);
      }
      for (const page of pagesOf(sorted.todo)) {
        await storePage(engine, replay.id, held, maps, { runId: run!.id, ordinal: run!.ordinal++ }, page);
        done.changed += page.length;
        reach("replay:after-page");
      }
      if (pace.rate !== undefined) await engine.sleep((items.length / pace.rate) * 1000, pace.signal);
    }
  } catch (error) {
    await end(isHubError(error) ? error : undefined).catch(() => undefined);
    if (isHubError(error) && error.code === "REPLAY_CANCELLED") return done;
    if (pace.signal?.aborted) return done;
    throw error;
  }
  await end();
  return done;
}

/** Exactly what was planned is done; what its source has stated anew since, or what is there already, is marked so. */
async function sort(engine: Engine, connection: Connection, replayId: string, items: readonly ReplayItem[], maps: MapsOfReplay) {
  const { replays } = engine.store;
  const first = await derive(engine, connection, items, maps);
  const newer = first.flatMap((one) => (one.newer ? [{ ...one.item, ...one.newer }] : []));
  const derived = newer.length === 0 ? first : [...first.filter((one) => !one.newer), ...(await derive(engine, connection, newer, maps))];
  const todo: Derived[] = [];
  const there: number[] = [];
  const moved: number[] = [];
  for (const one of derived) {
    if (one.yieldHash === undefined || one.yieldHash !== one.item.yieldHash) moved.push(one.item.n);
    else if (one.changes.length + one.settles.length === 0) there.push(one.item.n);
    else todo.push(one);
  }
  await replays.mark(replayId, there, "already-there");
  await replays.mark(replayId, moved, "moved-on");
  return { todo, movedOn: moved.length };
}

/** By raw page, because rows say where their raw record lies; two items that speak of one key are stored one after the other. */
function pagesOf(todo: readonly Derived[]): readonly (readonly Derived[])[] {
  const pages: { readonly rawPageId: string; readonly keys: Set<string>; readonly items: Derived[] }[] = [];
  for (const one of todo) {
    const keys = one.changes.map(({ kind, organisation, sourceId }) => `${kind} ${organisation} ${sourceId}`);
    let page = pages.findLast(({ rawPageId }) => rawPageId === one.item.rawPageId);
    if (!page || keys.some((key) => page!.keys.has(key)))
      pages.push((page = { rawPageId: one.item.rawPageId!, keys: new Set(), items: [] }));
    for (const key of keys) page.keys.add(key);
    page.items.push(one);
  }
  return pages.map(({ items }) => items);
}

async function storePage(
  engine: Engine,
  replayId: string,
  { connection, lease }: Held,
  { after }: MapsOfReplay,
  at: { readonly runId: string; readonly ordinal: number },
  ones: readonly Derived[],
): Promise<void> {
  const claims = ones.flatMap((one) => one.claims);
  if (claims.length > 0) {
    const system = connection.delivers[0]?.system ?? "lms";
    const admitted = await engine.store.pages.admitPeople({ connectionId: connection.id, lease: lease.number, system, claims });
    if (admitted.toMatch.length > 0) await engine.match(admitted.toMatch);
  }
  await engine.store.pages.apply({
    connectionId: connection.id,
    system: (kind) => connection.delivers.find((delivery) => delivery.kind === kind)?.system ?? "lms",
    ...at,
    lease: lease.number,
    dataSet: "replay",
    derivationVersion: derivationVersionOf(connection, after),
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
    rederives: {
      rawPageId: ones[0]!.item.rawPageId!,
      replayId,
      items: ones.map(({ item }) => item.n),
      refusals: ones.flatMap(({ settles }) => settles),
    },
  });
}

/** Nothing is left: it is over. What a code map lets in, and of which nothing is kept, is read again from the beginning. */
export async function finishWhenDone(engine: Engine, replay: Replay, held: readonly Held[]): Promise<boolean> {
  const { replays } = engine.store;
  await replays.leaveRetired(replay.id);
  if ((await replays.connectionsLeft(replay.id)).length > 0) return false;
  if (isOfCodes(replay.plan)) {
    const notKept = new Set(await replays.connectionsExpired(replay.id));
    for (const { connection, lease } of held) {
      if (!notKept.has(connection.id) || !connection.connector.poll) continue;
      await engine.store.fullReads.plan(connection.id, lease.number, engine.clock.now());
    }
  }
  reach("replay:before-finish");
  await replays.finish(replay.id);
  return true;
}

const isOfCodes = (task: ReplayTask) => task.codes !== undefined;
