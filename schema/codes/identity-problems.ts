import type { ProblemText } from "./problems";

/** Whose login somebody is: codes, claims and revocations. */
export const identityProblems = {
  ACCOUNT_CODE_REFUSED: {
    title: "Code not accepted",
    say: "The code and the date of birth do not fit together, or the code is over. After five attempts nothing is taken for an hour.",
    next: "Check both; else ask the HR of your employer for a new code.",
    owner: "trust",
  },
  ACCOUNT_TAKEN: {
    title: "Login belongs to another record",
    say: "This login is recorded for another record already.",
    next: "HR revokes that account first (`npx lanyard accounts list`), then the code is used again.",
    owner: "trust",
  },
  ACCOUNT_FROZEN: {
    title: "Two logins claim one record",
    say: "Two logins of the same kind are recorded for this person: neither reads anything until it is settled which is right.",
    next: "HR asks the person in front of it which login is theirs and revokes the other one (`npx lanyard accounts revoke`); the one that is left works again.",
    owner: "trust",
  },
  ACCOUNT_NOT_FOUND: {
    title: "No such account",
    say: "There is no account with this id in force.",
    next: "`npx lanyard accounts list` shows those there are.",
    owner: "operator",
  },
} as const satisfies Record<string, ProblemText>;
