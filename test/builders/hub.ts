/**
 * The hub of one test: a folder, a lanyard.yaml, a database of its own, the engine and the graph as every command composes
 * them. Nothing waits: the pauses between attempts are skipped, and the log is kept for reading.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Principal } from "../../access/principal";
import { type Foundation, openFoundation } from "../../cli/compose/foundation";
import { composeGraph, type Graph } from "../../cli/compose/graph";
import { askOperations, type ConnectedSystemAnswer, type ProblemAnswer } from "../../cli/compose/operations";
import { type Config, loadConfig } from "../../cli/config/load";
import type { Environment } from "../../cli/environment";
import type { HttpLimits } from "../../connectors/kit/http";
import { type Clock, fixedClock, today } from "../../platform/clock";
import { createPool } from "../../platform/database";
import { createLog } from "../../platform/log";
import { type RunProgress, type RunResult, runConnection } from "../../sync/run";
import { type TestDatabase, testDatabase } from "./database";
import { principal } from "./principals";

const projectRoot = path.resolve(__dirname, "..", "..");
/** Test keys protect nothing. */
const key = Buffer.alloc(32, 7).toString("base64");

export interface TestHubOptions {
  /** The connections of lanyard.yaml, or the whole file when it has a `mode`. */
  readonly yaml: string;
  /** The folder in which paths of the configuration start; a new one that `close` removes without it. */
  readonly folder?: string;
  readonly clock?: Clock;
  /** Environment variables that the configuration refers to. */
  readonly values?: Readonly<Record<string, string>>;
  readonly limits?: Partial<HttpLimits>;
  /** Trusted beside the system's (PEM). */
  readonly certificateAuthorities?: readonly string[];
  /** A database that the test itself looks after; else one is made and dropped. */
  readonly databaseUrl?: string;
}

export interface TestHub {
  readonly folder: string;
  readonly clock: Clock;
  readonly config: Config;
  readonly foundation: Foundation;
  readonly store: Foundation["store"];
  readonly database: TestDatabase;
  /** What has been logged so far, one JSON object each. */
  readonly logs: readonly string[];
  /** One run of one connection. Throws when another worker holds it. */
  sync(
    connectionId: string,
    options?: { signal?: AbortSignal; holder?: string; mode?: "full"; onProgress?: (progress: RunProgress) => void },
  ): Promise<RunResult>;
  /** As `lanyard problems` lists them. */
  problems(connectionId?: string): Promise<readonly ProblemAnswer[]>;
  system(connectionId: string): Promise<ConnectedSystemAnswer>;
  ask<T = any>(query: string, variables?: Record<string, unknown>, principal?: Principal): Promise<T>;
  rows(sql: string, values?: unknown[]): Promise<Record<string, any>[]>;
  /** Rows of a table, by a condition. */
  count(table: string, where?: string): Promise<number>;
  close(): Promise<void>;
}

/** Two trusts outside reality; a test names the connections only. */
const organisations = `mode: demonstration
organisations:
  - { odsCode: ZQA, vpd: "991", name: Northbridge, cstfAligned: true }
  - { odsCode: ZQB, vpd: "992", name: Eastmoor, cstfAligned: true }
connections:
`;

export function testFolder(): string {
  return mkdtempSync(path.join(tmpdir(), "lanyard-flow-"));
}

/** The hub's environment in a test: nothing of the process's own. */
export function testEnvironment(
  folder: string,
  databaseUrl: string,
  clock: Clock,
  values: Readonly<Record<string, string>> = {},
): Environment {
  return {
    projectRoot,
    dataFolder: path.join(folder, ".lanyard"),
    databaseUrl,
    redisUrl: undefined,
    key,
    logLevel: "debug",
    clock,
    today: today(clock),
    values,
    crashPoint: values.LANYARD_CRASH_POINT,
  };
}

export function writeConfiguration(folder: string, yaml: string): string {
  const file = path.join(folder, "lanyard.yaml");
  writeFileSync(file, /^mode:/m.test(yaml) ? yaml : `${organisations}${yaml.replace(/^\n+/, "")}`);
  return file;
}

