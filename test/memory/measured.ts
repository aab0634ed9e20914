/** A process of the hub with a small heap, as a container of that size would run it, and what it held at most. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";

export const heapLimitMb = 256;
/** Written by `npm run build`: measured is what is shipped. */
export const built = path.resolve(__dirname, "..", "..");
export const root = path.basename(built) === "dist" ? path.dirname(built) : built;

export interface Held {
  readonly heapMb: number;
  readonly residentMb: number;
}
export interface Ended extends Held {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
export interface Measured {
  readonly child: ChildProcess;
  /** What it has said on stderr and stdout so far. */
  readonly said: () => string;
  readonly ended: Promise<Ended>;
}

let started = 0;

/** `script` below dist/ or the command line itself. An end without a figure is one by the limit itself, or a crash: it throws. */
export function measured(
  script: string,
  args: readonly string[],
  options: { readonly folder: string; readonly env?: Readonly<Record<string, string | undefined>>; readonly ipc?: boolean },
): Measured {
  const file = path.join(options.folder, `held-${++started}.json`);
  const meter = path.join(built, "test", "memory", "meter.js");
  const child = spawn(process.execPath, [`--max-old-space-size=${heapLimitMb}`, "--require", meter, script, ...args], {
    cwd: root,
    env: { ...process.env, ...options.env, LANYARD_TEST_METER: file },
    stdio: ["ignore", "pipe", "pipe", ...(options.ipc ? (["ipc"] as const) : [])],
  });
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr!.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-20_000);
  });
  // Not "close": that never comes where the parent has disconnected.
  const heard = [child.stdout!, child.stderr!].map((stream) => once(stream, "end"));
  const ended = Promise.all([once(child, "exit"), ...heard]).then(([[code, signal]]): Ended => {
    try {
      return { code, stdout, stderr, ...(JSON.parse(readFileSync(file, "utf8")) as Held) };
    } catch {
      throw new Error(`the process ended by ${signal ?? code} and could not say what it held: ${stderr.slice(-2000)}`);
    }
  });
  ended.catch(() => undefined);
  return { child, said: () => stderr + stdout, ended };
}

export const commandLine = path.join(root, "cli", "lanyard.cjs");
