/** The vocabulary of states: always a word, the colour only beside it. */
export type TagColour = "grey" | "red" | "green" | "yellow" | "orange" | "blue" | "purple";
export interface StateWord {
  readonly word: string;
  readonly colour: TagColour;
}

export const connectionStates: Readonly<Record<string, StateWord>> = {
  SETTING_UP: { word: "Setting up", colour: "grey" },
  NEVER_WORKED: { word: "Never worked", colour: "red" },
  ON_TIME: { word: "On time", colour: "green" },
  LATE: { word: "Late", colour: "yellow" },
  STOPPED: { word: "Stopped", colour: "red" },
  ERRORS: { word: "Errors", colour: "orange" },
  PAUSED: { word: "Paused", colour: "blue" },
};
/** Somebody has to look. */
export const needsAttention: ReadonlySet<string> = new Set(["NEVER_WORKED", "LATE", "STOPPED", "ERRORS", "PAUSED"]);
/** The worst first. */
export const stateOrder = ["STOPPED", "NEVER_WORKED", "LATE", "ERRORS", "PAUSED", "SETTING_UP", "ON_TIME"];

/** Where a record, a delivery or a file stands. */
export const rowStates: Readonly<Record<string, StateWord>> = {
  WAITING: { word: "Waiting", colour: "yellow" },
  UNBOUND: { word: "Not matched", colour: "yellow" },
  PROPOSED: { word: "Proposed", colour: "blue" },
  CONFLICT: { word: "Conflict", colour: "orange" },
  REFUSED: { word: "Refused", colour: "red" },
  HELD: { word: "Held", colour: "orange" },
  UNMAPPED: { word: "Not mapped", colour: "yellow" },
  DUE: { word: "Due", colour: "blue" },
  WRITTEN: { word: "Written", colour: "blue" },
  SHADOWED: { word: "Rehearsed", colour: "purple" },
  SENT: { word: "Sent", colour: "blue" },
  ACKNOWLEDGED: { word: "Acknowledged", colour: "green" },
  RETURNED: { word: "Returned", colour: "green" },
  NOT_DUE: { word: "Not due", colour: "grey" },
  IN_FORCE: { word: "In force", colour: "green" },
  NOT_AT_SOURCE: { word: "Not at source", colour: "grey" },
  SUSPECTED: { word: "Suspected", colour: "orange" },
};

export const runOutcomes: Readonly<Record<string, StateWord>> = {
  COMPLETED: { word: "Completed", colour: "green" },
  CONTINUES: { word: "Continues", colour: "blue" },
  FAILED: { word: "Failed", colour: "red" },
  HELD: { word: "Held", colour: "orange" },
  ABANDONED: { word: "Abandoned", colour: "grey" },
};

export const owners: Readonly<Record<string, string>> = {
  VENDOR: "Vendor",
  TRUST: "Trust",
  ESR: "ESR",
  OPERATOR: "Hub operator",
  HUB: "Hub",
};

/** Numbers whose rows can be listed, as titles. */
export const numberTitles: Readonly<Record<string, string>> = {
  WAITING: "Records waiting for their person",
  UNMATCHED: "People not matched",
  REFUSED: "Refused records",
  HELD: "Withdrawals held for a decision",
  UNMAPPED_COURSE: "Completions of courses without a competence",
  DUE: "Records due for ESR",
  SENT: "Records sent to ESR and not answered yet",
  ACKNOWLEDGED: "Records acknowledged by ESR",
  RETURNED: "Records that came back from ESR",
  REFUSED_BY_ESR: "Records refused by ESR",
  SHADOWED: "Records rehearsed and not sent",
  REHEARSED_HELD: "Rehearsed records that ESR has already",
  REHEARSED_DIFFERS: "Rehearsed records that ESR has of another day",
  REHEARSED_LACKS: "Rehearsed records that ESR lacks",
  ELIGIBLE: "Records that ESR should hold",
  UNKNOWN_TO_ESR: "People in a learning system whom ESR does not know",
  ACTIVE: "Active assignments",
  NOT_IN_LMS: "Active assignments whose person is in no learning system of the trust",
};
