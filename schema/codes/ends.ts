/**
 * Where the path of a record, a receipt, a file, a run or a refusal can end: a closed list, each with what it means in a
 * sentence, whose move it is and the next step. `{name}` is filled from the trace's own detail (ids, counts, days, codes).
 */
import type { Owner } from "./problems";

/** Nobody's: the matter is settled, or goes on by itself. */
export type EndOwner = Owner | "nobody";
export interface EndText {
  readonly say: string;
  readonly next: string;
  readonly owner: EndOwner;
}

export const endTexts = {
  // --- before it is stored -----------------------------------------------------------------------------------------------
  NOT_RECEIVED: {
    say: "Nothing of it has been stored: {why}",
    next: "{next}",
    owner: "trust",
  },
  BEING_READ: {
    say: "It is on its way: what has been read so far is stored, and the next run goes on from there.",
    next: "npx lanyard sync {connection}",
    owner: "hub",
  },
  READ: {
    say: "It has been read to its end, and every record in it is accounted for.",
    next: "Nothing to do.",
    owner: "nobody",
  },
  READ_WITH_OPEN_ENDS: {
    say: "It has been read to its end; {waiting} records wait for their person and {refused} were refused.",
    next: "npx lanyard problems",
    owner: "trust",
  },
  REFUSED: {
    say: "It was refused: {why}",
    next: "{next}",
    owner: "vendor",
  },
  CORRECTED: {
    say: "It was refused, and a later version of the same record has been accepted since.",
    next: "Nothing to do.",
    owner: "nobody",
  },
  IGNORED: {
    say: "It says nothing that is kept (an unfinished course, a dose not given): that is no fault.",
    next: "Nothing to do.",
    owner: "nobody",
  },
  // --- stored, and no further ------------------------------------------------------------------------------------------------
  WAITING_FOR_PERSON: {
    say: "It is stored and waits: nobody knows yet whose it is ({why}).",
    next: "npx lanyard match list --organisation {organisation}",
    owner: "trust",
  },
  SUPERSEDED: {
    say: "A newer version was there before it arrived; it is kept in the history.",
    next: "Nothing to do.",
    owner: "nobody",
  },
  WITHDRAWN: {
    say: "Its source has withdrawn it; it is kept, and no longer counts.",
    next: "Nothing, unless the source is wrong: then it is corrected there.",
    owner: "nobody",
  },
  SUSPECTED: {
    say: "The last snapshot of its source lacks it; it counts until another snapshot confirms that.",
    next: "Nothing: the next complete snapshot decides.",
    owner: "hub",
  },
  HELD: {
    say: "The last snapshot of its source lacks it and many others; nothing is withdrawn before somebody has looked.",
    next: "Check the source (rights of the account, filter, failed export): npx lanyard problems --organisation {organisation}",
    owner: "trust",
  },
  STORED_NOT_FOR_ESR: {
    say: "It is stored and served, and not for ESR: {why}",
    next: "{next}",
    owner: "nobody",
  },
  WAITS_FOR_COURSE_MAP: {
    say: "It is stored as finished learning and waits for the course map: nobody has said which competence the course awards.",
    next: "npx lanyard courses list --organisation {organisation}",
    owner: "trust",
  },
  // --- towards ESR -----------------------------------------------------------------------------------------------------------
  AWAITS_ESR_RUN: {
    say: "It is stored and served; whether ESR needs it is judged at the next run towards ESR.",
    next: "npx lanyard esr run",
    owner: "hub",
  },
  DUE_FOR_ESR: {
    say: "ESR does not hold it yet: it goes with the next file.",
    next: "npx lanyard esr run",
    owner: "hub",
  },
  SHADOWED: {
    say: "It would have been sent; this data set only rehearses, so nothing has left.",
    next: "The trust's named approver sets `esr: on` for the connection when the rehearsal is right.",
    owner: "trust",
  },
  SENT_TO_ESR: {
    say: "It was sent; ESR has not answered yet.",
    next: "Nothing: the answer is read when it comes.",
    owner: "esr",
  },
  REFUSED_BY_ESR: {
    say: "ESR has refused it: {why}",
    next: "{next}",
    owner: "trust",
  },
  ACKNOWLEDGED_BY_ESR: {
    say: "ESR says that it has loaded it.",
    next: "Nothing: ESR's next file brings it back.",
    owner: "nobody",
  },
  IN_ESR: {
    say: "ESR holds it.",
    next: "Nothing to do.",
    owner: "nobody",
  },
} as const satisfies Record<string, EndText>;

export type EndState = keyof typeof endTexts;
export const endStates = Object.keys(endTexts) as readonly EndState[];

