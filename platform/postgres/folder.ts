import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { type Account, canReach, serverAccount } from "./account";
import { cannotRun, identityOf, serverEnvironment, unavailable } from "./server";

export interface Place {
  /** Where the records live: the folder asked for, or the fallback. */
  folder: string;
  /** The server's own part of it. */
  home: string;
  account: Account | undefined;
  notes: string[];
}

/**
 * Finds a place that the server's account can reach. A checkout in root's home is common in containers, and there the
 * unprivileged account reaches nothing: the records then go to a place that is always the same for this project.
 */
export function preparePlace(asked: string, projectRoot: string, fallbackBase = "/var/lib/lanyard"): Place {
  let folder = path.resolve(asked);
  const account = ownerOf(path.join(folder, "postgres")) ?? serverAccount();
  const notes: string[] = [];
  makeFolder(folder);
  if (account && !canReach(folder, account)) {
    const project = createHash("sha256").update(path.resolve(projectRoot)).update("\0").update(folder).digest("hex").slice(0, 12);
    const fallback = path.join(fallbackBase, project);
    makeFolder(fallback);
    if (!canReach(fallback, account)) {
      throw unavailable(
        `the account ${account.name} can reach neither ${folder} nor ${fallback}; set LANYARD_DATA to a folder it can reach`,
        "settings",
      );
    }
    if (readdirSync(folder).length === 0) rmdirSync(folder);
    notes.push(`Records live in ${fallback}: PostgreSQL does not run as root, and the account ${account.name} cannot reach ${folder}.`);
    folder = fallback;
  }
  const home = path.join(folder, "postgres");
  makeHome(home, account);
  mkdirSync(path.join(home, "users"), { recursive: true, mode: 0o700 });
  return { folder, home, account, notes };
}

/** 0711: others may pass through to what they own, and list nothing. */
function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (!first) return;
  // The caller's umask may have taken the passage away from every level just made.
  for (let at = folder; at.startsWith(first); at = path.dirname(at)) chmodSync(at, 0o711);
}

/** Records written before by an ordinary account: root carries on in that account's name. */
function ownerOf(home: string): Account | undefined {
  const stat = statSync(home, { throwIfNoEntry: false });
  return process.getuid?.() === 0 && stat && stat.uid !== 0 ? { name: `uid ${stat.uid}`, uid: stat.uid, gid: stat.gid } : undefined;
}

function makeHome(home: string, account: Account | undefined): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const ourselves = process.getuid?.();
  const { uid } = statSync(home);
  if (account) {
    chownSync(home, account.uid, account.gid);
    chmodSync(home, 0o700);
  } else if (ourselves !== undefined && uid !== ourselves) {
    throw unavailable(
      `${home} belongs to another account (uid ${uid}, we are ${ourselves}): start as that account, or set LANYARD_DATA to another folder`,
      "settings",
    );
  }
}

/** A random one per data folder; nobody types it. */
export function passwordOf(place: Place): string {
  const file = path.join(place.home, "password");
  if (!existsSync(file)) {
    if (existsSync(path.join(place.home, "data", "PG_VERSION"))) {
      throw unavailable(
        `${file} is missing; put it back from a copy, or move ${path.join(place.home, "data")} away to begin anew`,
        "settings",
      );
    }
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
    if (place.account) chownSync(file, place.account.uid, place.account.gid);
  }
  return readFileSync(file, "utf8").trim();
}

/**
 * Makes the data folder aside and renames it when it is whole, so that `data` is either absent or complete: an initdb that
 * was killed leaves only a `data.new.*`, which the next start clears. True when it was made now.
 */
export function ensureData(place: Place, binaries: { native: string; major: string }, durable: boolean): boolean {
  const data = path.join(place.home, "data");
  for (const name of readdirSync(place.home)) {
    if (name.startsWith("data.new")) rmSync(path.join(place.home, name), { recursive: true, force: true, maxRetries: 20 });
  }
  // A name of its own: initdb outlives a starter that was killed, and must not write into ours.
  const aside = path.join(place.home, `data.new.${randomBytes(4).toString("hex")}`);
  if (existsSync(data) && readdirSync(data).length === 0) rmdirSync(data);
  if (existsSync(data)) {
    checkMajor(data, binaries.major);
    return false;
  }
  const done = spawnSync(
    path.join(binaries.native, "bin", "initdb"),
    [
      "-D",
      aside,
      "--username=lanyard",
      `--pwfile=${path.join(place.home, "password")}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // The server's own collation: the same order on every machine, and no index to rebuild when the system's changes.
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      ...(durable ? [] : ["--no-sync"]),
    ],
    { ...identityOf(place.account), cwd: place.home, env: serverEnvironment, encoding: "utf8" },
  );
  if (done.error) throw unavailable(cannotRun(done.error), "settings");
  if (done.status !== 0) {
    rmSync(aside, { recursive: true, force: true });
    const lines = done.stderr.split("\n").filter((line) => line.trim() !== "");
    throw unavailable(
      `initdb failed: ${lines.find((line) => /error|FATAL/i.test(line)) ?? lines.at(-1) ?? `exit ${done.status ?? done.signal}`}`,
      "internal",
    );
  }
  renameSync(aside, data);
  return true;
}

function checkMajor(data: string, major: string): void {
  const file = path.join(data, "PG_VERSION");
  if (!existsSync(file)) {
    throw unavailable(
      `${data} is not a PostgreSQL data folder (PG_VERSION is missing): nothing was touched; move it away or set LANYARD_DATA`,
      "settings",
    );
  }
  const found = readFileSync(file, "utf8").trim();
  if (found !== major) {
    throw unavailable(
      `the records in ${data} were written by PostgreSQL ${found} and this version of the hub brings PostgreSQL ${major}: start the earlier version of the hub, or move the records with pg_dump of PostgreSQL ${found}`,
      "settings",
    );
  }
}
