/** Causes as sentences for people. Of health records the kind is not told, and no code that one of them carried. */
import { problemText, sentence } from "../../schema/codes/problems";
import { healthKinds, type RecordKind, recordKinds } from "../../schema/kinds";
import type { RowNumber } from "../../store/read/rows";
import type { ProblemStatus } from "../../store/status";
import type { Problem } from "./types";

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
  const waits = ofPeople.has(row.code) ? { ages: agesInWords(row.detail as unknown as PeopleWaiting, row.count) } : {};
  const detail = { ...row.detail, connection: row.connectionId, count: row.count, ...masked, ...waits };
  return {
    code: row.code,
    title: text.title,
    say: sentence(text.say, detail),
    next: nextFor(sentence(text.next, detail), row.detail.health === true),
    owner: text.owner,
    count: row.count,
    subject: known.has(row.subject) ? kindInWords(row.subject) : row.subject || null,
    firstSeenAt: row.firstSeenAt,
    lastSeenAt: row.lastSeenAt,
  };
}

const ofPeople: ReadonlySet<string> = new Set(["PERSON_UNMATCHED", "PERSON_PROPOSED", "IDENTITY_CONFLICT"]);

/** Who somebody is that only occupational health knows is for the trust's occupational health to say. */
export function nextFor(next: string, health: boolean): string {
  return health ? `The trust's occupational health: ${next.replace("lanyard match list", "lanyard match list --as oh")}` : next;
}

/** As store/status.ts counts the people who wait. */
interface PeopleWaiting {
  readonly ages: readonly number[];
  readonly oldestSeconds: number;
  readonly organisations: Readonly<Record<string, number>>;
}

/** Fewer people than this are not counted out by age or organisation. */
export const fewest = 5;
const bandNames = ["up to a day", "up to 7 days", "up to 30 days", "longer"];

/** "the oldest for 41 days; 3 up to a day, 9 longer; 8 of ZQA, fewer than 5 of ZQB" */
function agesInWords({ ages, oldestSeconds, organisations }: PeopleWaiting, people: number): string {
  const days = Math.max(0, Math.floor(oldestSeconds / 86_400));
  const oldest = `the oldest for ${days === 0 ? "less than a day" : days === 1 ? "a day" : `${days} days`}`;
  if (people < fewest) return oldest;
  const bands = ages.flatMap((count, band) => (count > 0 ? [`${count} ${bandNames[band]}`] : [])).join(", ");
  const named = Object.entries(organisations).sort(([a], [b]) => (a < b ? -1 : 1));
  const whose = named.map(([code, count]) => `${count < fewest ? `fewer than ${fewest}` : count} of ${code}`).join(", ");
  return [oldest, bands, ...(named.length > 1 ? [whose] : [])].join("; ");
}

/** Where the rows of a cause are listed: refusals carry a code of their own, people and courses have theirs. */
export function rowsOfCause(row: ProblemStatus): RowNumber | null {
  if (ofPeople.has(row.code)) return "UNMATCHED";
  if (row.code === "COURSE_NOT_MAPPED") return "UNMAPPED_COURSE";
  if (row.code === "SNAPSHOT_SHRANK") return "HELD";
  // Refusals are the only causes that name a pointer, or nothing but a kind.
  return "pointer" in row.detail ? "REFUSED" : null;
}
