import type { ProblemText } from "./problems";

/** The engine's own: what stopped a connection although its vendor has done nothing wrong. */
export const engineProblems = {
  CONNECTION_QUARANTINED: {
    title: "Set apart: its runs kill their process",
    say: "{deaths} runs of {connection} in a row ended with the death of their process, at the same place; it is not run until somebody lets it.",
    next: "Look for what it reads there (a page that needs too much memory: lower its page size); then `npx lanyard connections resume {connection} --reason <text>`.",
    owner: "operator",
  },
  CONNECTION_NOT_PAUSED: {
    title: "Not paused",
    say: "{connection} is not paused.",
    next: "Nothing; `npx lanyard status` shows what it does.",
    owner: "operator",
  },
  CONNECTION_PAUSED_BY_CONFIGURATION: {
    title: "Paused by the configuration",
    say: "{connection} is paused because of what lanyard.yaml says ({why}).",
    next: "Change that in lanyard.yaml; the pause ends with it.",
    owner: "trust",
  },
  WORKER_STUCK: {
    title: "Worker gets no work",
    say: "Work has waited for {seconds} s and this worker has taken none ({why}).",
    next: "The worker opens its queue anew by itself; if it stays: look at the queue's server (REDIS_URL or DATABASE_URL), then restart the worker.",
    owner: "operator",
  },
} as const satisfies Record<string, ProblemText>;
