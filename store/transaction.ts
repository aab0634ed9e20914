/** Units of work: one client, all or nothing, tried again whole when PostgreSQL asks for it. */
import type { Pool, PoolClient, QueryResult } from "pg";
import { databaseUnavailable, isConnectionError } from "../platform/database";

/** Deadlock, serialization failure, lock timeout: the unit is right and only came at the wrong moment. */
const collisions = new Set(["40P01", "40001", "55P03"]);
const mostAttempts = 8;
/** A lost server is tried again only briefly here: the queue's own back-off does the rest. */
const mostReconnects = 3;

function stateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

/** Another writer changed a row between our reading and our writing: read again. */
export class Collision extends Error {
  readonly code = "40001";
}

export function violates(error: unknown, constraint: string): boolean {
  return stateOf(error) === "23505" && (error as { constraint?: string }).constraint === constraint;
}

/** Runs an idempotent unit again, whole, after a collision or a lost connection; bounded, with jitter. */
export async function retried<T>(unit: (attempt: number) => Promise<T>): Promise<T> {
  let lost = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      return await unit(attempt);
    } catch (error) {
      if (isConnectionError(error)) {
        lost += 1;
        if (lost >= mostReconnects) throw databaseUnavailable(error);
      } else if (!collisions.has(stateOf(error) ?? "") || attempt >= mostAttempts) throw error;
      const ceilingMs = Math.min(20 * 2 ** attempt, 1_000);
      await new Promise((resolve) => setTimeout(resolve, ceilingMs / 2 + Math.random() * (ceilingMs / 2)));
    }
  }
}

/**
 * BEGIN, the work, COMMIT. `begin` may be several statements; the first row of the last is told to the work. A client whose
 * transaction could not be ended is thrown away, never put back.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient, begun: unknown) => Promise<T>, begin = "begin"): Promise<T> {
  const client = await pool.connect();
  let broken: unknown;
  try {
    const begun = (await client.query(begin)) as QueryResult | QueryResult[];
    const result = await work(client, (Array.isArray(begun) ? begun.at(-1) : begun)?.rows?.[0]);
    await client.query("commit");
    return result;
  } catch (error) {
    broken = await client.query("rollback").then(
      () => undefined,
      (failure: unknown) => failure,
    );
    throw error;
  } finally {
    client.release(broken === undefined ? undefined : true);
  }
}

/** A single statement as a unit. */
export async function asUnit<T>(work: () => Promise<T>): Promise<T> {
  return retried(work);
}
