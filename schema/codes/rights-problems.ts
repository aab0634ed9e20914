import type { ProblemText } from "./problems";

/** Acts of two people, and the rights of the person. */
export const rightsProblems = {
  APPROVAL_NOT_OPEN: {
    title: "Nothing to decide",
    say: "There is no such request for your organisation that waits for a second person: it was decided, it has run out, or it never was.",
    next: "Look at `lanyard approvals list`; what has run out is asked for again.",
    owner: "trust",
  },
  APPROVAL_SAME_PERSON: {
    title: "A second person is needed",
    say: "Whoever asked cannot approve it: this act takes two different people.",
    next: "Have somebody else of the same team decide (`lanyard approvals approve`).",
    owner: "trust",
  },
  APPROVAL_MISSING: {
    title: "Not approved",
    say: "A second person has not said yes to exactly this, or the yes was used or has run out.",
    next: "Ask again; the request then waits in `lanyard approvals list`.",
    owner: "trust",
  },
  SUBJECT_UNKNOWN: {
    title: "Nobody of this organisation",
    say: "The organisation holds nothing about such a person.",
    next: "Take the id from `lanyard show` or `lanyard where --number`, and say for which organisation you act.",
    owner: "trust",
  },
  ERASURE_MUST_WAIT: {
    title: "A file for ESR is on its way",
    say: "A file with lines about the person is written and has not been sent yet: taken out now, the file would not be what was recorded.",
    next: "Wait until it has been sent (`lanyard esr list`), then ask again; nothing was changed.",
    owner: "operator",
  },
} satisfies Record<string, ProblemText>;
