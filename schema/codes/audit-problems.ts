import type { ProblemText } from "./problems";

/** What keeps a row of the audit from being written, and what its chains show when they are verified. */
export const auditProblems = {
  AUDIT_UNAVAILABLE: {
    title: "Cannot be recorded",
    say: "The row of the audit could not be written ({why}), and what cannot be recorded is not answered or done.",
    next: "Ask again; when it stays so, look at the database: its disk, its locks and its load.",
    owner: "operator",
  },
} as const satisfies Record<string, ProblemText>;
