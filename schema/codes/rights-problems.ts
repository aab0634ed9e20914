import type { ProblemText } from "./problems";

/** Acts of two people, and the rights of the person. */
export const rightsProblems = {
  APPROVAL_NOT_OPEN: {
    title: "Nothing to decide",
    say: "There is no such request for your organisation that waits for a second person: it was decided, it has run out, or it never was.",
    next: "Look at `npx lanyard approvals list`; what has run out is asked for again.",
    owner: "trust",
  },
  APPROVAL_SAME_PERSON: {
    title: "A second person is needed",
    say: "Whoever asked cannot approve it: this act takes two different people.",
    next: "Have somebody else of the same team decide (`npx lanyard approvals approve`).",
    owner: "trust",
  },
  APPROVAL_MISSING: {
    title: "Not approved",
    say: "A second person has not said yes to exactly this, or the yes was used or has run out.",
    next: "Ask again; the request then waits in `npx lanyard approvals list`.",
    owner: "trust",
  },
  APPROVAL_NOT_YOURS: {
    title: "Somebody else's to decide",
    say: "This request is decided by another team: the health part of a copy by occupational health, everything else by whoever may do the act.",
    next: "Tell that team that it waits.",
    owner: "trust",
  },
  APPROVAL_REASON: {
    title: "A reason is needed",
    say: "Say why, in 1 to 1,000 characters: whoever decides, the trust and the audit read it.",
    next: "Ask again with a reason.",
    owner: "operator",
  },
  PAYLOAD_UNKNOWN: {
    title: "No such refused payload",
    say: "There is no refused record of training by this id whose payload is kept, or none that may be asked for.",
    next: "Take the id from the rows behind a refusal; for a health record ask occupational health of that trust.",
    owner: "operator",
  },
  SUBJECT_UNKNOWN: {
    title: "Nobody of this organisation",
    say: "The organisation holds nothing about such a person.",
    next: "Take the id from `npx lanyard show` or `npx lanyard where --number`, and say for which organisation you act.",
    owner: "trust",
  },
  ERASURE_MUST_WAIT: {
    title: "A file for ESR is on its way",
    say: "A file with lines about the person is written and has not been sent yet: taken out now, the file would not be what was recorded.",
    next: "Wait until it has been sent (`npx lanyard esr list`), then ask again; nothing was changed.",
    owner: "operator",
  },
} satisfies Record<string, ProblemText>;
