/**
 * The only door to PostgreSQL: what the verbs may ask of it. `openStore` (open.ts) gives one of these.
 * Every list goes in as one statement; nothing here runs a query per record.
 */
import type { PoolClient } from "pg";
import type { Claim, RecordKind, Scope, SystemKind } from "../connectors/connector";
import type { ProvenanceFacts } from "../schema/provenance";
import type { RecordState } from "../schema/record";
import type { CodeMaps } from "./code-maps";
import type { CourseMaps } from "./course-maps";
import type { Drift } from "./drift";
import type { Exclusive } from "./exclusive";
import type { FullReads } from "./full-reads";
import type { Held } from "./held";
import type { Merges } from "./merges";
import type { MovementDecisions } from "./movement/decisions";
import type { AgreementVerbs } from "./movement/sharing-agreements";
import type { Rederives } from "./rederived";
import type { Replays } from "./replays";
import type { ErasedDoor } from "./subject/marks";
import type { Turns } from "./turns";
import type { VendorPace } from "./vendor-pace";

// --- inbound: one page ------------------------------------------------------------------------------------------------

/** A normalised record after the facts check, ready for the store. */
export interface RecordToStore {
  readonly kind: RecordKind;
  readonly organisation: string;
  readonly sourceId: string;
  /** Key of the source person, when the record is about somebody. */
  readonly personKey: string | undefined;
  /** Undefined for a withdrawal. */
  readonly facts: Readonly<Record<string, unknown>> | undefined;
  readonly withdrawn: boolean;
  readonly contentHash: string; // uuid text
  readonly sourceVersion: string; // store/version.ts
  readonly validFrom: string | undefined;
  readonly validTo: string | undefined;
  readonly provenance: ProvenanceFacts;
  /** Index into PageToStore.raw. */
  readonly rawOrdinal: number;
  /** State its row is to have, when it is not the vendor who speaks now (PageToStore.rederives); in force when left out. */
  readonly state?: RecordState;
}

export interface ClaimToStore {
  readonly organisation: string;
  readonly claim: Claim;
  /** Blinded keys for finding candidates (sync/match-keys.ts). */
  readonly matchKeys: readonly string[];
  /**
   * Whether this claim describes the person as of now (not a past or future date-tracked segment): only then does it
   * replace the names and identifiers held.
   */
  readonly current: boolean;
  /** Kind of system that speaks; taken from the person's records in the page when left out. */
  readonly system?: SystemKind;
}

export interface RefusalToStore {
  readonly organisation: string | undefined;
  readonly kind: RecordKind | undefined;
  readonly sourceId: string;
  readonly code: string;
  readonly pointer: string | undefined;
  readonly got: string | undefined;
  readonly expected: string | undefined;
  readonly rawOrdinal: number | undefined;
  /** As of a record: what is derived from its raw record later keeps the instant at which it was read. */
  readonly sourceVersion?: string;
  /** Blinded: how many people a cause touches. */
  readonly person?: string;
  /** Which of the page's vendor records it was, also where nothing of it may be kept; undefined: none of them. */
  readonly position?: number;
}

// --- inbound: one push --------------------------------------------------------------------------------------------------

/** What became of one vendor record of a push; of several records that it gave, what asks most of somebody. */
export type ItemOutcome = "applied" | "unchanged" | "superseded" | "waiting" | "refused" | "ignored";
export interface ItemResult {
  readonly position: number;
  readonly outcome: ItemOutcome;
  readonly refusal: Pick<RefusalToStore, "code" | "pointer" | "got" | "expected"> | undefined;
  readonly records: readonly { readonly kind: RecordKind; readonly sourceId: string }[];
}
export interface ReceiptToStore extends ItemResult {
  readonly id: string;
  readonly vendorId: string | undefined;
}
/** The body as text: the same request gets the same bytes. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: string;
}
/** A page that a vendor pushed: its receipts and its answer are written in the page's own transaction. */
export interface PushToStore {
  readonly idempotencyKey: string;
  readonly bodySha256: string;
  /** ISO instant. */
  readonly receivedAt: string;
  /** YYYY-MM-DD: until then the same request gets the stored answer. */
  readonly expiresOn: string;
  /** The key that signed it. */
  readonly keyId: string;
  /** Pure: from what became of each item, the receipts and what the vendor is told, now and whenever it asks again. */
  readonly settle: (results: readonly ItemResult[]) => { readonly receipts: readonly ReceiptToStore[]; readonly answer: StoredAnswer };
}

