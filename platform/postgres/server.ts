import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { withClient } from "../database";
import { HubError } from "../errors";
import type { Account } from "./account";
import { commandOf, isAlive, processesIn } from "./processes";

const pauseMs = 20;
/** A crash recovery of 4 GB of WAL takes this long on a slow disk; nothing else does. */
const readyWithinMs = 120_000;
const stopWithinMs = 20_000;
const rotateLogBytes = 10 * 1024 * 1024;

export interface Home {
  /** PGDATA. */
  data: string;
  log: string;
  native: string;
  account: Account | undefined;
  password: string;
}

/** Measured on the ingestion of 330,000 records; the log settings keep values of rows out of the server's log. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "256MB",
  max_wal_size: "4GB",
  checkpoint_timeout: "15min",
  wal_compression: "pglz",
  random_page_cost: "1.1",
  synchronous_commit: "on",
  timezone: "UTC",
  log_timezone: "UTC",
  // A failed statement's message can quote a row: errors go to their caller, the log keeps the server's own life.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
};

export function urlOf(home: Pick<Home, "password">, port: number, database = "postgres"): string {
  return `postgresql://lanyard:${home.password}@127.0.0.1:${port}/${database}`;
}

interface PidFile {
  pid: number;
  port: number;
  status: string;
}

/** postmaster.pid: line 1 the process, 4 the port, 8 what it is doing. Undefined while absent or half written. */
export function readPidFile(data: string): PidFile | undefined {
  try {
    const lines = readFileSync(path.join(data, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 0 ? { pid, port: Number(lines[3] ?? 0), status: (lines[7] ?? "").trim() } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The server of this folder that is already running, if any. A pid file proves nothing: the number may belong to somebody
 * else by now, and the port to another server. Only the server's own answer about its folder counts.
 */
export async function findRunning(home: Home): Promise<{ pid: number; port: number } | undefined> {
  const until = performance.now() + readyWithinMs;
  let deafUntil = Number.POSITIVE_INFINITY;
  for (;;) {
    const found = readPidFile(home.data);
    if (!found || !isAlive(found.pid)) return undefined;
    if (!isServer.test(commandOf(found.pid))) {
      // PostgreSQL itself would take the stranger for its own and refuse for ever.
      if (processesIn(home.data).length === 0) rmSync(path.join(home.data, "postmaster.pid"), { force: true });
      return undefined;
    }
    if (found.status === "ready" && (await answersFor(home, found.port))) return { pid: found.pid, port: found.port };
    // Ready but mute is not a matter of waiting long, as starting and recovering are.
    if (found.status === "ready") deafUntil = Math.min(deafUntil, performance.now() + 10_000);
    if (performance.now() > Math.min(until, deafUntil)) {
      throw unavailable(`a PostgreSQL (process ${found.pid}) holds ${home.data} and does not answer; see ${home.log}`, "internal");
    }
    await pause(pauseMs * 5); // it is starting, recovering or stopping
  }
}

/** The program, not an argument: an editor with postgres.conf open is no server. */
const isServer = /^(\S*[\\/])?postgres(\.exe)?(:| -D )|[\\/]bin[\\/]postgres(\.exe)? -D /;

async function answersFor(home: Home, port: number): Promise<boolean> {
  try {
    const said = await withClient(urlOf(home, port), (client) => client.query<{ data_directory: string }>("SHOW data_directory"));
    return path.resolve(said.rows[0]!.data_directory) === path.resolve(home.data);
  } catch {
    return false;
  }
}

/** Retried: the last server is not quite gone, or somebody took the free port in between. All else is final. */
const passing = /shared memory block|lock file|Address already in use/;

/** At this port when one is given: whoever used the server before knows no other. */
export async function startServer(
  home: Home,
  extra: Readonly<Record<string, string>>,
  at?: number,
): Promise<{ pid: number; port: number }> {
  const until = performance.now() + 15_000;
  for (;;) {
    const port = at ?? (await freePort());
    const outcome = await launch(home, port, extra);
    if ("pid" in outcome) return { pid: outcome.pid, port };
    if (!passing.test(outcome.said) || performance.now() > until) {
      throw unavailable(`the embedded server did not start: ${fatalLine(outcome.said)} (log: ${home.log})`, "internal");
    }
    await pause(pauseMs * 10);
  }
}

async function launch(home: Home, port: number, extra: Readonly<Record<string, string>>): Promise<{ pid: number } | { said: string }> {
  if (existsSync(home.log) && statSync(home.log).size > rotateLogBytes) renameSync(home.log, `${home.log}.1`);
  const log = openSync(home.log, "a", 0o600);
  const from = statSync(home.log).size;
  const args = Object.entries({ ...settings, port: String(port), ...extra }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  // A session of its own: Ctrl-C in the terminal reaches us, and we stop the server after our own work has ended.
  const child = spawn(path.join(home.native, "bin", "postgres"), ["-D", home.data, ...args], {
    ...identityOf(home.account),
    cwd: home.data,
    detached: true,
    env: serverEnvironment,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = cannotRun(error);
  });
  child.once("exit", (code, signal) => {
    ended ??= `exit ${code ?? signal}`;
  });
  const until = performance.now() + readyWithinMs;
  while (ended === undefined) {
    const found = readPidFile(home.data);
    if (child.pid !== undefined && found?.pid === child.pid && found.status === "ready") {
      child.unref();
      return { pid: child.pid };
    }
    if (performance.now() > until) {
      child.kill("SIGINT");
      return { said: `FATAL: not ready after ${readyWithinMs / 1000} s` };
    }
    await pause(pauseMs);
  }
  const said = readFileSync(home.log).subarray(from).toString("utf8");
  return { said: said.trim() === "" ? ended : said };
}

/** Only what the server needs; nothing of ours (secrets!) is handed to it. */
export const serverEnvironment = { LC_ALL: "C", TZ: "UTC" };

export function identityOf(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

/** musl systems lack glibc's loader: the kernel then says that an existing file does not exist. */
export function cannotRun(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code ?? error.name;
  return `the PostgreSQL binaries do not run on this system (${code}); set DATABASE_URL to a PostgreSQL 18 of yours`;
}

function fatalLine(said: string): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  return (lines.find((line) => /FATAL|PANIC/.test(line)) ?? lines.at(-1) ?? "no reason given").replace(/^.*?(FATAL|PANIC)/, "$1").trim();
}

/** "Fast": ends sessions, writes a checkpoint, leaves nothing to recover. */
export async function stopServer(pid: number): Promise<void> {
  const gone = () => !isAlive(pid);
  for (const [signal, waitMs] of [
    ["SIGINT", stopWithinMs],
    ["SIGQUIT", 5_000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const until = performance.now() + waitMs;
    while (performance.now() < until) {
      if (gone()) return;
      await pause(pauseMs);
    }
  }
  throw unavailable(`the embedded server (process ${pid}) does not stop`, "internal");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

export function unavailable(why: string, errorClass: "settings" | "internal"): HubError {
  return new HubError({ code: "DATABASE_UNAVAILABLE", class: errorClass, message: `PostgreSQL: ${why}`, detail: { why } });
}
