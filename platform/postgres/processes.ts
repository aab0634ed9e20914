import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A dead process that nobody has collected (a container without an init leaves them) still answers signal 0. */
function isZombie(pid: number): boolean {
  return /^\d+ \(.*\) Z/s.test(read(`/proc/${pid}/stat`));
}

/**
 * Names one process for good. A pid alone does not: after a restart of a container the same small numbers come back, and a
 * stale lock would seem to be held.
 */
export function processIdentity(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  const startedAtTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  const boot = read("/proc/sys/kernel/random/boot_id").trim();
  return `${pid} ${startedAtTicks} ${boot}`.trim();
}

export function isSameProcess(identity: string): boolean {
  const pid = Number(identity.split(" ")[0]);
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) && processIdentity(pid) === identity;
}

export function commandOf(pid: number): string {
  const fromProc = read(`/proc/${pid}/cmdline`);
  if (fromProc || process.platform === "linux") return fromProc.replaceAll("\0", " ");
  try {
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}

/** Processes working in this folder: a server's children after their parent was killed. Linux only; elsewhere none are seen. */
export function processesIn(folder: string): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === folder;
      } catch {
        return false;
      }
    });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
