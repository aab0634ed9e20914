import { Client, type ClientBase, Pool, type PoolClient, type PoolConfig, types } from "pg";
import { HubError } from "./errors";

export type { Pool, PoolClient } from "pg";

const typeNumbers = { int8: 20, date: 1082, dateArray: 1182, int8Array: 1016 } as const;

/**
 * Calendar days stay YYYY-MM-DD (a Date would move them across midnight), int8 stays a string (a number would lose digits),
 * instants become Date (pg's own way). Kept in a table of our own: pg's is global to the process and somebody else's to change.
 */
const asText = (value: string) => value;
const textArray = types.getTypeParser(1009 as number, "text") as (value: string) => unknown;
const parsers = new Map<number, (value: string) => unknown>([
  [typeNumbers.int8, asText],
  [typeNumbers.date, asText],
  [typeNumbers.dateArray, textArray],
  [typeNumbers.int8Array, textArray],
]);
export const typeParsers: NonNullable<PoolConfig["types"]> = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    const own = format === "binary" ? undefined : parsers.get(oid);
    return own ?? types.getTypeParser(oid, format as "text");
  }) as typeof types.getTypeParser,
};

export interface PoolSettings {
  url: string;
  max: number;
  /** Shown in pg_stat_activity: says which part of the hub holds a connection. */
  applicationName: string;
  /** A statement that takes longer is cancelled by the server; without it there is no limit. */
  statementTimeoutMs?: number;
  /** Settings of every session of this pool, for example synchronous_commit=off for the queue's. */
  session?: Readonly<Record<string, string>>;
  /** Its connections stay when nobody needs them. */
  idleForEver?: boolean;
  /** A connection lost while idle; the pool opens another by itself. */
  onLost?: (error: HubError) => void;
}

/** A pool that survives its server: a lost idle connection is reported, never thrown into the process. */
export function createPool(settings: PoolSettings): Pool {
  const pool = new Pool({
    connectionString: settings.url,
    max: settings.max,
    application_name: settings.applicationName,
    statement_timeout: settings.statementTimeoutMs,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: settings.idleForEver ? 0 : 30_000,
    keepAlive: true,
    types: typeParsers,
    options: sessionOptions(settings.session),
  });
  pool.on("error", (error) => settings.onLost?.(databaseUnavailable(error)));
  // Without a listener of its own a client that loses its server while checked out and idle would end the process.
  pool.on("connect", (client: PoolClient) => {
    client.on("error", () => undefined);
  });
  return pool;
}

function sessionOptions(session: Readonly<Record<string, string>> | undefined): string | undefined {
  if (!session) return undefined;
  return Object.entries(session)
    .map(([name, value]) => `-c ${name}=${value.replace(/([\\ ])/g, "\\$1")}`)
    .join(" ");
}

/** One short-lived connection: for administration and probes, where a pool would outlive its use. */
export async function withClient<T>(url: string, work: (client: ClientBase) => Promise<T>, timeoutMs = 5_000): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, types: typeParsers });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const networkCodes = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"]);
/**
 * Class 08 connection exceptions, 57P01-57P03 shutting down or starting up, 53300 too many connections, 25P03 ended because its
 * transaction stood idle (a process that was frozen, and finds out with its next statement).
 */
const stateOfConnection = /^(08...|57P0[1-5]|53300|25P03)$/;
const driverMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout|The server does not support)/;

/** True when the server is away or went away: the statement may be right and can be tried again. */
export function isConnectionError(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, message, errors } = error as { code?: unknown; message?: unknown; errors?: unknown };
  // Two addresses for one name (IPv6 and IPv4): the driver reports both failures in one.
  if (Array.isArray(errors) && errors.some(isConnectionError)) return true;
  if (typeof code === "string" && (networkCodes.has(code) || stateOfConnection.test(code))) return true;
  return typeof message === "string" && driverMessages.test(message);
}

/** Class internal: our database is our matter; work is retried and never counted against a vendor. */
export function databaseUnavailable(error: unknown): HubError {
  const code = (error as { code?: unknown } | undefined)?.code;
  const why = typeof code === "string" ? code : isConnectionError(error) ? "connection lost" : "no connection";
  return new HubError({
    code: "DATABASE_UNAVAILABLE",
    class: "internal",
    message: "PostgreSQL does not answer",
    detail: { why },
    cause: error,
  });
}

/** Gives a lost server its own code; every other error passes unchanged. */
export async function mappingLostServer<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isConnectionError(error)) throw databaseUnavailable(error);
    throw error;
  }
}

function quotedName(name: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) {
    throw new HubError({ code: "INTERNAL", class: "internal", detail: { why: "not a database name" } });
  }
  return `"${name}"`;
}

/** Creates a database on the same server and answers its address. */
export async function createDatabase(url: string, name: string, template?: string): Promise<string> {
  const source = template ? ` TEMPLATE ${quotedName(template)}` : "";
  await withClient(url, (client) => client.query(`CREATE DATABASE ${quotedName(name)}${source}`), 10_000);
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.toString();
}

/** Drops it even while somebody is connected: a test must not leave a database behind because a pool was left open. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await withClient(url, (client) => client.query(`DROP DATABASE IF EXISTS ${quotedName(name)} WITH (FORCE)`), 10_000);
}

/** Adds what the first start needs; a second caller at the same moment finds it done. */
export async function ensureDatabase(url: string, name: string): Promise<void> {
  await withClient(url, async (client) => {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${quotedName(name)}`);
  });
}
