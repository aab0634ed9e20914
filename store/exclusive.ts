import type { Pool } from "pg";

/** Numbers of our advisory locks; never reused for something else. */
const locks = { matching: 7_301_001 } as const;

/**
 * One at a time over all processes. The lock is the session's, so a process that dies gives it back. Within a process the
 * callers queue up here, so that they do not each keep a client waiting.
 */
export function createExclusively(pool: Pool) {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(what: keyof typeof locks, work: () => Promise<T>): Promise<T> => {
    const turn = last.then(() => locked(pool, locks[what], work));
    last = turn.catch(() => undefined);
    return turn;
  };
}

async function locked<T>(pool: Pool, lock: number, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query("select pg_advisory_lock($1)", [lock]);
    const result = await work().finally(() => client.query("select pg_advisory_unlock($1)", [lock]));
    broken = false;
    return result;
  } finally {
    // A client in doubt is closed: the server then drops the lock with the session.
    client.release(broken);
  }
}
