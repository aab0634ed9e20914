/** Causes as sentences for people. Of health records the kind is not told, and no code that one of them carried. */
import { problemText, sentence } from "../../schema/codes/problems";
import { definitionOfKind, type RecordKind, recordKinds } from "../../schema/kinds";
import type { RowNumber } from "../../store/read/rows";
import type { ProblemStatus } from "../../store/status";
import type { Problem } from "./types";

const healthLabels: ReadonlySet<string> = new Set(["R4", "R5"]);
const healthKinds: ReadonlySet<string> = new Set(recordKinds.filter((kind) => healthLabels.has(definitionOfKind(kind).access)));
const known: ReadonlySet<string> = new Set<RecordKind>(recordKinds);

export const healthRecord = "health record";

/** "competence award"; "health record" for every kind of occupational health. */
export function kindInWords(kind: string | null): string | null {
  if (kind === null) return null;
  return healthKinds.has(kind) ? healthRecord : kind.replaceAll("-", " ");
}

/** What stands for a value of a health record. */
const withheld = "(withheld)";

export function problemOf(row: ProblemStatus): Problem {
  const text = problemText(row.code);
  const kind = typeof row.detail.kind === "string" ? row.detail.kind : row.subject;
  const masked = healthKinds.has(kind) ? { kind: healthRecord, got: withheld } : {};
  const detail = { ...row.detail, connection: row.connectionId, count: row.count, ...masked };
  return {
    code: row.code,
    title: text.title,
    say: sentence(text.say, detail),
    next: sentence(text.next, detail),
    owner: text.owner,
    count: row.count,
    subject: known.has(row.subject) ? kindInWords(row.subject) : row.subject || null,
    firstSeenAt: row.firstSeenAt,
    lastSeenAt: row.lastSeenAt,
  };
}

const ofPeople: ReadonlySet<string> = new Set(["PERSON_UNMATCHED", "PERSON_PROPOSED", "IDENTITY_CONFLICT"]);

/** Where the rows of a cause are listed: refusals carry a code of their own, people and courses have theirs. */
export function rowsOfCause(row: ProblemStatus): RowNumber | null {
  if (ofPeople.has(row.code)) return "UNMATCHED";
  if (row.code === "COURSE_NOT_MAPPED") return "UNMAPPED_COURSE";
  if (row.code === "SNAPSHOT_SHRANK") return "HELD";
  // Refusals are the only causes that name a pointer, or nothing but a kind.
  return "pointer" in row.detail ? "REFUSED" : null;
}
