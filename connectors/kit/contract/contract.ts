/**
 * What a source system and its connector owe the hub, as checks that can be run against a vendor's own system and, in our
 * tests, against every connector of the catalogue. A check reads like the hub reads; it writes nothing anywhere.
 */
import type { AnyConnector, Http, SourceSystem, StaffToAsk } from "../../connector";
import type { Gap } from "./gaps";
import { type Reading, readAll } from "./reading";

/** must: without it records are lost, doubled or given to somebody else. should: it costs time or trouble. */
export type Level = "must" | "should";

/** How one reading differs from the usual. */
export interface Opening {
  readonly settings?: unknown;
  /** Every secret is a wrong one. */
  readonly wrongSecrets?: boolean;
  readonly signal?: AbortSignal;
  /** Between the connector and the vendor. */
  readonly around?: (http: Http) => Http;
}
export interface Opened {
  readonly source: SourceSystem<unknown>;
  /** Codes of what the connector has reported. */
  readonly reported: readonly string[];
  /** Secrets the connector asked for, as it got them. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/** What the vendor's side can be made to do. A vendor's own system can do none of it: those checks then say so. */
export interface VendorControls {
  /** A record whose changed-at equals that of the newest one: answers with its source id. */
  addAtNewestInstant?(): Promise<string>;
  /** A record that the vendor commits now and dates some minutes back. */
  addLate?(): Promise<string>;
  /** Takes a record away: answers with its source id. */
  remove?(): Promise<string>;
  /** From now on lists are empty though every call succeeds. */
  empty?(): Promise<void>;
  /** The next answers are 429. */
  throttle?(times: number): Promise<void>;
  /** The same page is led on to for ever. */
  loop?(): Promise<void>;
  /** Family names which the records carry, with accents and apostrophes. */
  readonly familyNames?: readonly string[];
}

export interface FreshVendor {
  readonly subject: Subject;
  readonly vendor: VendorControls;
  /** Records that a whole reading has to give. */
  readonly records: number;
  close(): Promise<void>;
}

export interface Subject {
  /** Connection id or address, as people call it. */
  readonly name: string;
  readonly connector: AnyConnector;
  readonly settings: unknown;
  readonly organisations: readonly { readonly odsCode: string; readonly vpd: string | undefined; readonly name: string }[];
  /** People to ask about, where a vendor can only be asked person by person. */
  readonly staff: readonly StaffToAsk[];
  open(how?: Opening): Opened;
  /** A body as the vendor would push it, where it is not polled. */
  readonly sample?: unknown;
  /** A fresh vendor for one check, when the vendor is ours: a check may do to it what it likes. */
  fresh?(atLeast?: number): Promise<FreshVendor>;
  /** Why these facts are none of this kind, without a value; the record types are not the kit's to know. */
  factsProblem(kind: string, facts: unknown): string | undefined;
  now(): string;
}

export interface Verdict {
  readonly outcome: "pass" | "fail" | "skip";
  /** What was found, or why it cannot be told here: counts and technical words, never a value. */
  readonly says?: string;
}
export const pass: Verdict = { outcome: "pass" };
export const fail = (says: string): Verdict => ({ outcome: "fail", says });
export const skip = (says: string): Verdict => ({ outcome: "skip", says });

export interface Bench {
  readonly subject: Subject;
  /** The first complete reading, made once for all checks; throws what it threw. */
  baseline(): Promise<Reading>;
  /** Boundaries, requests ... looked at where there are many. */
  readonly most: number;
}
export interface Check {
  /** Stable: gaps name it. */
  readonly id: string;
  readonly level: Level;
  /** What is owed, as a sentence. */
  readonly owes: string;
  /** What to do about it, and who. */
  readonly cure: string;
  run(bench: Bench): Promise<Verdict>;
}

export interface Finding extends Verdict {
  readonly id: string;
  readonly level: Level;
  readonly owes: string;
  readonly cure: string;
  /** An accepted gap that still stands; a failed check with one does not fail the report. */
  readonly gap?: Gap;
}
export interface Report {
  readonly subject: string;
  readonly connector: string;
  readonly kind: string;
  readonly madeAt: string;
  readonly findings: readonly Finding[];
  /** Records and pages of the first reading. */
  readonly read: { readonly pages: number; readonly vendorRecords: number; readonly records: number } | undefined;
  readonly ok: boolean;
}

export async function runContract(
  subject: Subject,
  checks: readonly Check[],
  options: {
    readonly kind: string;
    readonly gaps: readonly Gap[];
    readonly most?: number;
    readonly onFinding?: (finding: Finding) => void;
  },
): Promise<Report> {
  let first: Promise<Reading> | undefined;
  let unreadable: unknown;
  const baseline = () => {
    first ??= readAll(subject, subject.open()).then((reading) => {
      if (reading.error) {
        unreadable = reading.error;
        throw reading.error;
      }
      return reading;
    });
    return first;
  };
  const bench: Bench = { subject, baseline, most: options.most ?? 12 };
  const today = subject.now().slice(0, "2026-01-01".length);
  const findings: Finding[] = [];
  for (const { id, level, owes, cure, run } of checks) {
    const verdict = await run(bench).catch((error: Error) =>
      // One reason, said once: the first check has it.
      error === unreadable && findings.length > 0 ? skip("nothing could be read") : fail(`could not be finished: ${nameOf(error)}`),
    );
    const gap = verdict.outcome === "fail" ? options.gaps.find((one) => one.check === id && one.until >= today) : undefined;
    const finding: Finding = { id, level, owes, cure, ...verdict, ...(gap ? { gap } : {}) };
    findings.push(finding);
    options.onFinding?.(finding);
  }
  const read = await baseline().catch(() => undefined);
  return {
    subject: subject.name,
    connector: subject.connector.name,
    kind: options.kind,
    madeAt: subject.now(),
    findings,
    read: read && { pages: read.pages.length, vendorRecords: read.raws.length, records: read.records.length },
    ok: findings.every(({ outcome, level, gap }) => outcome !== "fail" || level === "should" || gap !== undefined),
  };
}

/** A code where there is one: a message may hold what a vendor sent. */
export function nameOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === "string" ? code : typeof name === "string" ? name : "an error";
}
