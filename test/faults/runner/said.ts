import type { Outcome } from "../fault";

/** What the process of one fault tells the runner. */
export type Said =
  | {
      readonly what: "fault";
      readonly id: string;
      readonly shortSeeds: number;
      readonly timeoutMs: number | undefined;
      readonly alone: boolean;
      readonly cannotRun: string | undefined;
    }
  | { readonly what: "seed"; readonly seed: number }
  | {
      readonly what: "result";
      readonly seed: number;
      readonly ms: number;
      readonly notes: readonly string[];
      readonly outcome?: Outcome;
      readonly error?: string;
    };
