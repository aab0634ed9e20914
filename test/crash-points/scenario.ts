/** What is killed: a piece of the hub's work, in a world of its own, by real processes. */
import type { TestHub } from "../builders/hub";
import type { Arena, Outcome } from "../faults/fault";
import { type RunningProcess, startScript } from "../faults/kit/processes";

export interface Ran {
  /** All that the processes said. */
  readonly said: string;
  /** One of them was killed at the crash point. */
  readonly killed: boolean;
  readonly outcome: Outcome;
}
export interface Scenario {
  readonly name: string;
  /** Does all of it, to its end: with a crash point the first process dies there, and a fresh one goes on. */
  run(arena: Arena, crashPoint: string | undefined): Promise<Ran>;
}

/** Processes of one world. Only the first ones carry the crash point: whoever comes after a death has none. */
export class Workers {
  said = "";
  killed = false;

  constructor(
    private readonly arena: Arena,
    private readonly hub: Pick<TestHub, "folder" | "database" | "rows">,
    private readonly crashPoint: string | undefined,
    private readonly values: Readonly<Record<string, string>> = {},
  ) {}

  start(file: string, args: readonly string[]): RunningProcess {
    const armed = this.crashPoint === "list" || !this.killed ? this.crashPoint : undefined;
    const process = startScript(file, args, { env: { ...this.values, LANYARD_CRASH_POINT: armed } });
    this.arena.after(() => process.kill());
    return process;
  }

  /** Notes that it has ended; true when the crash point was its end. The dead one's leases are over. */
  async ended(process: RunningProcess): Promise<boolean> {
    const { code, signal } = await process.exited;
    this.said += process.said;
    if (signal === null && code === 0) return false;
    if (signal !== "SIGKILL" || this.killed || this.crashPoint === undefined || this.crashPoint === "list")
      throw new Error(`a process ended with ${signal ?? code}: ${process.said.slice(-2_000)}`);
    this.killed = true;
    await this.hub.rows("update ops.connection set lease_until = now() - interval '1 second' where lease_holder is not null");
    return true;
  }

  /** A piece of work by a process; when it is killed, again by a fresh one. What the last one said. */
  async toTheEnd(file: string, args: readonly string[]): Promise<string> {
    for (;;) {
      const process = this.start(file, args);
      if (!(await this.ended(process))) return process.said;
    }
  }

  work(what: string, ...given: readonly string[]): Promise<string> {
    return this.toTheEnd("test/crash-points/worker.ts", [what, this.hub.folder, this.hub.database.url, ...given]);
  }

  run(connectionId: string): Promise<string> {
    return this.toTheEnd("test/builders/hub-process.ts", [this.hub.folder, this.hub.database.url, connectionId]);
  }
}

/** The vendors' doors as a process, at a port that stays the same when it is started again. */
export class Door {
  private current: RunningProcess | undefined;
  readonly origin: string;

  constructor(
    private readonly workers: Workers,
    private readonly hub: Pick<TestHub, "folder" | "database">,
    private readonly port: number,
  ) {
    this.origin = `http://127.0.0.1:${port}`;
  }

  async open(): Promise<void> {
    for (;;) {
      const process = this.workers.start("test/crash-points/worker.ts", [
        "intake",
        this.hub.folder,
        this.hub.database.url,
        String(this.port),
      ]);
      this.current = process;
      if (
        await process.waitFor(/^listening \d+$/m).then(
          () => true,
          () => false,
        )
      )
        return;
      await this.workers.ended(process);
    }
  }

  /** Asks until there is an answer: a vendor that heard none asks again. */
  async until<T>(ask: () => Promise<T | undefined>): Promise<T> {
    for (let tries = 0; tries < 20; tries += 1) {
      const told = await ask();
      if (told !== undefined) return told;
      await this.workers.ended(this.current!);
      await this.open();
    }
    throw new Error("never answered");
  }

  async close(): Promise<void> {
    const process = this.current!;
    const ended = process.kill("SIGTERM");
    await ended;
    await this.workers.ended(process);
  }
}