function given(url: string): TestDatabase {
  const pool = createPool({ url, max: 2, applicationName: "lanyard-test" });
  return { url, pool, drop: () => pool.end() };
}

export async function testHub(options: TestHubOptions): Promise<TestHub> {
  const folder = options.folder ?? testFolder();
  const clock = options.clock ?? fixedClock("2026-11-22T09:00:00Z");
  const database = options.databaseUrl ? given(options.databaseUrl) : await testDatabase();
  const environment = testEnvironment(folder, database.url, clock, options.values);
  const config = loadConfig(writeConfiguration(folder, options.yaml), { today: environment.today, environment: environment.values });
  const logs: string[] = [];
  const foundation = await openFoundation(environment, config, {
    log: createLog({ level: "debug", destination: { write: (line: string) => void logs.push(line) } }),
    http: {
      sleep: async (_, signal) => {
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
      },
      requestsPerSecond: 100_000,
      random: () => 0,
      limits: options.limits,
      certificateAuthorities: options.certificateAuthorities,
    },
  }).catch(async (error: unknown) => {
    await database.drop();
    throw error;
  });
  const connections = new Map(config.connections.map((connection) => [connection.id, connection]));
  let graph: Graph | undefined;
  const composed = async () => {
    graph ??= await composeGraph(foundation, "all");
    return graph;
  };
  const rows = async (sql: string, values?: unknown[]) => (await database.pool.query(sql, values)).rows;
  const system = async (id: string) => {
    const found = (await askOperations(await composed())).find((one) => one.id === id);
    if (!found) throw new Error(`no connection ${id}`);
    return found;
  };
  return {
    folder,
    clock,
    config,
    foundation,
    store: foundation.store,
    database,
    logs,
    system,
    rows,
    async sync(id, { signal = new AbortController().signal, holder = "test", mode, onProgress } = {}) {
      const connection = connections.get(id);
      if (!connection) throw new Error(`no connection ${id}`);
      const result = await runConnection(foundation.engine, connection, { trigger: "command", holder, signal, mode, onProgress });
      if (!result) throw new Error(`${id} is held by another worker`);
      return result;
    },
    problems: async (id) => (await askOperations(await composed())).filter((one) => !id || one.id === id).flatMap((one) => one.problems),
    ask: async <T>(query: string, variables: Record<string, unknown> = {}, principal = hr("ZQA")) =>
      (await composed()).ask<T>(query, variables, principal),
    count: async (table, where = "true") => Number((await rows(`select count(*) as n from ${table} where ${where}`))[0]!.n),
    async close() {
      await graph?.close();
      await foundation.close();
      await database.drop();
      if (!options.folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

const staffOf = (role: Principal["role"], org: string, purpose: string): Principal =>
  principal(role, { org, subject: `test:${role}`, purposes: [purpose] });
export const hr = (org: string): Principal => staffOf("hr", org, "EMPLOYMENT");
export const learningTeam = (org: string): Principal => staffOf("learning", org, "TRAINING_COMPLIANCE");
export const occupationalHealth = (org: string): Principal => staffOf("oh", org, "OH_CARE");

/** Every table of the hub's schemas, with all its rows as text: what "nowhere" is proved with. */
export async function everything(
  hub: Pick<TestHub, "rows">,
  schemas: readonly string[] = ["staff", "learning", "oh", "checks", "movement", "ops", "audit"],
): Promise<Map<string, string>> {
  const tables = await hub.rows(
    `select n.nspname || '.' || quote_ident(c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1::text[]) and c.relkind = 'r' order by 1`,
    [schemas],
  );
  const found = new Map<string, string>();
  for (const { name } of tables) {
    const [row] = await hub.rows(`select coalesce(string_agg(to_jsonb(t)::text, E'\\n'), '') as text from ${name} t`);
    found.set(name, row!.text);
  }
  return found;
}

/** The raw pages of a connection, decrypted. */
export async function rawOf(hub: TestHub): Promise<string> {
  const pages = await hub.rows("select id from ops.raw_page");
  const bodies = await Promise.all(pages.map(({ id }) => hub.store.pages.raw(id)));
  return JSON.stringify(bodies);
}
