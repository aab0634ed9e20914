/** What a test of one fault may use, and what it answers. One file per fault; the runner finds them by their names. */
import type { TestDatabase } from "../builders/database";

/** One run of one fault, under one seed. Everything in it is its own; nothing is left behind. */
export interface Arena {
  readonly seed: number;
  /** 0 <= x < 1: the same seed gives the same numbers. Every choice of a test comes from here. */
  random(): number;
  /** A fresh, migrated database on the run's server. */
  database(): Promise<TestDatabase>;
  /** A folder of its own. */
  readonly folder: string;
  /** The long run: more of everything. */
  readonly long: boolean;
  /** Done when the seed is over, the last first, also after a failure. */
  after(work: () => unknown): void;
  /** A line for whoever reads why a seed failed; never a person's or a health value. */
  note(line: string): void;
}

/**
 * Against the vendor's own ledger of truth. Lost: acknowledged or held by the vendor, and not accounted for. Doubled: an
 * effect that happened twice. Uncertain: not settled when the test ended; a fault passes with 0, 0 and 0 only.
 */
export interface Outcome {
  readonly lost: number;
  readonly doubled: number;
  readonly uncertain: number;
  /** From the end of the fault to the state of truth, in milliseconds, where time passed really. */
  readonly recoveryMs?: number;
}

export interface Fault {
  /** As in the catalogue: "V1", "Q13". */
  readonly id: string;
  /** Seeds in the short run; the long run has at least 20. */
  readonly shortSeeds: number;
  /** Of one seed; default 120 s. A seed that takes longer has failed. */
  readonly timeoutMs?: number;
  /** It needs the machine for itself (memory, both cores): it runs when no other fault does. */
  readonly alone?: boolean;
  /** Undefined, or why it cannot be injected here: the row then reads "not tested", never "passed". */
  cannotRun?(): Promise<string | undefined>;
  /** Throws when the behaviour is not the expected one: the row then reads "failed". */
  run(arena: Arena): Promise<Outcome>;
}
