/**
 * The version of a record: (vendor's changed-at, vendor's sequence, instant of our fetch) as one text that sorts bytewise
 * (the columns are collate "C"). What is missing sorts lowest. The content hash decides only when all three are equal.
 */
import { HubError } from "../platform/errors";

/** Sorts below every digit. */
const missing = "-";
/** Digits of a sequence: more than 2^53 needs. */
const sequenceDigits = 16;
/** Vendors write up to nanoseconds (FHIR instants). */
const fractionDigits = 9;

/** "|" and the instant of our fetch at the end of a version: what the vendor did not say. */
export const fetchedLength = "|2026-01-01T00:00:00.".length + fractionDigits + "Z".length;

/** The instant of our fetch, in SQL, from a column with a version. */
export const fetchedAt = (column: string): string => `right(${column}, ${fetchedLength - 1})::timestamptz`;

const instantPattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?\s*(Z|z|[+-]\d\d(?::?\d\d)?)$/;

/** UTC with a fixed number of digits; an instant without a zone is refused, because guessing one reorders versions. */
export function normalisedInstant(instant: string): string {
  // A page has one instant of reading and often few of change: parsing each again was a tenth of a page's time.
  let known = recent.get(instant);
  if (known === undefined) {
    known = parsedInstant(instant);
    if (recent.size >= mostRecent) recent.clear();
    recent.set(instant, known);
  }
  return known;
}
const recent = new Map<string, string>();
const mostRecent = 1_000;

function parsedInstant(instant: string): string {
  const found = instantPattern.exec(instant);
  const whole = found && Date.parse(`${found[1]}T${found[2]!.length === 5 ? `${found[2]}:00` : found[2]}${zoneOf(found[4]!)}`);
  if (!found || whole === null || Number.isNaN(whole)) {
    throw new HubError({
      code: "RECORD_INVALID",
      class: "bad-record",
      detail: { pointer: "/sourceVersion", expected: "an instant with its zone" },
    });
  }
  const utc = new Date(whole!).toISOString();
  if (utc.length !== 24) {
    throw new HubError({
      code: "RECORD_INVALID",
      class: "bad-record",
      detail: { pointer: "/sourceVersion", expected: "a year of four digits" },
    });
  }
  return `${utc.slice(0, 19)}.${(found[3] ?? "").slice(0, fractionDigits).padEnd(fractionDigits, "0")}Z`;
}

function zoneOf(zone: string): string {
  if (zone === "Z" || zone === "z") return "Z";
  const digits = zone.replace(":", "");
  return `${digits.slice(0, 3)}:${digits.slice(3) || "00"}`;
}

export function sourceVersionOf(version: { changedAt?: string; sequence?: number; readAt: string }): string {
  const { changedAt, sequence, readAt } = version;
  if (sequence !== undefined && !(Number.isSafeInteger(sequence) && sequence >= 0)) {
    throw new HubError({
      code: "RECORD_INVALID",
      class: "bad-record",
      detail: { pointer: "/sourceVersion/sequence", expected: "a whole number" },
    });
  }
  return [
    changedAt === undefined ? missing : normalisedInstant(changedAt),
    sequence === undefined ? missing : String(sequence).padStart(sequenceDigits, "0"),
    normalisedInstant(readAt),
  ].join("|");
}

/** Bytewise, as PostgreSQL compares them: the alphabet is ASCII, so code units are bytes. */
export function compareVersions(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What the vendor says about the order, without the instant of our fetch. */
export function vendorPart(version: string): string {
  return version.slice(0, version.lastIndexOf("|"));
}
