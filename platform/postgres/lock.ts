import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { HubError } from "../errors";
import { isSameProcess, processIdentity } from "./processes";

const pauseMs = 25;
let counter = 0;

/**
 * One process at a time starts or stops the server of a folder: of two starts at once one initialises and the other adopts.
 * A holder that died (kill -9) holds nothing: the lock names its process, not only a number.
 */
export async function withStartLock<T>(folder: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const file = path.join(folder, "start.lock");
  counter += 1;
  // Unique also inside one process, where a second start must wait for the first.
  const mine = `${processIdentity(process.pid)}#${counter}`;
  const aside = path.join(folder, `start.lock.${process.pid}.${counter}`);
  writeFileSync(aside, mine, { mode: 0o644 });
  try {
    const until = performance.now() + waitMs;
    while (!take(aside, file)) {
      clearStale(file, aside);
      if (performance.now() > until) {
        throw new HubError({
          code: "DATABASE_UNAVAILABLE",
          class: "internal",
          message: `Another process has been starting the embedded PostgreSQL for ${Math.round(waitMs / 1000)} s`,
          detail: { why: "another process holds the start lock" },
        });
      }
      await pause(pauseMs);
    }
  } finally {
    rmSync(aside, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** A link appears with its content or not at all; creating and then writing would show others an empty lock. */
function take(aside: string, file: string): boolean {
  try {
    linkSync(aside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function clearStale(file: string, aside: string): void {
  if (isHeld(file)) return;
  // Renamed first: of two that see the same stale lock only one gets it, and neither removes the other's fresh one unseen.
  const grabbed = `${aside}.stale`;
  try {
    renameSync(file, grabbed);
  } catch {
    return;
  }
  if (isHeld(grabbed)) take(grabbed, file);
  rmSync(grabbed, { force: true });
}

function isHeld(file: string): boolean {
  try {
    return isSameProcess(readFileSync(file, "utf8").split("#")[0]!);
  } catch {
    return true; // gone, or not to be read: then it is not ours to clear
  }
}

/** The processes that use a server; whoever leaves last stops it. */
export function usersOf(folder: string) {
  const at = path.join(folder, "users");
  const others = (): string[] => {
    const living: string[] = [];
    for (const name of readdirSync(at)) {
      let identity = "";
      try {
        identity = readFileSync(path.join(at, name), "utf8").split("#")[0]!;
      } catch {
        continue;
      }
      if (isSameProcess(identity)) living.push(name);
      else rmSync(path.join(at, name), { force: true });
    }
    return living;
  };
  return {
    enter(): string {
      counter += 1;
      const name = `${process.pid}.${counter}`;
      writeFileSync(path.join(at, name), `${processIdentity(process.pid)}#${counter}`);
      return name;
    },
    /** True when nobody else is left. */
    leave(name: string): boolean {
      rmSync(path.join(at, name), { force: true });
      return others().length === 0;
    },
  };
}