export interface PageToStore {
  readonly connectionId: string;
  readonly system: (kind: RecordKind) => SystemKind;
  readonly runId: string;
  /** Fencing number: the transaction fails with LEASE_LOST when the connection's lease has moved on. */
  readonly lease: string;
  readonly ordinal: number;
  readonly dataSet: string;
  readonly derivationVersion: string;
  readonly checkpoint: unknown;
  /** ISO instant of the reading, as in its records' versions; undefined when nothing was read. */
  readonly readAt?: string;
  readonly records: readonly RecordToStore[];
  readonly claims: readonly ClaimToStore[];
  readonly refusals: readonly RefusalToStore[];
  /** Raw records after the connector's `raw` schema, by ordinal; only those of changed records are kept. */
  readonly raw: readonly unknown[];
  readonly counts: { readonly rawIn: number; readonly yielding: number; readonly ignored: number; readonly refusedRaw: number };
  /** Why raw records were ignored, and notes such as unmapped courses: reason -> count. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly digest: { readonly key: string; readonly sha256: string } | undefined;
  /** Name of the file it was read from. */
  readonly file?: string;
  /** The page's bytes are those stored under digest.key: repeat its counts, mark its records as seen, write nothing else. */
  readonly identical: boolean;
  /** Days that raw is kept for this connection. */
  readonly rawDays: number;
  /** Set when the page was pushed. Only then is it told item by item what became of it: a poll does not pay for that. */
  readonly push?: PushToStore;
  /** Set when nothing was read: stored raw records are derived anew. */
  readonly rederives?: Rederives;
}

export interface Counts {
  readonly rawIn: number;
  readonly yielding: number;
  readonly ignored: number;
  readonly refusedRaw: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly waiting: number;
  readonly refused: number;
}

export interface PageStored {
  readonly counts: Counts;
  /** Source persons that are new, or whose claim has changed: to be matched. */
  readonly toMatch: readonly string[];
  /** Of a push: what the vendor is told, as it was committed. */
  readonly answer?: StoredAnswer;
}

// --- matching ---------------------------------------------------------------------------------------------------------

/** A source person as matching sees it. Identifier values are plain except NI numbers, which are blind indexes. */
export interface PersonToMatch {
  readonly id: string;
  readonly connectionId: string;
  readonly organisation: string;
  readonly system: SystemKind;
  readonly sourceKey: string;
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
  readonly otherGivenNames: readonly string[];
  readonly otherFamilyNames: readonly string[];
  readonly birthDate: string | undefined;
  readonly identifiers: readonly { readonly scheme: string; readonly value: string }[];
  readonly staffMemberId: string | undefined;
  readonly matchKeys: readonly string[];
}

export type MatchOutcome = "MATCHED" | "DUPLICATE_NI" | "NI_NOT_NAME" | "NAME_NOT_NI" | "NOT_MATCHED";
export interface MatchReason {
  /** For example "ni-number agrees", "birth date differs". Never a value. */
  readonly rule: string;
  readonly weight?: number;
}

export interface BindingToStore {
  readonly sourcePersonId: string;
  /** Undefined: create a staff member (only for ESR persons). */
  readonly staffMemberId: string | undefined;
  readonly decision: "AUTOMATIC" | "PERSON" | "CREATED";
  readonly outcome: MatchOutcome;
  readonly score: number | undefined;
  readonly reasons: readonly MatchReason[];
  readonly decidedBy: string;
}
export interface ProposalToStore {
  readonly sourcePersonId: string;
  readonly staffMemberId: string;
  readonly outcome: MatchOutcome;
  readonly score: number;
  readonly reasons: readonly MatchReason[];
}

