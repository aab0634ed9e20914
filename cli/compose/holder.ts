import { readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Two containers may share a host's name and not its processes: a process id means something within its namespace only. */
function machine(): string {
  try {
    return `${hostname()}/${/\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? ""}`;
  } catch {
    return hostname();
  }
}
const here = machine();

/** How this process names itself on a lease. */
export function holderName(): string {
  return `${here}:${process.pid}`;
}

/** A holder on this machine whose process is gone: after a kill -9 nobody has to wait for its leases to run out. */
export function isDeadHolder(holder: string): boolean {
  const at = holder.lastIndexOf(":");
  const pid = Number(holder.slice(at + 1));
  if (holder.slice(0, at) !== here || !Number.isInteger(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
