/**
 * One run of one connection: pages in, records matched and stored, checkpoint moved, absence settled, counts closed.
 * The connector yields; everything else happens here and in the store.
 */
import type { Maps, Page, PersonToRead, ReadMode, RecordKind, Scope } from "../connectors/connector";
import { londonDayOf } from "../platform/clock";
import { reach } from "../platform/crash-point";
import { HubError, isHubError } from "../platform/errors";
import type { Counts, Lease, PageToStore, RunOutcome } from "../store/store";
import type { ErasedDoor } from "../store/subject/marks";
import { excused, nothingRead, restOf } from "./come-back";
import type { Connection } from "./connection";
import { DriftWatch } from "./drift/watch";
import type { Engine } from "./engine";
import { reportForeign } from "./foreign";
import { fullReadDone, readModeOf } from "./full-read";
import { keepLease, leaseSeconds } from "./lease";
import { kindsToWrite } from "./may-write";
import { nextRunAfter } from "./next-run";
import { OrderedWrites } from "./ordered-writes";
import { pagesOf } from "./pages-of";
import { type Admitted, admitClaims, storePage, withoutPeople } from "./poison";
import { derivationVersionOf, preparePage } from "./prepare";
import { readClock } from "./read-clock";
import { sourceSystemFor } from "./source";
import { endPatiently, type Turn } from "./turn";
import { VendorClock } from "./vendor-clock";

/** Pages on their way to the database at once (stack: 500 rows x 4 connections is the fastest write). */
const writesInFlight = 3;

const noKeys: ReadonlySet<string> = new Set();

export interface RunProgress {
  readonly connectionId: string;
  readonly dataSet: string;
  readonly done: number;
  readonly total: number | undefined;
}
export interface RunResult {
  readonly connectionId: string;
  /** Undefined when nothing was begun. */
  readonly runId?: string;
  readonly outcome: RunOutcome;
  readonly counts: Counts;
  readonly error: HubError | undefined;
  readonly nextRunAt: Date;
}
export interface RunOptions {
  readonly trigger: "schedule" | "command" | "start" | "event";
  readonly holder: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  /** full: everything again, whenever the next full read is due. */
  readonly mode?: ReadMode;
  /** With trigger "event": this person only. The sweep, its checkpoint and its freshness stay as they are. */
  readonly person?: PersonToRead;
  /** It takes its turn among others: only when it is due and there is a place, and no longer than its slice. */
  readonly turn?: Turn;
}

/** Undefined when another worker holds the connection, or when it is not its turn. Errors of the vendor end the run; they are in the result. */
export async function runConnection(engine: Engine, connection: Connection, options: RunOptions): Promise<RunResult | undefined> {
  const { store, clock } = engine;
  if (!connection.connector.poll)
    throw new HubError({
      code: "INTERNAL",
      class: "internal",
      detail: { why: "its vendor pushes: there is nothing to run", connection: connection.id },
    });
  const rest = restOf(connection, clock.now());
  if (rest) {
    const nextRunAt = nextRunAfter(connection, { outcome: "FAILED", error: rest, failures: 0 }, clock.now());
    await store.vendorPace.comeBackAt(connection.id, nextRunAt);
    return { connectionId: connection.id, outcome: "CONTINUES", counts: nothingRead, error: rest, nextRunAt };
  }
  const { holder, turn } = options;
  const asked = { connectionId: connection.id, holder, seconds: leaseSeconds };
  const lease = turn ? await turn.take(asked) : await store.connections.lease(connection.id, holder, leaseSeconds);
  if (!lease) return undefined;
  reach("lease:taken");
  try {
    return await underLease(engine, connection, lease, options);
  } finally {
    // When the database is away now, the lease runs out by itself.
    await store.connections.release(connection.id, lease.number).catch(() => undefined);
  }
}