// --- runs and connections -----------------------------------------------------------------------------------------------

export interface ConnectionToRegister {
  readonly id: string;
  readonly connector: string;
  readonly title: string;
  readonly organisations: readonly string[];
  readonly everyMinutes: number;
  readonly freshWithinSeconds: number;
  readonly goLiveOn: string | undefined;
  readonly settingsFingerprint: string;
  /** Why the configuration keeps it from running, for example an agreement past its review. */
  readonly pausedBecause?: string;
}
export interface Lease {
  readonly number: string;
  readonly checkpoint: unknown;
  /** The latest instant at which anything of this connection was read, by whichever clock: the next one is later. */
  readonly lastReadAt?: Date;
  /** Runs in a row that have failed, when a turn was taken. */
  readonly failures?: number;
}
export type RunOutcome = "COMPLETED" | "CONTINUES" | "FAILED" | "HELD" | "ABANDONED";

export interface AbsenceLimit {
  /** Share of the records in force, 0-1. */
  readonly share: number;
  /** Number of records. Whichever is smaller decides. */
  readonly records: number;
}
export interface AbsenceResult {
  readonly withdrawn: number;
  readonly flagged: number;
  /** In force as before, and missing: not confirmed yet, or held. */
  readonly suspected: number;
  readonly held: { readonly kind: RecordKind; readonly count: number; readonly inForce: number } | undefined;
}

// --- the door -----------------------------------------------------------------------------------------------------------

/** The signed context that row-level security reads; produced by access/decide. */
export interface ReadContext {
  readonly requestId: string;
  /**
   * Which role reads. "records" (usual where the scope names people) and "health" see the rows of the scope; "facts" (usual else)
   * what access judges by; "operations" counts, states and ids; "audit" who looked and who did what.
   */
  readonly what?: "records" | "health" | "facts" | "operations" | "audit";
  readonly person?: string;
  readonly scope: readonly { readonly controllerOrg: string; readonly kinds: readonly string[]; readonly staffMember?: string }[];
}

export interface Store extends MovementDecisions {
  /** Applies the migrations that are missing. */
  migrate(): Promise<{ readonly applied: readonly string[] }>;
  close(): Promise<void>;
  ping(): Promise<void>;

  readonly connections: {
    /** The whole configuration: what is not in it is retired (kept, and no longer run). */
    register(connections: readonly ConnectionToRegister[]): Promise<void>;
    /**
     * Takes the lease (a new fencing number) unless one is alive or the connection is paused. "own-records": for work that
     * asks nothing of the vendor, which a pause does not stop and which is no attempt at reading.
     */
    lease(connectionId: string, holder: string, seconds: number, forWhat?: "own-records"): Promise<Lease | undefined>;
    renew(connectionId: string, lease: string, seconds: number): Promise<void>;
    release(connectionId: string, lease: string): Promise<void>;
    /** Gives back the leases of holders that are known to be dead, so that nobody waits for them to run out. */
    releaseDead(isDead: (holder: string) => boolean): Promise<number>;
    /** When the next run is due; undefined when none has ended yet or nothing was planned. */
    nextRunAt(connectionId: string): Promise<Date | undefined>;
    /**
     * Ends what a dead process left open. CONNECTION_QUARANTINED when that was once too often at the same place: it is paused now.
     */
    startRun(connectionId: string, lease: string, trigger: string): Promise<string>;
    /** Ends the run after checking that its counts close (COUNTS_DO_NOT_CLOSE). A replay says nothing about the vendor. */
    endRun(input: {
      connectionId: string;
      runId: string;
      lease: string;
      outcome: RunOutcome;
      error?: { code: string; class: string; detail: unknown };
      nextRunAt: Date | undefined;
    }): Promise<Counts>;
    /** Data set completely read as of this instant (vendor's clock). */
    freshAsOf(connectionId: string, dataSet: string, asOf: string, lease?: string): Promise<void>;
    /** Records an error of the connection; with a lease it is a run's, and only while the lease is. */
    problem(input: {
      connectionId: string;
      code: string;
      subject?: string;
      detail?: unknown;
      count?: number;
      lease?: string;
    }): Promise<void>;
    /** All of these codes, but for subjects that are still there. */
    resolveProblems(connectionId: string, codes: readonly string[], stillThere?: readonly string[]): Promise<void>;
    /** Until somebody resumes it, or until `until`. A run that is under way ends at its next page. False: retired or unknown. */
    isPaused(connectionId: string): Promise<boolean>;
    pause(connectionId: string, input: { by: string; reason: string; until?: Date }): Promise<boolean>;
    /** Due at once, with a clean slate. What the configuration pauses only the configuration resumes. */
    resume(connectionId: string): Promise<"resumed" | "not paused" | { readonly configuration: string }>;
  };

