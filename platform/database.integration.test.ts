import { type TestDatabase, testDatabase } from "../test/builders/database";
import { createPool, isConnectionError, mappingLostServer, withClient } from "./database";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test("a calendar day and a large number stay text, an instant becomes a Date", async () => {
  const { rows } = await database.pool.query(
    "SELECT date '1985-03-31' AS day, array[date '2024-02-29'] AS days, 9007199254740993::int8 AS large, timestamptz '2026-01-02 03:04:05.678+01' AS instant",
  );
  expect(rows[0]).toEqual({
    day: "1985-03-31",
    days: ["2024-02-29"],
    large: "9007199254740993",
    instant: new Date("2026-01-02T02:04:05.678Z"),
  });
});

test("a statement that takes longer than the pool allows is cancelled", async () => {
  const pool = createPool({ url: database.url, max: 1, applicationName: "limit", statementTimeoutMs: 50 });
  await expect(pool.query("SELECT pg_sleep(30)")).rejects.toMatchObject({ code: "57014" });
  await pool.end();
});

test("a session setting reaches every connection of its pool", async () => {
  const pool = createPool({
    url: database.url,
    max: 1,
    applicationName: "session",
    session: { synchronous_commit: "local", search_path: "a, b" },
  });
  expect((await pool.query("SHOW synchronous_commit")).rows).toEqual([{ synchronous_commit: "local" }]);
  expect((await pool.query("SHOW search_path")).rows).toEqual([{ search_path: "a, b" }]);
  await pool.end();
});

test("a lost connection is reported and replaced, and does not end the process", async () => {
  const lost: string[] = [];
  const pool = createPool({ url: database.url, max: 1, applicationName: "victim", onLost: (error) => lost.push(error.code) });
  const { rows } = await pool.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const dropped = new Promise((resolve) => pool.once("remove", resolve));
  await withClient(database.url, (client) => client.query("SELECT pg_terminate_backend($1)", [rows[0]!.pid]));
  await dropped;
  expect(lost).toEqual(["DATABASE_UNAVAILABLE"]);
  expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await pool.end();
});

test("a server that is not there is DATABASE_UNAVAILABLE, a wrong statement is not", async () => {
  const nobody = createPool({ url: "postgresql://x:y@127.0.0.1:1/z", max: 1, applicationName: "nobody" });
  await expect(mappingLostServer(() => nobody.query("SELECT 1"))).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    class: "internal",
    detail: { why: "ECONNREFUSED" },
  });
  await nobody.end();
  const wrong = await database.pool.query("SELECT nothing").catch((error: unknown) => error);
  expect(isConnectionError(wrong)).toBe(false);
  await expect(mappingLostServer(() => Promise.reject(wrong))).rejects.toBe(wrong);
});