interface ReasonText {
  readonly say: string;
  readonly next?: string;
  readonly owner?: EndOwner;
}
const nothingToDo = "Nothing to do.";

/** Why something that is stored is not for ESR: the judgements of the ledger, and what never goes there. */
const notForEsr: Readonly<Record<string, ReasonText>> = {
  KIND_NOT_SENT: { say: "records of this kind are not sent." },
  HEALTH_NOT_SENT: { say: "health records are not sent." },
  GIVES_AN_AWARD: { say: "the competence that it awards is a record of its own, and that one is sent." },
  LOCAL_LEARNING: { say: "the organisation has said that the course awards no competence." },
  ESR_HOLDS_NEWER: { say: "ESR holds a newer award of the same competence." },
  NOT_NEWEST: { say: "a newer award of the same competence goes instead." },
  TOLD_TWICE: { say: "another system has told the same award, and that one goes." },
  NOT_NATIONAL: { say: "a local competence does not travel." },
  NAME_NOT_IN_VPD: {
    say: "the employer's ESR has no name in use for this competence.",
    next: "The employer's ESR team adds the competence name; the next run sends it.",
    owner: "trust",
  },
  ISSUER_NOT_ALIGNED: { say: "who awarded it has not declared alignment with the national framework." },
  ISSUER_UNKNOWN: {
    say: "nobody has said who awarded it.",
    next: "The source names the awarding organisation.",
    owner: "vendor",
  },
  NO_EMPLOYER_IN_ESR: { say: "no ESR known here holds the person as an employee." },
  NOT_YET_EMPLOYED: { say: "the employment has not begun; it goes when it has." },
  EMPLOYMENT_ENDED: { say: "the employment has ended, and nothing new is sent then." },
  NOT_PERMITTED: {
    say: "the employer's ESR may not receive it: no agreement or share is in force.",
    next: "Both organisations sign a sharing agreement for training.",
    owner: "trust",
  },
  MODE_OBSERVE: {
    say: "this connection only observes.",
    next: "The trust's named approver sets `esr:` of the connection.",
    owner: "trust",
  },
  FED_BY_VENDOR: { say: "the vendor's own interface feeds ESR with it." },
  WITHDRAWN: { say: "its source has withdrawn it." },
  SUSPECTED: { say: "the last snapshot of its source lacks it." },
  SOURCES_DISAGREE: {
    say: "one source has withdrawn it and another still stands by it.",
    next: "The trust corrects the source that is wrong.",
    owner: "trust",
  },
  AWARDED_IN_FUTURE: { say: "its day has not come yet.", next: "The source corrects the day if it is wrong.", owner: "trust" },
  WAITING_FOR_PERSON: { say: "nobody knows yet whose it is." },
};

/** Why ESR has refused something, in ESR's own classes. */
const refusedByEsr: Readonly<Record<string, ReasonText>> = {
  PERSON_UNKNOWN: {
    say: "ESR does not know the person.",
    next: "The employer's HR checks the person's record in ESR; it is sent again with the next run after that.",
    owner: "trust",
  },
  COMPETENCE_UNKNOWN: {
    say: "ESR does not know the competence's name.",
    next: "The employer's ESR team adds the competence name; it is sent again with the next run after that.",
    owner: "trust",
  },
  POSITION_CLOSED: {
    say: "position closed.",
    next: "The employer's HR opens the position or moves the assignment; it is sent again with the next run after that.",
    owner: "trust",
  },
  DUPLICATE: { say: "ESR holds this award already.", next: nothingToDo, owner: "nobody" },
  RECORD_UNREADABLE: { say: "ESR could not read the record.", next: "Report it with the file's name.", owner: "hub" },
  OTHER: { say: "for a reason that this version does not know.", next: "Ask the ESR team, with the file's name and line.", owner: "esr" },
};

export function knowsNotForEsr(reason: string): boolean {
  return reason in notForEsr;
}
export function knowsRefusedByEsr(reason: string): boolean {
  return reason in refusedByEsr;
}

/** The sentence, the owner and the next step of an end, with the reason where the end has one. */
export function endText(state: EndState, reason?: string): { say: string; next: string; owner: EndOwner } {
  const text: EndText = endTexts[state];
  if (state !== "STORED_NOT_FOR_ESR" && state !== "REFUSED_BY_ESR") return { ...text };
  const list = state === "REFUSED_BY_ESR" ? refusedByEsr : notForEsr;
  const why = (reason !== undefined && list[reason]) || { say: `${(reason ?? "no reason given").toLowerCase().replaceAll("_", " ")}.` };
  return {
    say: text.say.replace("{why}", why.say),
    next: why.next ?? nothingToDo,
    owner: why.owner ?? text.owner,
  };
}
