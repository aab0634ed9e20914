/** A PostgreSQL server of the test's own: stopped at once, started again, filled up, copied, promoted. */
import { spawnSync } from "node:child_process";
import { chownSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withClient } from "../../../platform/database";
import { findBinaries } from "../../../platform/postgres/binaries";
import { ensureData, passwordOf, preparePlace } from "../../../platform/postgres/folder";
import { type Home, identityOf, serverEnvironment, startServer, stopServer, urlOf } from "../../../platform/postgres/server";
import { until } from "./processes";
import { freePort } from "./redis";

const root = path.resolve(__dirname, "..", "..", "..");

export interface PostgresServer {
  readonly port: number;
  readonly data: string;
  /** The address of a database of this server. */
  url(database?: string): string;
  sql(text: string, values?: readonly unknown[], database?: string): Promise<Record<string, any>[]>;
  /** On the same port, with these settings beside those of the last start. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** immediate: as a crash (SIGQUIT); fast: in order (SIGINT). */
  stop(how?: "immediate" | "fast"): Promise<void>;
  /** A copy of the running server by its own backup functions, to be started as another (a standby of this one, or a restore). */
  copyTo(folder: string, as: "standby" | "backup"): Promise<PostgresServer>;
  /** A standby becomes a primary. */
  promote(): Promise<void>;
}

export interface PostgresOptions {
  readonly folder: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** The data lie in a tmpfs of this size (root only; see whyNoTmpfs). */
  readonly tmpfsMegabytes?: number;
}

/** For `cannotRun` of a test with a small disk. */
export function whyNoTmpfs(): string | undefined {
  if (process.platform !== "linux") return "a small disk is a tmpfs, which only Linux has";
  return process.getuid?.() === 0 ? undefined : "only root may mount the small disk";
}

/** Durable, unlike the run's own server: what is committed is on the disk. */
export async function startPostgresServer(options: PostgresOptions): Promise<PostgresServer> {
  const folder = path.join(options.folder, `postgres-${Math.round(performance.now() * 1000)}`);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const place = preparePlace(folder, root, path.join(options.folder, "elsewhere"));
  if (options.tmpfsMegabytes !== undefined) {
    const owner = place.account ? `,uid=${place.account.uid},gid=${place.account.gid}` : "";
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${options.tmpfsMegabytes}m,mode=0700${owner}`, "tmpfs", place.home]);
    if (mounted.status !== 0) throw new Error(`the small disk cannot be mounted: ${mounted.stderr.toString("utf8")}`);
  }
  const binaries = findBinaries(root, place.account);
  const home: Home = {
    data: path.join(place.home, "data"),
    // Not on the small disk: a server that cannot say why it stops says nothing.
    log: path.join(place.folder, "server.log"),
    native: binaries.native,
    account: place.account,
    password: passwordOf(place),
  };
  ensureData(place, binaries, false);
  return opened(home, await freePort(), { shared_buffers: "32MB", max_wal_size: "1GB", ...options.settings });
}

async function opened(home: Home, port: number, first: Readonly<Record<string, string>>): Promise<PostgresServer> {
  let settings = first;
  let pid: number | undefined;
  const url = (database = "postgres") => urlOf(home, port, database);
  const server: PostgresServer = {
    port,
    data: home.data,
    url,
    sql: (text, values, database) =>
      withClient(
        url(database),
        async (client) => (await client.query(text, values as unknown[] | undefined)).rows as Record<string, any>[],
      ),
    async start(more = {}) {
      settings = { ...settings, ...more };
      ({ pid } = await startServer(home, { ...settings, port: String(port) }));
    },
    async stop(how = "fast") {
      if (pid === undefined) return;
      const stopping = pid;
      pid = undefined;
      if (how === "fast") return stopServer(stopping);
      process.kill(stopping, "SIGQUIT");
      await until("the server is gone", () => !alive(stopping));
    },
    async copyTo(folder, as) {
      mkdirSync(folder, { recursive: true, mode: 0o711 });
      const copy: Home = { ...home, data: path.join(folder, "data"), log: path.join(folder, "server.log") };
      await withClient(
        url(),
        async (client) => {
          await client.query("select pg_backup_start('copy', true)");
          cpSync(home.data, copy.data, {
            recursive: true,
            filter: (from) => !/postmaster\.(pid|opts)$|pgsql_tmp/.test(from),
          });
          const { rows } = await client.query("select labelfile, spcmapfile from pg_backup_stop(false)");
          writeFileSync(path.join(copy.data, "backup_label"), rows[0].labelfile, { mode: 0o600 });
          // The log that was written meanwhile belongs to the copy.
          cpSync(path.join(home.data, "pg_wal"), path.join(copy.data, "pg_wal"), { recursive: true, force: true });
        },
        60_000,
      );
      if (as === "standby") writeFileSync(path.join(copy.data, "standby.signal"), "", { mode: 0o600 });
      const account = home.account;
      if (account) {
        spawnSync("chown", ["-R", `${account.uid}:${account.gid}`, copy.data]);
        chownSync(folder, account.uid, account.gid);
      }
      spawnSync("chmod", ["0700", copy.data]);
      const conninfo = `host=127.0.0.1 port=${port} user=lanyard password=${home.password} application_name=standby`;
      return opened(copy, await freePort(), as === "standby" ? { ...settings, primary_conninfo: conninfo } : settings);
    },
    async promote() {
      const done = spawnSync(path.join(home.native, "bin", "pg_ctl"), ["promote", "-D", home.data, "-w"], {
        ...identityOf(home.account),
        cwd: home.data,
        env: serverEnvironment,
        encoding: "utf8",
      });
      if (done.status !== 0) throw new Error(`not promoted: ${done.stderr}${done.stdout}`);
    },
  };
  await server.start();
  return server;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
