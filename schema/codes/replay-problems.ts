import type { ProblemText } from "./problems";

/** Replays of records, and code maps: why something is not offered, not begun, or not understood. */
export const replayProblems = {
  RAW_NOT_KEPT: {
    title: "Raw record not kept",
    say: "Nothing of the record was kept when it was refused (of health nothing is kept that was not accepted), so nothing can be derived from it.",
    next: "Map the code where it is one (`npx lanyard codes map`): the system is then read again from the beginning; else its next complete read brings the record.",
    owner: "hub",
  },
  REPLAY_FILTER_EMPTY: {
    title: "Replay of nothing in particular",
    say: "The filter is empty: a replay of everything there is would be meant by nobody.",
    next: "Name a record, a refusal, a connection, an organisation, a kind, a code or a period.",
    owner: "operator",
  },
  REPLAY_FILTER_INVALID: {
    title: "Filter not usable",
    say: "{field} should be {expected}.",
    next: "Correct it and ask again; nothing was changed.",
    owner: "operator",
  },
  REPLAY_IN_PLANNING: {
    title: "Replay still being planned",
    say: "Replay {replay} is still being planned: what it would do is not known yet.",
    next: "`npx lanyard replay status {replay}` shows how far it is; start it when it is planned.",
    owner: "operator",
  },
  REPLAY_CANCELLED: {
    title: "Replay cancelled",
    say: "The replay was cancelled; what had been stored by then stays.",
    next: "Plan it again for the rest.",
    owner: "operator",
  },
  REPLAY_NOT_CANCELLABLE: {
    title: "Replay not to be cancelled",
    say: "The replay is over, or belongs to a map that has changed already and is derived to its end.",
    next: "End the row of the map instead (`npx lanyard courses unmap`, `npx lanyard codes unmap`), or look at `npx lanyard replay status`.",
    owner: "operator",
  },
  CODE_MAP_INVALID: {
    title: "Code map not usable",
    say: "{field} should be {expected}.",
    next: "Correct it and ask again; nothing was changed.",
    owner: "trust",
  },
  CODE_MAPPED_ALREADY: {
    title: "Code mapped already",
    say: 'The code map of {organisation} says what "{code}" is already.',
    next: "End that row first (`npx lanyard codes unmap`), or leave it.",
    owner: "trust",
  },
  CODE_MAP_NOT_FOUND: {
    title: "No such row of a code map",
    say: "The code map of {organisation} has no such row that was stated here and is in force.",
    next: "`npx lanyard codes list --organisation {organisation}` shows the rows; those of the configuration are changed in its file.",
    owner: "trust",
  },
} as const satisfies Record<string, ProblemText>;