  readonly erased: {
    /** Who may not come in again at a connection. Ask under its lease. */
    door(connectionId: string): Promise<ErasedDoor>;
  };

  readonly agreements: AgreementVerbs;

  readonly pages: {
    /**
     * Before a page's records: identity rows for its people and their claims, in a short transaction of its own. Returns
     * whom to match (new, never looked at, or claim changed), so that binding comes before the records are counted.
     * "Never looked at" is source_person.match_due; people.decide clears it, a changed claim sets it.
     * The map's key is `${organisation}|${personKey}`. PageStored.toMatch may then be dropped.
     * A claim without a name only adds identifiers and match keys; it never replaces the names held.
     */
    admitPeople(input: {
      readonly connectionId: string;
      readonly lease: string;
      readonly system: SystemKind;
      readonly claims: readonly ClaimToStore[];
    }): Promise<{ readonly ids: ReadonlyMap<string, string>; readonly toMatch: readonly string[] }>;
    /** Everything of one page and its checkpoint in one transaction. `commitAfter` keeps the order of pages that overlap in time. */
    apply(page: PageToStore, commitAfter?: Promise<unknown>): Promise<PageStored>;
    /** As `apply`, and everything is rolled back: whether the database would take it. */
    probe(page: PageToStore): Promise<void>;
    /** If these very bytes were stored under this key by the same derivation: how many vendor records they held. */
    identicalPage(connectionId: string, key: string, sha256: string, derivationVersion: string): Promise<{ records: number } | undefined>;
    /** After a complete scope: suspect, withdraw, flag or hold what was not seen in this run. */
    settleAbsence(input: {
      connectionId: string;
      runId: string;
      lease: string;
      scope: Scope;
      /** The scope speaks of every kind that the connection delivers: what was refused without a kind is then settled too. */
      readonly speaksOfAll?: boolean;
      kinds: readonly { readonly kind: RecordKind; readonly absence: "withdraws" | "notAtSource" }[];
      limit: AbsenceLimit;
      /** Earlier runs of the same sweep (CONTINUES, FAILED, ABANDONED) whose seen keys have not been cleared. */
      earlierRunIds?: readonly string[];
    }): Promise<AbsenceResult>;
    /**
     * Runs before this one whose seen keys still stand: since the last run that came to its end, oldest first. Their sweep goes
     * on in this run when it resumes from the checkpoint. Undefined: too many to be believed, so absence means nothing yet.
     */
    unfinishedRuns(connectionId: string, runId: string): Promise<readonly string[] | undefined>;
    /** Seen keys of this run and of every earlier run of the connection: their sweep is over. */
    clearSeen(runId: string): Promise<void>;
    /** A run that starts anew: what earlier runs saw says nothing about it. */
    clearSeenBefore(runId: string): Promise<void>;
    /** Decrypted raw records of one page, each with its ordinal (records.raw_ordinal). */
    raw(rawPageId: string): Promise<readonly (readonly [ordinal: number, record: unknown])[]>;
    /** Deletes raw pages whose time is over; whole months go as partitions. */
    expireRaw(today: string): Promise<number>;
  };

