import type { Pool, PoolClient } from "pg";
import { databaseUnavailable } from "../platform/database";

/** What is done by one at a time: matching as a whole, the files of one VPD for ESR, and the change of one organisation's data key. */
export type Exclusive = "matching" | `esr ${string}` | `data-key ${string}`;

/** Numbers of our advisory locks; never reused for something else. With a name: one lock for each. */
const locks = { matching: 7_301_001, esr: 7_301_002, "data-key": 7_301_003 } as const;

function lockOf(what: Exclusive): readonly [statement: string, values: readonly (string | number)[]] {
  const [kind, name] = what.split(" ") as [keyof typeof locks, string | undefined];
  return name === undefined ? ["($1)", [locks[kind]]] : ["($1, hashtext($2))", [locks[kind], name]];
}

/** A process that is frozen keeps everybody from matching so long: longer than its open transactions live (open.ts). */
const silentSeconds = 30;
const signOfLifeMs = 5_000;

/**
 * One at a time over all processes. The lock is the session's, so a process that dies gives it back; of matching also one that
 * stands still, because its session then gives no sign of life. What it still decides when it wakes is refused: `work` is told
 * the session, and shows it (requireMatching). Within a process the callers queue up here, so that they do not each keep a
 * client waiting.
 */
export function createExclusively(pool: Pool) {
  const last = new Map<Exclusive, Promise<unknown>>();
  return <T>(what: Exclusive, work: (session: number) => Promise<T>): Promise<T> => {
    const turn = (last.get(what) ?? Promise.resolve()).then(() => locked(pool, what, work));
    last.set(
      what,
      turn.catch(() => undefined),
    );
    return turn;
  };
}

async function locked<T>(pool: Pool, what: Exclusive, work: (session: number) => Promise<T>): Promise<T> {
  const [lock, values] = lockOf(what);
  const client = await pool.connect();
  let broken = true;
  let alive: NodeJS.Timeout | undefined;
  try {
    await client.query(`select pg_advisory_lock${lock}`, [...values]);
    const { rows } = await client.query("select pg_backend_pid() as session");
    if (what === "matching") {
      await client.query(`set idle_session_timeout = '${silentSeconds}s'`);
      alive = setInterval(() => client.query("select 1").catch(() => undefined), signOfLifeMs);
    }
    const result = await work(rows[0].session).finally(async () => {
      clearInterval(alive);
      await client.query(`select pg_advisory_unlock${lock}`, [...values]);
    });
    if (what === "matching") await client.query("reset idle_session_timeout");
    broken = false;
    return result;
  } finally {
    clearInterval(alive);
    // A client in doubt is closed: the server then drops the lock with the session.
    client.release(broken);
  }
}

/** Whether this session still has the lock of matching; a transaction that has begun since is ended before the lock could be lost. */
export async function requireMatching(client: PoolClient, session: number): Promise<void> {
  const { rowCount } = await client.query("select 1 from pg_locks where locktype = 'advisory' and objid = $1 and pid = $2 and granted", [
    locks.matching,
    session,
  ]);
  if (rowCount === 0) throw databaseUnavailable({ code: "57P05" });
}
