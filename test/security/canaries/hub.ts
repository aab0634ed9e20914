/** A whole hub as a user runs it, in processes of its own, over the demonstration's systems with canaries for people. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { systemClock } from "../../../platform/clock";
import type { Person } from "../../../sandbox/population/person";
import { type Sandbox, startSandbox } from "../../../sandbox/sandbox";
import { type PostgresServer, startPostgresServer } from "../../faults/kit/postgres";
import { type RunningProcess, startLanyard, startProcess, until } from "../../faults/kit/processes";
import { startRedisServer, whyNoRedis } from "../../faults/kit/redis";

export interface Said {
  readonly code: number | null;
  readonly text: string;
}

export interface CanaryHub {
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly postgres: PostgresServer;
  readonly database: string;
  /** Every key with its value, as Redis holds it; undefined where there is no Redis here. */
  jobs(): Promise<string | undefined>;
  readonly origin: string;
  readonly running: RunningProcess;
  /** A command of the hub, whatever it ends with. */
  lanyard(...args: readonly string[]): Promise<Said>;
  /** The same in another environment. */
  lanyardWith(environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Said>;
  /** What the hub was started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** The server's own log, and whatever else the hub has written beside its data. */
  files(): Map<string, string>;
  close(): Promise<void>;
}

const database = "canaries";
const compiled = path.resolve(__dirname, "..", "..", "..", "cli", "lanyard.cjs");

const everyKey = `local all = {}
for _, key in ipairs(redis.call("KEYS", "*")) do
  local kind = redis.call("TYPE", key).ok
  local value = ""
  if kind == "hash" then value = redis.call("HGETALL", key)
  elseif kind == "string" then value = redis.call("GET", key)
  elseif kind == "list" then value = redis.call("LRANGE", key, 0, -1)
  elseif kind == "set" then value = redis.call("SMEMBERS", key)
  elseif kind == "zset" then value = redis.call("ZRANGE", key, 0, -1)
  elseif kind == "stream" then value = redis.call("XRANGE", key, "-", "+") end
  all[#all + 1] = { key, value }
end
return cjson.encode(all)`;

/** `prepare` may add to the configuration before the hub reads it; what it gives is added to the environment. */
export async function startCanaryHub(
  disguise?: (person: Person) => Person,
  prepare: (sandbox: Sandbox) => Promise<Readonly<Record<string, string>>> = async () => ({}),
): Promise<CanaryHub> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "lanyard-canaries-"));
  // The server runs under an account of its own where this one is root.
  chmodSync(folder, 0o711);
  const data = path.join(folder, "data");
  mkdirSync(data);
  const sandbox = await startSandbox({
    folder: path.join(folder, "vendors"),
    clock: systemClock,
    basePort: 0,
    ...(disguise ? { disguise } : {}),
  });
  const postgres = await startPostgresServer({ folder });
  await postgres.sql(`create database ${database}`);
  const redis = (await whyNoRedis()) === undefined ? await startRedisServer({ folder }) : undefined;
  const env = {
    ...sandbox.environment,
    DATABASE_URL: postgres.url(database),
    REDIS_URL: redis?.url ?? "",
    LANYARD_DATA: data,
    LANYARD_LOG_LEVEL: "trace",
    ...(await prepare(sandbox)),
  };
  const config = ["--config", sandbox.configuration];
  const running = startLanyard(["start", ...config, "--port", "0"], { env });
  const ready = await running.waitFor(/http:\/\/127\.0\.0\.1:(\d+)\/graphql/, 240_000);
  await running.waitFor(/Ctrl-C stops/, 240_000);
  const origin = `http://127.0.0.1:${ready[1]}`;
  const lanyardWith: CanaryHub["lanyardWith"] = async (more, ...args) => {
    const whole = args.includes("--config") ? args : [...args, ...config];
    // Compiled: dozens of commands from their source would take minutes.
    const command = startProcess(process.execPath, [compiled, ...whole], { env: { ...env, ...more } });
    const { code } = await command.exited;
    return { code, text: command.said };
  };
  return {
    folder,
    sandbox,
    postgres,
    database,
    origin,
    running,
    environment: env,
    async jobs() {
      if (!redis) return undefined;
      return redis.command("EVAL", everyKey, "0");
    },
    lanyard: (...args) => lanyardWith({}, ...args),
    lanyardWith,
    files() {
      const found = new Map<string, string>();
      const walk = (at: string) => {
        for (const name of readdirSync(at)) {
          const file = path.join(at, name);
          if (statSync(file).isDirectory()) walk(file);
          else found.set(path.relative(folder, file), readFileSync(file, "latin1"));
        }
      };
      walk(data);
      for (const name of readdirSync(folder)) {
        const log = path.join(folder, name, "server.log");
        if (name.startsWith("postgres-")) found.set("the log of PostgreSQL", readFileSync(log, "utf8"));
      }
      return found;
    },
    async close() {
      await running.kill("SIGTERM");
      await redis?.stop();
      await postgres.stop("immediate").catch(() => undefined);
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Text of every table of these schemas; what is sealed is looked through as bytes. */
export async function tablesOf(hub: CanaryHub, schemas: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const tables = await hub.postgres.sql(
    `select n.nspname || '.' || quote_ident(c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1::text[]) and c.relkind = 'r' order by 1`,
    [schemas],
    hub.database,
  );
  for (const { name } of tables) {
    const rows = await hub.postgres.sql(`select to_jsonb(t)::text as row from ${name} t`, [], hub.database);
    const text = rows.map(({ row }) => row as string).join("\n");
    found.set(
      name,
      text.replace(/\\\\x([0-9a-f]+)/g, (_, hex: string) => Buffer.from(hex, "hex").toString("latin1")),
    );
  }
  return found;
}

export async function schemasOf(hub: CanaryHub): Promise<readonly string[]> {
  const rows = await hub.postgres.sql(
    "select nspname from pg_namespace where nspname not like 'pg\\_%' and nspname <> 'information_schema' order by 1",
    [],
    hub.database,
  );
  return rows.map(({ nspname }) => nspname as string);
}

export async function untilIdle(hub: CanaryHub): Promise<void> {
  await until(
    "no run is under way",
    async () => {
      const rows = await hub.postgres.sql("select count(*)::int as n from ops.sync_run where ended_at is null", [], hub.database);
      return rows[0]!.n === 0;
    },
    60_000,
  );
}