  readonly people: {
    forMatching(sourcePersonIds: readonly string[]): Promise<readonly PersonToMatch[]>;
    /** People still to be matched (new, or claimed otherwise since), in stable order: what a crash left undone. */
    dueForMatching(after: string | undefined, limit: number): Promise<readonly string[]>;
    /** People who share a match key or an identifier with these: bound ones as candidates. */
    candidates(sourcePersonIds: readonly string[]): Promise<readonly PersonToMatch[]>;
    /** Unbound people (not ESR) who share a match key with these newly bound ones. */
    waitingFor(sourcePersonIds: readonly string[], after: string | undefined, limit: number): Promise<readonly string[]>;
    forbidden(sourcePersonIds: readonly string[]): Promise<readonly { sourcePersonId: string; staffMemberId: string }[]>;
    /** Bindings, proposals, conflicts of one batch; rewrites staff_member_id on the people's records. */
    decide(input: {
      bindings: readonly BindingToStore[];
      proposals: readonly ProposalToStore[];
      conflicts: readonly { readonly sourcePersonId: string; readonly reasons: readonly MatchReason[] }[];
      /** Looked at and left unbound: their stale proposals are removed. */
      unmatched: readonly string[];
      /** Looked at, bound and staying so: only match_due is cleared (and a conflict that has gone is lifted). */
      unchanged?: readonly string[];
      /** The session that has to hold the lock of matching: whoever has been frozen decides nothing from what was read before. */
      session?: number | undefined;
    }): Promise<void>;
    unlink(sourcePersonId: string, by: string, reason: string): Promise<void>;
    refuse(sourcePersonId: string, staffMemberId: string, by: string, reason: string): Promise<void>;
    /** People with an engagement at these organisations, keyset after staffKey. */
    staff(
      organisations: readonly string[],
      connectionId: string,
      after: string | undefined,
      limit: number,
    ): Promise<
      readonly { staffKey: string; given: string; family: string; birthDate: string; esrPersonId?: string; knownSourceId?: string }[]
    >;
  };

  readonly turns: Turns;
  readonly courseMaps: CourseMaps;
  readonly held: Held;
  readonly fullReads: FullReads;
  readonly codeMaps: CodeMaps;
  readonly replays: Replays;
  readonly drift: Drift;
  readonly merges: Merges;
  readonly vendorPace: VendorPace;

  /** One client, BEGIN, set_config(..., true), the statements, COMMIT, release. */
  withPrincipal<T>(context: ReadContext, statements: (client: PoolClient) => Promise<T>): Promise<T>;

  /** Resolves when the events are committed to their chains; AUDIT_UNAVAILABLE when they could not be in time. */
  audit(events: readonly AuditEvent[]): Promise<void>;

  /** One at a time over all processes: two runs that create the same staff member at once would make two of one person. */
  exclusively<T>(what: Exclusive, work: (session: number) => Promise<T>): Promise<T>;
}

export interface AuditEvent {
  readonly requestId: string;
  readonly operation: string;
  readonly subject: string;
  readonly organisation?: string;
  readonly role: string;
  readonly actingClient?: string;
  readonly purpose?: string;
  readonly decision: "ALLOW" | "DENY" | "PARTIAL";
  readonly reason?: string;
  /** What the document asked for, as Query.staffMember: the name that a caller gives its operation proves nothing. */
  readonly fields?: readonly string[];
  /** The paths of the access table by which it was allowed. */
  readonly grounds?: readonly string[];
  readonly staffMembers: readonly string[];
  /** Asked for by id, there, and nothing of them shown. */
  readonly refusedMembers?: readonly string[];
  readonly kinds: readonly string[];
  readonly controllers: readonly string[];
  /** What was changed, as kind:id. */
  readonly changes?: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly policyVersion: string;
}
