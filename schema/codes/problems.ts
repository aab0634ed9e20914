/**
 * Every code that can stop a record, a page, a run or the start: what happened in a sentence, whose move it is and what
 * to do next. A code without an entry fails a test. `{name}` is filled from the error's detail (ids and counts only).
 */
import { absenceProblems } from "./absence-problems";
import { auditProblems } from "./audit-problems";
import { courseProblems } from "./course-problems";
import { engineProblems } from "./engine-problems";
import { fileProblems } from "./file-problems";
import { historyProblems } from "./history-problems";
import { identityProblems } from "./identity-problems";
import { intakeProblems } from "./intake-problems";
import { paceProblems } from "./pace-problems";
import { replayProblems } from "./replay-problems";
import { rightsProblems } from "./rights-problems";

export type Owner = "vendor" | "trust" | "esr" | "operator" | "hub";
export interface ProblemText {
  readonly title: string;
  readonly say: string;
  readonly next: string;
  readonly owner: Owner;
}

export const problems = {
  // --- the vendor's system -------------------------------------------------------------------------------------------
  UNREACHABLE: {
    title: "System cannot be reached",
    say: "{host} does not answer ({why}).",
    next: "Check that the system is up and that its address in lanyard.yaml is right; the hub tries again by itself.",
    owner: "vendor",
  },
  TIMED_OUT: {
    title: "System answers too slowly",
    say: "{host} did not finish its answer within {seconds} s.",
    next: "Ask the vendor about the load on their system; the hub tries again by itself.",
    owner: "vendor",
  },
  TLS_FAILED: {
    title: "Certificate not accepted",
    say: "The certificate of {host} was not accepted ({why}).",
    next: "The vendor renews the certificate; it is never ignored.",
    owner: "vendor",
  },
  THROTTLED: {
    title: "System asks us to slow down",
    say: "{host} asked us to wait {seconds} s.",
    next: "Nothing: the hub waits as told.",
    owner: "vendor",
  },
  VENDOR_ERROR: {
    title: "System reports an error of its own",
    say: "{host} answered {status}.",
    next: "Ask the vendor; the hub tries again by itself.",
    owner: "vendor",
  },
  REQUEST_REFUSED: {
    title: "Request refused",
    say: "{host} answered {status} to {operation}.",
    next: "Compare the settings of this connection with the vendor's documentation.",
    owner: "trust",
  },
  MAINTENANCE: {
    title: "System under maintenance",
    say: "{host} says that it is under maintenance.",
    next: "Nothing: the hub tries again by itself.",
    owner: "vendor",
  },
  CREDENTIALS_REJECTED: {
    title: "Credentials rejected",
    say: "{host} rejected our credentials ({why}).",
    next: "Issue a new credential in the vendor's system and put it where the setting points to; then `npx lanyard sync {connection}`.",
    owner: "trust",
  },
  PERMISSION_MISSING: {
    title: "Account lacks a permission",
    say: "The account may not call {operation} ({why}).",
    next: "Give the account the capability in the vendor's system.",
    owner: "trust",
  },
  LOGIN_PAGE: {
    title: "A login page instead of data",
    say: "{host} answered with a web page ({contentType}) where data was expected.",
    next: "Check the address and the credential of this connection.",
    owner: "trust",
  },
  NOT_JSON: {
    title: "Not JSON",
    say: "{host} answered with something that is not JSON ({contentType}, {bytes} bytes).",
    next: "Send the vendor the time and the request id; nothing was moved, the page is read again.",
    owner: "vendor",
  },
  UNEXPECTED_ANSWER: {
    title: "Answer in an unexpected shape",
    say: "{operation}: {pointer} should be {expected}, got {got}.",
    next: "The vendor has changed its interface or the address is of another product: compare the versions.",
    owner: "vendor",
  },
  PAGE_TRUNCATED: {
    title: "Page cut short",
    say: "{operation} announced {expected} records and sent {got}.",
    next: "Nothing was moved; the page is read again. If it stays: ask the vendor.",
    owner: "vendor",
  },
  PAGE_LOOP: {
    title: "Paging goes round in circles",
    say: "{operation} sent the same next page twice.",
    next: "Ask the vendor; nothing was moved.",
    owner: "vendor",
  },
  TOO_LARGE: {
    title: "Answer too large",
    say: "{host} sent more than {limit} {of}.",
    next: "Lower the page size of this connection.",
    owner: "trust",
  },
  FOREIGN_HOST: {
    title: "Link to a foreign host refused",
    say: "An answer pointed to {host}, which is not on this connection's list.",
    next: "If the host is right, add it to allowHosts of the connection.",
    owner: "trust",
  },
  // --- records ---------------------------------------------------------------------------------------------------------
  RECORD_INVALID: {
    title: "Record not usable",
    say: "{pointer} should be {expected}, got {got}.",
    next: "The source corrects the record; it is read again by itself.",
    owner: "vendor",
  },
  RAW_INVALID: {
    title: "Record in an unexpected shape",
    say: "{pointer} should be {expected}, got {got}.",
    next: "The source corrects the record; it is read again by itself.",
    owner: "vendor",
  },
  CODE_UNKNOWN: {
    title: "Code not known",
    say: "{pointer}: the code {got} is not in our list of {expected}.",
    next: "Say what it means after clinical review: `npx lanyard codes map`; the record is derived anew, or fetched again.",
    owner: "operator",
  },
  CODE_NOT_ACCEPTED: {
    title: "Result that is never held",
    say: "A result on the deny list was dropped at the door; nothing of it is kept.",
    next: "Ask the occupational health system not to send it.",
    owner: "trust",
  },
  DATE_AMBIGUOUS: {
    title: "Date cannot be read",
    say: "{pointer}: {got} is not a date in {expected}.",
    next: "Set the time zone and the language of the account in the vendor's system.",
    owner: "trust",
  },
  NO_PERSON: {
    title: "Record without a person",
    say: "The record names nobody.",
    next: "The source adds the staff number.",
    owner: "trust",
  },
  NO_STAFF_KEY: {
    title: "Account without a staff number",
    say: "{pointer} is empty.",
    next: "Fill in the staff number of the account; its records wait until then.",
    owner: "trust",
  },
  OTHER_ORGANISATION: {
    title: "Record of another organisation",
    say: "{pointer} names an organisation that this connection may not speak for.",
    next: "Correct organisationFrom or the vendor's export.",
    owner: "vendor",
  },
  COURSE_NOT_MAPPED: {
    title: "Course without a competence",
    say: 'The course "{course}" names no competence; {count} completions are kept as achievements only.',
    next: 'Say which competence it is: `npx lanyard courses map --organisation {organisation} --course "{key}" --to <competence> --reason <why>` (or --local).',
    owner: "trust",
  },
  COURSE_NOT_LISTED: {
    title: "Course that cannot be seen",
    say: "The completion names a course that the account is not shown.",
    next: "Give the account the right to see the course (hidden courses too); the completion is read again by itself.",
    owner: "trust",
  },
  COMPLETION_WITHOUT_DATE: {
    title: "Completion without a date",
    say: "The course is complete, and the source states no day.",
    next: "Correct the completion in the vendor's system.",
    owner: "trust",
  },
  ACCOUNT_DELETED: {
    title: "Account deleted at the source",
    say: "The account no longer exists; what it had completed is kept.",
    next: "Nothing, unless it was a mistake.",
    owner: "trust",
  },
  // --- people ----------------------------------------------------------------------------------------------------------
  PERSON_UNMATCHED: {
    title: "Nobody to bind to yet",
    say: "Of the people of this system ESR does not know {count} (or not by enough): {ages}.",
    next: "`npx lanyard match list`: complete the staff number, or decide.",
    owner: "trust",
  },
  PERSON_PROPOSED: {
    title: "A person must decide",
    say: "Of the people of this system {count} may be somebody we know, not surely: {ages}.",
    next: "`npx lanyard match list`, then accept or refuse.",
    owner: "trust",
  },
  IDENTITY_CONFLICT: {
    title: "Two accounts, one person (or the reverse)",
    say: "An identifier points to two people ({why}): {count} wait, {ages}.",
    next: "`npx lanyard match list`: decide who is who; nothing was linked.",
    owner: "trust",
  },
  SEARCH_TOO_WIDE: {
    title: "Too many hits to be of use",
    say: "A search for one staff member gave {limit} hits or more; none was offered.",
    next: "Nothing, unless it stays: the vendor adds the ESR person id to its people.",
    owner: "vendor",
  },
  // --- files -----------------------------------------------------------------------------------------------------------
  FOLDER_MISSING: {
    title: "Folder missing",
    say: "The folder {folder} does not exist or cannot be read.",
    next: "Create it, or correct the setting.",
    owner: "trust",
  },
  FILE_NAME_UNKNOWN: {
    title: "File with an unknown name",
    say: "{file} is not named like a file of this source.",
    next: "Remove it from the folder or rename it.",
    owner: "trust",
  },
  FILE_FOREIGN: {
    title: "File of another organisation",
    say: "{file} is of VPD {got}; this connection reads {expected}.",
    next: "Move it to the right folder.",
    owner: "trust",
  },
  FILE_HEADER_INVALID: {
    title: "File header not usable",
    say: "{file}: {pointer} should be {expected}, got {got}.",
    next: "Ask ESR for the file again; nothing of it was used.",
    owner: "esr",
  },
  FILE_INCOMPLETE: {
    title: "File incomplete",
    say: "{file} has no trailer: it is still being written, or was cut.",
    next: "Wait, or deliver it again.",
    owner: "trust",
  },
  FILE_GAP: {
    title: "A file is missing",
    say: "{file} follows on {expected}, but the last file read is {got}.",
    next: "Deliver the missing file, or request a full file (GOF).",
    owner: "esr",
  },
  FILE_ORDER: {
    title: "File too late",
    say: "{file} is older than what has been read already.",
    next: "Nothing, if a full file came in between; else request a full file (GOF).",
    owner: "esr",
  },
  FILE_CHANGED: {
    title: "File changed after it was read",
    say: "{file} has other content than when it was read.",
    next: "Deliver it under its own new name.",
    owner: "esr",
  },
  FILE_ENCODING: {
    title: "Wrong encoding",
    say: "{file}, line {line}: not {expected}.",
    next: "Deliver the file in the agreed encoding.",
    owner: "esr",
  },
  ROW_FIELD_COUNT: {
    title: "Row with the wrong number of fields",
    say: "{got} fields where the layout has {expected}.",
    next: "Ask the source for a correction of this row; the other rows were used.",
    owner: "esr",
  },
  ROW_TYPE_UNKNOWN: {
    title: "Row type not known",
    say: "Row type {got} is not in the layout.",
    next: "Nothing, unless the layout has changed.",
    owner: "operator",
  },
  COLUMN_MISSING: {
    title: "Column missing",
    say: "{file} lacks the column {expected}.",
    next: "Correct the export, or the mapping of this connection.",
    owner: "trust",
  },
  // --- guards ----------------------------------------------------------------------------------------------------------
  COUNTS_DO_NOT_CLOSE: {
    title: "Counts do not close",
    say: "{rawIn} records in, {out} accounted for.",
    next: "A fault of the hub: report it with the run id.",
    owner: "hub",
  },
  ...historyProblems,
  ...fileProblems,
  ...identityProblems,
  ...intakeProblems,
  ...paceProblems,
  ...absenceProblems,
  ...auditProblems,
  ...courseProblems,
  ...replayProblems,
  ...rightsProblems,
  ...engineProblems,
  // --- configuration and the hub itself --------------------------------------------------------------------------------
  SETTINGS_INVALID: {
    title: "Settings not usable",
    say: "{pointer}: {expected}, got {got}.",
    next: "Correct what is named (in lanyard.yaml, or the variable of the environment) and start again.",
    owner: "operator",
  },
  SECRET_MISSING: {
    title: "Secret missing",
    say: "The secret {reference} is not set.",
    next: "Set it in the environment (or the file it points to) and start again.",
    owner: "operator",
  },
  AGREEMENT_MISSING: {
    title: "No agreement",
    say: "Connection {connection} has no agreement in force.",
    next: "Add `agreement` to the connection, signed by the controller.",
    owner: "trust",
  },
  DATABASE_UNAVAILABLE: {
    title: "Database cannot be reached",
    say: "PostgreSQL does not answer ({why}).",
    next: "Check DATABASE_URL, or the log of the embedded server.",
    owner: "operator",
  },
  QUEUE_UNAVAILABLE: {
    title: "Queue cannot be reached",
    say: "The queue does not answer ({why}).",
    next: "Check REDIS_URL; the work is in the ledger and is not lost.",
    owner: "operator",
  },
  LEASE_LOST: {
    title: "Another worker took over",
    say: "The lease {lease} of connection {connection} has ended.",
    next: "Nothing: the other worker goes on.",
    owner: "hub",
  },
  NOT_FOUND: {
    title: "Not found",
    say: "Nothing that you may see has this id, number or name.",
    next: "Check it; by a person's number only the person's own trust finds anything.",
    owner: "operator",
  },
  // --- towards ESR -----------------------------------------------------------------------------------------------------
  ESR_UNREACHABLE: {
    title: "ESR's exchange folder cannot be used",
    say: "The folder {folder} cannot be written or read ({why}).",
    next: "Nothing is lost: what is due waits, in order. Check the folder (esrExchange in lanyard.yaml) and its In/ and Out/.",
    owner: "operator",
  },
  ESR_EXCHANGE_MISSING: {
    title: "No way to ESR",
    say: "{records} records are due for ESR of {organisation}, and its esrExchange is not set.",
    next: "Set esrExchange of the organisation in lanyard.yaml, or use mode shadow.",
    owner: "operator",
  },
  ESR_ACK_UNREADABLE: {
    title: "Acknowledgement cannot be read",
    say: "{file} of ESR is not an acknowledgement as agreed: at {pointer} {expected} was expected. It was left where it is.",
    next: "Ask ESR's interface team to send it again; what it answers stays open until then.",
    owner: "esr",
  },
  ESR_ACK_UNKNOWN: {
    title: "ESR acknowledges what was not sent",
    say: "{file} answers {records} rows that are in no file of ours.",
    next: "Ask ESR's interface team whose rows these are before anything is believed.",
    owner: "esr",
  },
  ESR_ACK_CONFLICT: {
    title: "ESR answers the same row in two ways",
    say: "{file} says of {records} rows something else than ESR has said before. The first answer stands.",
    next: "Ask ESR's interface team which answer holds; ESR's next file shows what it has.",
    owner: "esr",
  },
  ESR_ACK_MISSING: {
    title: "No answer from ESR",
    say: "{records} records in {files} files have had no answer from ESR for more than {hours} hours.",
    next: "Ask ESR's interface team. Nothing is sent twice: ESR's next file shows what it has loaded.",
    owner: "esr",
  },
  ESR_NO_LONGER_TOLD: {
    title: "ESR has awards that their source no longer tells",
    say: "ESR of {organisation} has been sent {records} awards that their source has since withdrawn, moved to an earlier day or to another person.",
    next: "HR corrects them in ESR: nothing takes an award back from ESR by itself. One of them: npx lanyard where {example}. It ends when ESR's own file shows the correction.",
    owner: "trust",
  },
  ESR_REMOVED_OURS: {
    title: "ESR has taken out what it had loaded",
    say: "{records} awards that ESR of {organisation} had loaded are withdrawn there, and their source stands by them.",
    next: "HR and the source agree on which is right: nothing is sent again by itself. One of them: npx lanyard where {example}.",
    owner: "trust",
  },
  ESR_REFUSED: {
    title: "Refused by ESR",
    say: "ESR has refused {records} records of {organisation}: {reason}.",
    next: "The organisation's HR cures it in ESR; the record goes again when ESR's file shows the change.",
    owner: "trust",
  },
  ESR_VALUE_UNSENDABLE: {
    title: "A value does not fit ESR's layout",
    say: "The column {column} of delivery {reference} holds {got} where the layout allows other values only.",
    next: "Report it with the delivery's id; the file was not made.",
    owner: "hub",
  },
  INTERNAL: {
    title: "Fault of the hub",
    say: "Something failed that should not ({why}).",
    next: "Report it with the run id.",
    owner: "hub",
  },
} as const satisfies Record<string, ProblemText>;

export function problemText(code: string): ProblemText {
  return (problems as Record<string, ProblemText>)[code] ?? { ...problems.INTERNAL, title: code };
}

/**
 * Of a cause of which only the code and how often was kept: the title, where the sentence would have holes; and in what comes next
 * the name of what is to be put there, as a command's usage has it: `npx lanyard sync <connection>`.
 */
export function saidOfMany(code: string, count: number): { readonly say: string; readonly next: string } {
  const { title, say, next } = problemText(code);
  const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].some(([, key]) => key !== "count");
  return { say: holes(say) ? `${title}.` : sentence(say, { count }), next: sentence(next, { count }, (name) => `<${name}>`) };
}

/** Fills a sentence's placeholders from the detail; what is missing reads "?" (or as the caller has it), never "undefined". */
export function sentence(
  template: string,
  detail: Readonly<Record<string, unknown>>,
  missing: (name: string) => string = () => "?",
): string {
  return template.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = detail[key];
    return value === undefined || value === null ? missing(key) : Array.isArray(value) ? value.join(", ") : String(value);
  });
}
