/**
 * Everything again, once a night: what increments cannot see (deletions, rows dated before they were committed, resets) is
 * found by reading all. The due time stands in the ledger; a full read that is interrupted stays due and goes on at its own
 * resume point.
 */
import { createHash } from "node:crypto";
import type { ReadMode } from "../connectors/connector";
import { instantOf } from "../connectors/kit/dates";
import { addDays, londonDayOf } from "../platform/clock";
import type { Connection } from "./connection";
import type { Engine } from "./engine";

/** What the run is for: a person may ask for a full read; otherwise the ledger says when one is due. */
export async function readModeOf(engine: Engine, connection: Connection, lease: string, asked: ReadMode | undefined): Promise<ReadMode> {
  if (asked === "full") {
    // Due from now on: interrupted, it goes on in the next run.
    await engine.store.fullReads.plan(connection.id, lease, engine.clock.now());
    return "full";
  }
  if (!connection.connector.poll?.increments || !connection.fullRead) {
    // One that somebody has asked for and that was interrupted is still made.
    return (await isDue(engine, connection)) ? "full" : "increment";
  }
  const dueAt = await engine.store.fullReads.dueAt(connection.id);
  // A first run reads everything by itself.
  if (!dueAt) await engine.store.fullReads.plan(connection.id, lease, nextFullRead(connection.id, connection.fullRead, engine.clock.now()));
  return dueAt && dueAt <= engine.clock.now() ? "full" : "increment";
}

async function isDue(engine: Engine, connection: Connection): Promise<boolean> {
  const dueAt = await engine.store.fullReads.dueAt(connection.id);
  return dueAt !== undefined && dueAt <= engine.clock.now();
}

/** A full read that came to its end: the next one is due in the next night. */
export async function fullReadDone(engine: Engine, connection: Connection, lease: string): Promise<void> {
  const { connector, fullRead, id } = connection;
  const next = connector.poll?.increments && fullRead ? nextFullRead(id, fullRead, engine.clock.now()) : undefined;
  await engine.store.fullReads.plan(id, lease, next);
}

/** Within the window on the next day in London, always at the same minute of one connection, so that vendors are not asked all at once. */
export function nextFullRead(connectionId: string, window: NonNullable<Connection["fullRead"]>, now: Date): Date {
  const minutes = window.toMinute - window.fromMinute;
  const spread = createHash("sha256").update(connectionId).digest().readUInt32BE(0) % Math.max(1, minutes);
  const at = window.fromMinute + spread;
  for (let day = londonDayOf(now); ; day = addDays(day, 1)) {
    const onDay = at >= 24 * 60 ? addDays(day, 1) : day;
    const minute = at % (24 * 60);
    const clockTime = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
    // A minute that the clock shows twice is its first, one that it never shows is the one after the gap.
    const instant = new Date(instantOf(`${onDay}T${clockTime}`, "Europe/London", "from")!);
    if (instant > now) return instant;
  }
}