async function underLease(engine: Engine, connection: Connection, lease: Lease, options: RunOptions): Promise<RunResult> {
  const { store, clock } = engine;
  let runId: string;
  try {
    runId = await store.connections.startRun(connection.id, lease.number, options.trigger);
  } catch (caught) {
    if (!isHubError(caught) || caught.code !== "CONNECTION_QUARANTINED") throw caught;
    engine.log.error({ connection: connection.id, code: caught.code }, "connection set apart", caught);
    return { connectionId: connection.id, outcome: "FAILED", counts: nothingRead, error: caught, nextRunAt: clock.now() };
  }
  reach("run:started");
  const kept = keepLease(engine, connection.id, lease.number);
  let error: HubError | undefined;
  let inMaintenance: HubError | undefined;
  let outcome: RunOutcome = "COMPLETED";
  try {
    try {
      const maps = await engine.mapsFor(connection);
      const run = new Run(engine, connection, lease, runId, options, maps);
      const held = await run.all();
      outcome = options.signal.aborted || run.makesRoom ? "CONTINUES" : held ? "HELD" : "COMPLETED";
    } catch (caught) {
      if (options.signal.aborted) outcome = "CONTINUES";
      else {
        error = asHubError(caught);
        outcome = "FAILED";
        inMaintenance = excused(connection, error, clock.now());
        engine.log.warn({ connection: connection.id, run: runId, code: error.code, class: error.class }, "sync run failed", error);
      }
    }
    const stands = inMaintenance ?? error;
    const nextRunAt = nextRunAfter(connection, { outcome, error: stands, failures: lease.failures ?? 0 }, clock.now());
    const end = () =>
      store.connections.endRun({
        connectionId: connection.id,
        runId,
        lease: lease.number,
        outcome,
        // In maintenance it is noted that the run failed, and nobody is told.
        error: inMaintenance ? undefined : error && { code: error.code, class: error.class, detail: error.detail },
        nextRunAt,
      });
    reach("run:before-end");
    const counts = options.turn ? await endPatiently(engine, end, options.signal) : await end();
    reach("run:after-end");
    return { connectionId: connection.id, runId, outcome, counts, error: stands, nextRunAt };
  } finally {
    await kept.stop();
  }
}

export function asHubError(caught: unknown): HubError {
  if (isHubError(caught)) return caught;
  const why = caught instanceof Error ? caught.name : typeof caught;
  return new HubError({ code: "INTERNAL", class: "internal", detail: { why }, cause: caught });
}

class Run {
  private readonly writes = new OrderedWrites(writesInFlight);
  private readonly dataSets = new Map<string, string | undefined>();
  private readonly derivationVersion: string;
  private readonly kinds: readonly RecordKind[];
  private readonly readAt: () => string;
  private readonly vendorClock = new VendorClock();
  private ordinal = 0;
  private erased: ErasedDoor | undefined;
  private drift: DriftWatch | undefined;
  private foreign = 0;
  private held = false;
  /** It has stopped at the border of a page because others wait; it goes on from there when it is its turn again. */
  makesRoom = false;
  /** Whether a page said that it completes anything: a change file of ESR's completes nothing, whatever was asked for. */
  private completes = false;
  /** Runs whose sweep this one goes on with; undefined when there are too many for absence to mean anything. */
  private earlierRunIds: readonly string[] | undefined = [];

  constructor(
    private readonly engine: Engine,
    private readonly connection: Connection,
    private readonly lease: Lease,
    private readonly runId: string,
    private readonly options: RunOptions,
    private readonly maps: Maps,
  ) {
    this.derivationVersion = derivationVersionOf(connection, maps);
    this.kinds = kindsToWrite(engine, connection);
    this.readAt = readClock(engine.clock, lease.lastReadAt);
  }

  /** True when an absence was held for a person to decide. */
  async all(): Promise<boolean> {
    const { connection, engine, options } = this;
    const poll = connection.connector.poll;
    if (!poll) return false;
    const startedAt = engine.clock.now().toISOString();
    const source = sourceSystemFor(engine, connection, {
      lease: this.lease.number,
      derivationVersion: this.derivationVersion,
      signal: options.signal,
    });
    this.erased = await engine.store.erased.door(connection.id);
    const since = this.checkpoint();
    const mode = options.person ? "increment" : await readModeOf(engine, connection, this.lease.number, options.mode);
    // What an interrupted run saw is still at the source as far as this run knows: it reads on from there.
    if (options.person) this.earlierRunIds = [];
    else if (since === undefined) await engine.store.pages.clearSeenBefore(this.runId);
    else this.earlierRunIds = await engine.store.pages.unfinishedRuns(connection.id, this.runId);
    this.drift = await DriftWatch.begin(engine, connection);
    try {
      for await (const page of pagesOf(poll, source, { since, mode, person: options.person, held: this.lease.checkpoint })) {
        if (options.signal.aborted) break;
        await this.take(page);
        if (await options.turn?.isOver()) {
          this.makesRoom = true;
          break;
        }
      }
      await this.writes.settle();
    } finally {
      // Pages on their way are the run's own: they land, and are counted, before it ends, also when it has failed.
      await this.writes.drain();
      await reportForeign(engine, connection, this.runId, this.foreign);
    }
    await source.reported();
    await this.vendorClock.report(engine, connection);
    if (options.signal.aborted || options.person) return this.held;
    // It would only begin anew and stop at the same records.
    if (this.makesRoom && this.drift.stopped.length > 0) await this.drift.end(this.runId, false);
    if (options.signal.aborted || this.makesRoom) return this.held;
    for (const [dataSet, asOf] of this.dataSets) {
      if (this.drift.stopped.includes(dataSet)) continue;
      const known = VendorClock.notAfter(asOf ?? startedAt, engine.clock.now());
      await engine.store.connections.freshAsOf(connection.id, dataSet, known, this.lease.number);
    }
    const asked = mode === "full" && (this.completes || connection.connector.poll?.increments === true);
    await this.drift.end(this.runId, asked || since === undefined);
    // Only now: until a run comes to its end, its sweep may go on in the next one.
    await engine.store.pages.clearSeen(this.runId);
    if (mode === "full") await fullReadDone(engine, connection, this.lease.number);
    return this.held;
  }

