import type { ProblemText } from "./problems";

/** Records that cannot be read or stored at all, and streams whose records no longer look as they did. */
export const historyProblems = {
  RECORD_UNREADABLE: {
    title: "The hub failed on a record",
    say: "Reading the record failed in the hub's own code ({got}); the records around it were taken.",
    next: "Report it with the refusal's id (`npx lanyard show <id>`): the record is read again with the next complete read after a correction.",
    owner: "hub",
  },
  RECORD_UNSTORABLE: {
    title: "A record that cannot be stored",
    say: "The database does not take {pointer} ({got}); expected {expected}. The records around it were stored.",
    next: "The vendor corrects the value; the record is read again with the next change or complete read.",
    owner: "vendor",
  },
  SCHEMA_DRIFT: {
    title: "The vendor's records have changed their shape",
    say: "{refused} of {records} records of {dataSet} do not fit any more, {pointer} above all (got {got}, expected {expected}). Only {dataSet} stands still: nothing of it is passed over.",
    next: "Ask the vendor what has changed. If their records are right as they are, take note with `npx lanyard drift accept {connection} --data-set {dataSet} --reason <text>`: the rest is read then, and what does not fit is refused one by one.",
    owner: "vendor",
  },
  MERGE_IMPOSSIBLE: {
    title: "These cannot be merged, or parted",
    say: "{id}: {why}.",
    next: "Name two staff members as they stand today, or a merge that has not been undone.",
    owner: "trust",
  },
  DRIFT_NOTICED: {
    title: "The vendor's records look different",
    say: "{dataSet}: {what}. Nothing is blocked by it.",
    next: "Look at it when convenient: `npx lanyard drift list {connection}`; note it with `npx lanyard drift accept {connection} --reason <text>`.",
    owner: "operator",
  },
} as const satisfies Record<string, ProblemText>;
