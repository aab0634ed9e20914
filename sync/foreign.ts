/** A vendor that sends another organisation's rows has seen them, or mixes them up: an event of security, beside the refusals. */
import { randomUUID } from "node:crypto";
import type { Connection } from "./connection";
import type { Engine } from "./engine";

/** One event per run, with the number; the rows' ids stay out of it. */
export async function reportForeign(engine: Engine, connection: Connection, runId: string, count: number): Promise<void> {
  if (count === 0) return;
  engine.log.warn({ connection: connection.id, run: runId, count }, "rows of other organisations refused");
  await engine.store.audit([
    {
      requestId: randomUUID(),
      operation: `sync ${connection.id}`,
      subject: `vendor:${connection.id}`,
      role: "vendor",
      decision: "DENY",
      reason: "OTHER_ORGANISATION",
      staffMembers: [],
      kinds: [],
      controllers: connection.organisations.map(({ odsCode }) => odsCode),
      counts: { refused: count },
      policyVersion: "sync",
    },
  ]);
}
