import type { ProblemText } from "./problems";

/** Course maps and what they derive anew: why there is no preview, and why one was not carried out. */
export const courseProblems = {
  COURSE_NOT_FOUND: {
    title: "Course not known",
    say: 'No completion of a course "{course}" has come from a system of {organisation}.',
    next: "`npx lanyard courses list --organisation {organisation}` names those that wait, as their systems call them.",
    owner: "trust",
  },
  COURSE_MAP_INVALID: {
    title: "Course map not usable",
    say: "{field} should be {expected}.",
    next: "Correct it and ask again; nothing was changed.",
    owner: "trust",
  },
  COURSE_MAPPED_ALREADY: {
    title: "Course mapped already",
    say: 'The course map of {organisation} says that of "{course}" already.',
    next: "Nothing; what the systems send is derived by it.",
    owner: "trust",
  },
  COURSE_MAP_NOT_FOUND: {
    title: "No such row of a course map",
    say: "The course map of {organisation} has no such row that was stated here and is in force.",
    next: "`npx lanyard courses list --organisation {organisation}` shows the rows; those of the configuration are changed in its file.",
    owner: "trust",
  },
  COMPETENCE_NOT_KNOWN: {
    title: "Competence not known",
    say: "That is neither a national competence nor a name as ESR writes it.",
    next: "Write it as ESR does, for example NHS|CSTF|Fire Safety - 2 Years|, or by its identity, for example CSTF|Fire Safety|1|.",
    owner: "trust",
  },
  RAW_EXPIRED: {
    title: "Raw record expired",
    say: "The record as it was received has been deleted after its time, so nothing can be derived from it.",
    next: "Nothing: where the system still lists the completion, its next complete read brings it under the map in force.",
    owner: "hub",
  },
  CONNECTION_NOT_CONFIGURED: {
    title: "Connection not in the configuration",
    say: "The connection that the record came from is not in this configuration, so its raw record cannot be read.",
    next: "Run it where the connection is configured.",
    owner: "operator",
  },
  REPLAY_YIELDS_NOTHING: {
    title: "Nothing is derived any more",
    say: "The raw record no longer yields the completion that was once derived from it.",
    next: "The next complete read of the system decides.",
    owner: "hub",
  },
  REPLAY_NOT_FOUND: {
    title: "No such preview",
    say: "There is no such preview.",
    next: "Make a new one.",
    owner: "trust",
  },
  REPLAY_OVER: {
    title: "Preview is over",
    say: "This preview has been given up, or its records have changed since.",
    next: "Make a new one; nothing was changed.",
    owner: "trust",
  },
  REPLAY_STALE: {
    title: "Not as in the preview any more",
    say: "Since the preview: {differences} Nothing was changed.",
    next: "Make a new preview and look at it.",
    owner: "trust",
  },
  REPLAY_BUSY: {
    title: "Records are being read",
    say: "A sync, or another change of this trust's course map, is under way.",
    next: "Try again in a minute; what has been begun is finished by itself.",
    owner: "hub",
  },
  REPLAY_DIVERGED: {
    title: "Replay stopped",
    say: "{got} of {expected} records of a page would have changed; nothing of the page was stored.",
    next: "A fault of the hub: report it with the run id.",
    owner: "hub",
  },
} as const satisfies Record<string, ProblemText>;
