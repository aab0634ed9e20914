/** Processes of a test: the hub's own code from its source, to be killed, frozen, woken and waited for. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { commandOf } from "../../../platform/postgres/processes";

const root = path.resolve(__dirname, "..", "..", "..");
const register = path.join(root, "test", "register.cjs");

export interface RunningProcess {
  readonly pid: number;
  /** Everything said so far on stdout and stderr. */
  readonly said: string;
  /** Resolves with the first match of what it says, also with what it has said before. */
  waitFor(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>;
  /** SIGKILL unless told otherwise; resolves when it has ended. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** SIGSTOP; resolves when the kernel says that it stands still. */
  freeze(): Promise<void>;
  thaw(): void;
  readonly exited: Promise<Exit>;
}
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}
export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly nodeOptions?: readonly string[];
  readonly cwd?: string;
}

/** A file of the tree, run from its TypeScript. */
export function startScript(file: string, args: readonly string[], options: ProcessOptions = {}): RunningProcess {
  return startProcess(
    process.execPath,
    [...(options.nodeOptions ?? []), "--require", register, path.resolve(root, file), ...args],
    options,
  );
}

/** The command line itself: `lanyard <args>`. */
export function startLanyard(args: readonly string[], options: ProcessOptions = {}): RunningProcess {
  return startScript("cli/main.ts", args, options);
}

/** A process that runs one connection of a test's hub once (test/builders/hub-process.ts). `env` has the secrets, and a crash point. */
export function startRun(
  hub: { readonly folder: string; readonly database: { readonly url: string } },
  connectionId: string,
  options: ProcessOptions = {},
): RunningProcess {
  return startScript("test/builders/hub-process.ts", [hub.folder, hub.database.url, connectionId], options);
}

export function startProcess(command: string, args: readonly string[], options: ProcessOptions = {}): RunningProcess {
  // In the runner's process group: what a test forgets is ended with it.
  const child: ChildProcess = spawn(command, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    said += chunk.toString("utf8");
    for (const listener of [...listeners]) listener();
  };
  child.stdout!.on("data", hear);
  child.stderr!.on("data", hear);
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  exited.catch(() => undefined);
  return {
    pid: child.pid!,
    get said() {
      return said;
    },
    exited,
    waitFor(pattern, withinMs = 60_000) {
      return new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          clearTimeout(timer);
          listeners.delete(look);
          act();
        };
        const look = () => {
          const found = pattern.exec(said);
          if (found) settle(() => resolve(found));
        };
        const fail = (why: string) => settle(() => reject(new Error(`${why} before it said ${pattern}: ${said.slice(-2_000)}`)));
        const timer = setTimeout(() => fail(`${withinMs / 1000} s went by`), withinMs);
        listeners.add(look);
        // What it said last is read first.
        child.once("close", () => fail("the process ended"));
        look();
      });
    },
    async kill(signal = "SIGKILL") {
      child.kill(signal);
      return exited;
    },
    async freeze() {
      child.kill("SIGSTOP");
      await standsStill(child.pid!);
    },
    thaw: () => void child.kill("SIGCONT"),
  };
}

/** Waits until the process is stopped (by SIGSTOP, its own crash point's included). Linux only. */
export async function standsStill(pid: number, withinMs = 30_000): Promise<void> {
  const { readFileSync } = await import("node:fs");
  const until = performance.now() + withinMs;
  for (;;) {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    if (/^[Tt]$/.test(stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3))) return;
    if (performance.now() > until) throw new Error(`process ${pid} does not stand still: ${commandOf(pid)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Until it is so; a failure says what was waited for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 30_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`${withinMs / 1000} s went by, and not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
