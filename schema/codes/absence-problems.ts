import type { ProblemText } from "./problems";

/** What is missing, doubted or held for a person, and what a vendor's answers say that cannot be. */
export const absenceProblems = {
  SNAPSHOT_SHRANK: {
    title: "Snapshot held",
    say: "A complete snapshot lacks {count} of {total} records; nothing was withdrawn.",
    next: "Check the source (rights of the account, filter, failed export); then a person decides: npx lanyard held show {held}",
    owner: "trust",
  },
  HELD_NOT_FOUND: {
    title: "No such held snapshot",
    say: "No snapshot of yours is held under that id.",
    next: "`npx lanyard held list` names those that wait.",
    owner: "trust",
  },
  HELD_OVER: {
    title: "Decided already",
    say: "This held snapshot has been decided, or a later snapshot was whole.",
    next: "`npx lanyard held list` names those that wait; nothing was changed.",
    owner: "trust",
  },
  HELD_REASON: {
    title: "Reason missing",
    say: "Releasing or refusing needs a reason of 1 to 1,000 characters.",
    next: "Say why, for whoever reads the audit; nothing was changed.",
    owner: "trust",
  },
  FILTER_IGNORED: {
    title: "System ignores what was asked for",
    say: "{operation} was asked with {parameter} and answered with others as well; what does not fit was not used.",
    next: "The vendor puts its interface right: until then nothing that is missing there counts as gone.",
    owner: "vendor",
  },
} as const satisfies Record<string, ProblemText>;

/** Why a snapshot is held, in a sentence. What a connector doubts and is not listed is told by its own word. */
const heldCauses: Readonly<Record<string, string>> = {
  SHRANK: "It lacks more than the limit of the connection.",
  EMPTY: "It lists nothing of what is held.",
  FEWER_COURSES: "The account is shown far fewer courses than the last time: it may have lost a right.",
  UNREADABLE: "It lists records that cannot be read far enough to say which they are: those that are missing may be among them.",
  PEOPLE_GONE: "Many of the people whom the system knew are gone at once: the account may have lost a right.",
};
export const heldCause = (cause: string): string => heldCauses[cause] ?? `The connector doubts that everything was shown (${cause}).`;