  /** A checkpoint of an older connector version that no longer fits is a fresh start, not a failure. */
  private checkpoint(): unknown {
    if (this.lease.checkpoint === null || this.lease.checkpoint === undefined) return undefined;
    const parsed = this.connection.connector.checkpoint.safeParse(this.lease.checkpoint);
    return parsed.success ? parsed.data : undefined;
  }

  private async take(page: Page<unknown>): Promise<void> {
    const { engine, connection } = this;
    this.completes ||= (page.completes?.length ?? 0) > 0;
    const readAt = this.readAt();
    const prepared = preparePage(page, {
      connection,
      maps: this.maps,
      readAt,
      today: londonDayOf(engine.clock.now()),
      blind: engine.blind,
      erased: this.erased,
      kinds: this.kinds,
    });
    for (const said of [page.asOf, prepared.latestChange]) this.vendorClock.note(page.dataSet, said, engine.clock.now().toISOString());
    this.dataSets.set(page.dataSet, page.asOf ?? this.dataSets.get(page.dataSet));
    const ordinal = this.ordinal++;
    this.foreign += prepared.refusals.filter(({ code }) => code === "OTHER_ORGANISATION").length;
    const flows = this.drift!.admit(page, prepared, this.lease.checkpoint);
    const admitted = await this.admit(flows.prepared.claims);
    const toStore: PageToStore = {
      ...withoutPeople(flows.prepared, admitted.refused),
      connectionId: connection.id,
      system: (kind) => this.systemOf(kind),
      runId: this.runId,
      lease: this.lease.number,
      ordinal,
      dataSet: page.dataSet,
      derivationVersion: this.derivationVersion,
      checkpoint: flows.checkpoint,
      readAt,
      digest: flows.stands ? undefined : page.digest,
      file: page.file,
      identical: page.identical === true,
      rawDays: connection.rawDays,
    };
    // Pages that touch the same keys are put in order by the store, which knows what it locks.
    await this.writes.start(noKeys, async (commitAfter) => {
      await storePage(engine.store.pages, toStore, commitAfter);
      this.options.onProgress?.({
        connectionId: connection.id,
        dataSet: page.dataSet,
        done: page.progress?.done ?? ordinal + 1,
        total: page.progress?.total,
      });
    });
    if (page.completes?.length && this.drift!.stopped.length === 0) {
      await this.writes.settle();
      for (const scope of page.completes) await this.settleAbsence(scope);
    }
  }

  private async admit(claims: PageToStore["claims"]): Promise<Admitted> {
    const { engine, connection } = this;
    const system = connection.delivers[0]?.system ?? "lms";
    const admitted = await admitClaims(engine.store.pages, { connectionId: connection.id, lease: this.lease.number, system, claims });
    if (admitted.toMatch.length > 0) await engine.match(admitted.toMatch);
    return admitted;
  }

  private systemOf(kind: string): "lms" | "oh" | "esr" | "recruitment" {
    return this.connection.delivers.find((delivery) => delivery.kind === kind)?.system ?? "lms";
  }

  private async settleAbsence(scope: Scope): Promise<void> {
    const { engine, connection, earlierRunIds } = this;
    if (earlierRunIds === undefined) return;
    const wanted = scope.kinds;
    const kinds = connection.delivers
      // What it may not bring it may not take away either.
      .filter(({ kind }) => this.kinds.includes(kind) && (!wanted || wanted.includes(kind)))
      .map(({ kind, absence }) => ({ kind, absence }));
    if (kinds.length === 0) return;
    const result = await engine.store.pages.settleAbsence({
      connectionId: connection.id,
      runId: this.runId,
      lease: this.lease.number,
      scope,
      kinds,
      speaksOfAll: kinds.length === connection.delivers.length,
      limit: connection.absenceLimit,
      earlierRunIds,
    });
    if (result.held) {
      this.held = true;
      engine.log.warn({ connection: connection.id, kind: result.held.kind, count: result.held.count }, "snapshot held");
    }
  }
}
