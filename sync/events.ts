/**
 * What vendors' events still ask for: one person after the other is read by the engine's own run. The ledger decides what is
 * due; a job only wakes it, so that a lost one costs time and nothing else.
 */
import { reach } from "../platform/crash-point";
import { HubError } from "../platform/errors";
import type { DueEvents, VendorEvents } from "../store/vendor-events";
import type { Connection } from "./connection";
import type { Engine } from "./engine";
import { type RunResult, runConnection } from "./run";

/** The stage of the queue; a job carries a connection's id, or nothing when it only looks. */
export const eventStage = "events";
/** How often the ledger is looked at without being woken. */
export const eventEveryMs = 30_000;

/** People read in one job, so that other connections have their turn. */
const mostAtOnce = 50;
/** Another run of the connection holds its lease: asked for again soon, and no attempt counted. */
const busyMs = 5_000;
const backOffMs = [60_000, 5 * 60_000, 30 * 60_000, 3_600_000] as const;
/** Then the next sweep, which reads everybody, has long been there. */
const givenUpAfterMs = 24 * 3_600_000;

export interface EventsDone {
  readonly fetched: number;
  readonly unknown: number;
  readonly postponed: number;
  readonly givenUp: number;
  /** Connections that were read. */
  readonly read: ReadonlySet<string>;
}

export async function fetchEvents(
  engine: Engine,
  events: VendorEvents,
  connections: ReadonlyMap<string, Connection>,
  options: { readonly holder: string; readonly signal: AbortSignal; readonly connectionId?: string },
): Promise<EventsDone> {
  const done = { fetched: 0, unknown: 0, postponed: 0, givenUp: 0, read: new Set<string>() };
  const due = await events.due(engine.clock.now(), mostAtOnce, options.connectionId);
  for (const one of due) {
    if (options.signal.aborted) break;
    const connection = connections.get(one.connectionId);
    // Without its connection in this configuration it waits for one that has it, and ends with its time.
    const outcome = connection?.connector.poll?.person
      ? await fetchOne(engine, events, connection, one, options)
      : await later(engine, events, one, new HubError({ code: "EVENT_WITHOUT_CONNECTION", class: "settings" }));
    done[outcome] += 1;
    if (outcome === "fetched") done.read.add(one.connectionId);
  }
  return done;
}

type Outcome = "fetched" | "unknown" | "postponed" | "givenUp";

async function fetchOne(
  engine: Engine,
  events: VendorEvents,
  connection: Connection,
  due: DueEvents,
  options: { readonly holder: string; readonly signal: AbortSignal },
): Promise<Outcome> {
  const { organisation, subject, ids } = due;
  const sourceKey = connection.connector.poll!.person!.key(organisation, subject);
  const staff = await events.person(connection.id, organisation, sourceKey);
  // Not linked, or not working there: asking about somebody would tell the vendor whom we have. A sweep finds who comes.
  if (!staff) {
    await events.settle({ ids, state: "UNKNOWN_PERSON", at: engine.clock.now() });
    return "unknown";
  }
  const result = await runConnection(engine, connection, {
    ...options,
    trigger: "event",
    person: { organisation, staff: { ...staff, knownSourceId: sourceKey } },
  });
  return settled(engine, events, due, result, options.signal);
}

async function settled(
  engine: Engine,
  events: VendorEvents,
  due: DueEvents,
  result: RunResult | undefined,
  signal: AbortSignal,
): Promise<Outcome> {
  const { ids } = due;
  if (!result || signal.aborted) {
    await events.postpone(ids, new Date(engine.clock.now().getTime() + busyMs), undefined);
    return "postponed";
  }
  if (result.error) return later(engine, events, due, result.error);
  reach("event:before-settle");
  // Only those that were there before the reading began: one that came meanwhile is read again.
  await events.settle({ ids, state: "FETCHED", runId: result.runId, at: engine.clock.now() });
  reach("event:after-settle");
  return "fetched";
}

async function later(engine: Engine, events: VendorEvents, due: DueEvents, error: HubError): Promise<Outcome> {
  const now = engine.clock.now();
  if (now.getTime() - due.firstReceivedAt.getTime() > givenUpAfterMs) {
    await events.settle({ ids: due.ids, state: "GIVEN_UP", errorCode: error.code, at: now });
    await engine.store.connections.problem({
      connectionId: due.connectionId,
      code: "EVENT_NOT_FETCHED",
      detail: { code: error.code, count: due.ids.length },
    });
    return "givenUp";
  }
  const waitMs = error.retryAfterMs ?? backOffMs[Math.min(due.attempts, backOffMs.length - 1)]!;
  await events.postpone(due.ids, new Date(now.getTime() + waitMs), error.code);
  return "postponed";
}
