/** The process of one fault: started in a group of its own, watched, and ended with everything that it has started. */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import type { Said } from "./said";

const root = path.resolve(__dirname, "..", "..", "..");
const mostStderr = 20_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** How to end what is running, should the runner itself be told to stop. */
const running = new Set<() => void>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    for (const end of running) end();
    process.kill(process.pid, signal);
  });
}

/** Resolves when the process has ended. `onSaid` may answer a number of milliseconds: how long until it has to say something again. */
export function runChild(
  args: readonly string[],
  folder: string,
  onSaid: (said: Said) => number | undefined,
  firstMs: number,
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    ["--require", path.join(root, "test", "register.cjs"), path.join(root, "test", "faults", "one.ts"), ...args],
    { cwd: root, detached: true, stdio: ["ignore", "pipe", "pipe", "ipc"] },
  );
  let stderr = "";
  // What a test prints is kept for the reader of a failure; the table stays alone on stdout.
  const keep = (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-mostStderr);
  };
  child.stdout!.on("data", keep);
  child.stderr!.on("data", keep);
  const end = () => endGroup(child.pid!, folder);
  running.add(end);
  let timer = setTimeout(end, firstMs);
  child.on("message", (message) => {
    const next = onSaid(message as Said);
    clearTimeout(timer);
    timer = setTimeout(end, next ?? firstMs);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      running.delete(end);
      end();
      // Its pipes may be held open by what it had started: nothing waits for them.
      child.stdout!.destroy();
      child.stderr!.destroy();
      resolve({ code, signal, stderr });
    });
  });
}

/** The group, and whatever made a session of its own (database servers do) and works in the fault's folder. */
function endGroup(pid: number, folder: string): void {
  kill(-pid);
  for (const one of processesUnder(folder)) kill(one);
  for (const mounted of mountsUnder(folder)) spawnSync("umount", ["--lazy", mounted]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone already
  }
}

/** Linux only, as is everything that starts servers of its own. */
function processesUnder(folder: string): number[] {
  if (process.platform !== "linux") return [];
  const inside = (text: string) => text === folder || text.startsWith(`${folder}/`);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => {
      try {
        if (inside(readlinkSync(`/proc/${pid}/cwd`))) return true;
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").some(inside);
      } catch {
        return false;
      }
    });
}

function mountsUnder(folder: string): string[] {
  if (process.platform !== "linux") return [];
  return readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((at) => at.startsWith(`${folder}/`));
}
