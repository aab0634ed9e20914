import type { Pool } from "pg";

/** What is done by one at a time: matching as a whole, and the files of one VPD for ESR. */
export type Exclusive = "matching" | `esr ${string}`;

/** Numbers of our advisory locks; never reused for something else. With a name: one lock for each. */
const locks = { matching: 7_301_001, esr: 7_301_002 } as const;

function lockOf(what: Exclusive): readonly [statement: string, values: readonly (string | number)[]] {
  const [kind, name] = what.split(" ") as [keyof typeof locks, string | undefined];
  return name === undefined ? ["($1)", [locks[kind]]] : ["($1, hashtext($2))", [locks[kind], name]];
}

/**
 * One at a time over all processes. The lock is the session's, so a process that dies gives it back. Within a process the
 * callers queue up here, so that they do not each keep a client waiting.
 */
export function createExclusively(pool: Pool) {
  const last = new Map<Exclusive, Promise<unknown>>();
  return <T>(what: Exclusive, work: () => Promise<T>): Promise<T> => {
    const turn = (last.get(what) ?? Promise.resolve()).then(() => locked(pool, what, work));
    last.set(
      what,
      turn.catch(() => undefined),
    );
    return turn;
  };
}

async function locked<T>(pool: Pool, what: Exclusive, work: () => Promise<T>): Promise<T> {
  const [lock, values] = lockOf(what);
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query(`select pg_advisory_lock${lock}`, [...values]);
    const result = await work().finally(() => client.query(`select pg_advisory_unlock${lock}`, [...values]));
    broken = false;
    return result;
  } finally {
    // A client in doubt is closed: the server then drops the lock with the session.
    client.release(broken);
  }
}
