/**
 * The contract between the engine and a connector: types only. A connector is a value. It yields pages and normalises;
 * it never saves, sleeps, retries, logs a record or decides whose it is.
 */
import type { Socket } from "node:net";
import type { z } from "zod";
import type { HubError } from "../platform/errors";
import type { FactsOfKind, RecordKind } from "../schema/kinds";
import type { ProvenanceFacts } from "../schema/provenance";

export type { FactsOfKind, RecordKind };

/** The four kinds of source system a record can come from. */
export type SystemKind = "lms" | "oh" | "esr" | "recruitment";

export interface Delivery {
  readonly kind: RecordKind;
  readonly system: SystemKind;
  /** What absence from a complete snapshot means: the source withdrew it, or the source keeps no history. */
  readonly absence: "withdraws" | "notAtSource";
  /** Assurance fields that hold for this kind unless the record says otherwise (data, not judgement). */
  readonly provenance: ProvenanceFacts;
  /** Data set whose pages carry this kind (Page.dataSet), where a connector has more than one. */
  readonly dataSet?: string;
}

export type IdentifierScheme =
  | "ESR_PERSON_ID" // unique within a VPD
  | "ESR_EMPLOYEE_NUMBER" // unique within a VPD
  | "ESR_ASSIGNMENT_NUMBER"
  | "NI_NUMBER"
  | "NHS_CRS_UUID"
  | "GMC"
  | "NMC"
  | "GDC"
  | "GPHC"
  | "HCPC"
  | "EMAIL"
  | "LOCAL"; // the vendor's own staff number: means nothing elsewhere

export interface Identifier {
  readonly scheme: IdentifierScheme;
  /** As the vendor wrote it; format, junk and uniqueness are judged by sync/match.ts. */
  readonly value: string;
}

/** How a vendor names a person. Only what the vendor said; nothing is judged here. */
export interface Claim {
  /** The vendor's key for the person, stable at this connection. */
  readonly personKey: string;
  readonly givenName?: string;
  readonly familyName?: string;
  /** Preferred given names, middle names: alternatives for givenName. */
  readonly otherGivenNames?: readonly string[];
  /** Maiden and previous family names. */
  readonly otherFamilyNames?: readonly string[];
  /** YYYY-MM-DD */
  readonly birthDate?: string;
  readonly identifiers?: readonly Identifier[];
}

/** The vendor's own order of versions; the engine adds the instant of our fetch. */
export interface SourceVersion {
  /** ISO 8601 instant at which the vendor changed the record. */
  readonly changedAt?: string;
  readonly sequence?: number;
}

interface NormalisedBase<K extends RecordKind> {
  readonly kind: K;
  /** The vendor's id, or the natural key the connector states. */
  readonly sourceId: string;
  /** ODS code of the controller; left out when the connection serves one organisation. */
  readonly organisation?: string;
  /** Whose it is, as the vendor says; absent for kinds about an organisation. */
  readonly claim?: Claim;
  readonly sourceVersion?: SourceVersion;
  /** For date-tracked records: first and last day of this segment, YYYY-MM-DD. */
  readonly validFrom?: string;
  readonly validTo?: string;
  /** Assurance fields the record itself states; the rest comes from the delivery's defaults. */
  readonly provenance?: ProvenanceFacts;
}
export type NormalisedRecord = {
  [K in RecordKind]: NormalisedBase<K> & { readonly facts: FactsOfKind<K>; readonly withdrawn?: false };
}[RecordKind];
/** The source says that it no longer stands by the record (all segments of it). */
export type NormalisedWithdrawal = {
  [K in RecordKind]: NormalisedBase<K> & { readonly withdrawn: true; readonly facts?: undefined };
}[RecordKind];
/** One record that cannot proceed; only what may be kept is in it. `got` never holds a person's or a health value. */
export interface NormalisedRefusal {
  readonly refused: string; // a code of schema/codes/problems.ts, for example CODE_UNKNOWN
  readonly kind: RecordKind;
  readonly sourceId: string;
  readonly organisation?: string;
  /** Whom it is about, where that is known: only how many people a cause touches is kept of it. */
  readonly claim?: Claim;
  /** The vendor's field, as a JSON pointer into the vendor's record. */
  readonly pointer?: string;
  readonly got?: string;
  readonly expected?: string;
}
/** A raw record that rightly yields nothing (an unfinished enrolment, a not-done vaccination). */
export interface NormalisedNothing {
  readonly ignored: string; // stable kebab-case reason, for example "not-completed"
  /** Of a pushed item: what it gave in an earlier version goes, if it was about the same person. */
  readonly ends?: { readonly personKey: string; readonly sourceVersion?: SourceVersion };
}
export type Normalised = NormalisedRecord | NormalisedWithdrawal | NormalisedRefusal | NormalisedNothing;

/** Scope that a page completes: from here on, absence within it means something. */
export interface Scope {
  readonly scope: "connection" | "person" | "course" | "file";
  /** Person key, course id, file name or connection id. */
  readonly key: string;
  /** Record kinds the scope covers; all of the connector's when absent. */
  readonly kinds?: readonly RecordKind[];
  /** Organisation (ODS code) whose records the scope covers; all of the connection's when absent. */
  readonly organisation?: string;
  /** Rows may have moved between pages while it was read: what is missing is only suspected until the next one confirms it. */
  readonly shifting?: boolean;
  /** Why the connector doubts that everything was shown, in capitals: whatever is missing is held, however little it is. */
  readonly doubt?: string;
}

/** increment: what may have changed since the checkpoint. full: everything again; an interrupted one goes on where it was. */
export type ReadMode = "increment" | "full";

export interface Page<Checkpoint> {
  /** What people call this part of the work; one progress bar each: "people", "completions", "immunisations". */
  readonly dataSet: string;
  /** Vendor records as received; each is parsed by `raw` (which drops unknown fields) and then normalised. */
  readonly records: readonly unknown[];
  /** Where to go on after this page has been stored. */
  readonly checkpoint: Checkpoint;
  /** Scopes that are completely read once this page is stored. */
  readonly completes?: readonly Scope[];
  /** Units done and expected in this data set, for the progress bar. */
  readonly progress?: { readonly done: number; readonly total?: number };
  /** Instant on the vendor's clock before which everything of this data set is known once the sweep completes. */
  readonly asOf?: string;
  /** The bytes the page came from; lets the engine recognise an identical page next time. */
  readonly digest?: { readonly key: string; readonly sha256: string };
  /** Set when `source.identicalPage` found the digest unchanged: `records` is empty, the stored counts are repeated. */
  readonly identical?: boolean;
  /** Name of the file that the page was read from, so that somebody who asks for the file finds it. */
  readonly file?: string;
  /** Records the connector had to give up before `raw` (a row with the wrong field count); counted as refusedRaw. */
  readonly refusedRaw?: readonly RawRefusal[];
}
/** A page about one person: it moves no checkpoint. */
export type PersonPage = Omit<Page<never>, "checkpoint">;
export interface RawRefusal {
  readonly code: string;
  /** Vendor's id of the record or "file:line"; never a value. */
  readonly sourceId: string;
  readonly pointer?: string;
  readonly got?: string;
  readonly expected?: string;
}

/** Somebody to ask a vendor about. */
export interface StaffToAsk {
  /** Our key (staff member id): stable order, opaque to the vendor. */
  readonly staffKey: string;
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly esrPersonId?: string;
  /** The vendor's id for this person, when matching has linked one. */
  readonly knownSourceId?: string;
}

/** Somebody of whom a vendor says that something has changed: linked to the vendor's own key, and working at the organisation. */
export interface PersonToRead {
  /** ODS code. */
  readonly organisation: string;
  readonly staff: StaffToAsk & { readonly knownSourceId: string };
}

export interface HttpRequest {
  readonly method?: "GET" | "POST";
  /** Absolute URL; its host must be the connection's own or on its allow-list. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: readonly (readonly [string, string])[];
  readonly json?: unknown;
  /** What people call the call, for errors; default: method and path without what may be somebody's key. */
  readonly operation?: string;
  /** What the answer must be; anything else is `malformed-page` (or `auth` when it looks like a login page). */
  readonly expect: "json" | "text";
  /** Statuses to hand back instead of throwing (404 where absence is an answer). */
  readonly accept?: readonly number[];
  /** Limit after decompression; default 32 MiB. */
  readonly maxBytes?: number;
  /** Fewer attempts than usual: one person's record that fails must not look as if the whole system were down. */
  readonly attempts?: number;
  /** Called before the answer is accepted: throw a HubError and its class decides about a retry. */
  readonly inspect?: (answer: HttpAnswer) => void;
}
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** Hex SHA-256 of the body. */
  readonly sha256: string;
  /** The vendor's Date header as ISO instant, if it sent one. */
  readonly vendorDate?: string;
  text(): string;
  /** Parsed body; throws HubError NOT_JSON (malformed-page). Prototype keys are dropped. */
  json(): unknown;
}
/** Retries by error class, keeps the vendor's budget, obeys Retry-After, has total deadlines, refuses foreign hosts. */
export interface Http {
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** A connection to a host of the list at a checked address, for what is not HTTP; without it there is none. */
  socket?(host: string, port: number): Promise<Socket>;
}

/** A secret by reference: never a value in a file that is committed. */
export type SecretReference = { readonly env: string } | { readonly file: string };

/** The world as a connector sees it. */
export interface SourceSystem<Settings> {
  readonly connectionId: string;
  readonly organisations: readonly { readonly odsCode: string; readonly vpd: string | undefined; readonly name: string }[];
  readonly settings: Settings;
  readonly http: Http;
  readonly signal: AbortSignal;
  /** Now, for "a sweep at most daily" decisions; ISO instant. */
  now(): string;
  secret(reference: SecretReference): Promise<string>;
  /** Absolute path of a settings path (relative to the configuration file). */
  resolvePath(path: string): string;
  /** People with an engagement at this connection's organisations, in stable order, after the given staffKey. */
  staff(after?: string): AsyncIterable<StaffToAsk>;
  /**
   * Offer a vendor's hits for one staff member; matching decides which (if any) is linked: their person keys. Audited as
   * a disclosure. `organisation`: whose people were searched, when the connection serves several.
   */
  offer(staffKey: string, candidates: readonly Claim[], organisation?: string): Promise<readonly string[]>;
  /** If these bytes were stored under this key before: how many vendor records they held and the stored note. */
  identicalPage(key: string, sha256: string): Promise<{ readonly records: number } | undefined>;
  /** A row (not a record) could not be used, or something is worth a line in `problems`; the run goes on. */
  report(problem: HubError): void;
}

export interface PushRequest {
  /** Parsed JSON, verified to come from the vendor; nothing else is known of it. */
  readonly body: unknown;
  readonly receivedAt: string;
  /** ODS codes that the credential may speak for. */
  readonly organisations: readonly string[];
}
/** One item of a body, with what its receipt and its problems need to name it in the vendor's own words. */
export interface PushedRecord {
  /** As received: parsed by `raw`, then normalised, like a polled record. */
  readonly record: unknown;
  /** Where it stands in the vendor's body, a JSON pointer: "/records/17". */
  readonly pointer: string;
  /** The vendor's own id of it, when it has a usable one. */
  readonly vendorId: string | undefined;
}
/** A vendor that sends: its body taken apart. Signature, size, idempotency and receipts are the engine's. */
export interface Push {
  /** What people call what is pushed: "learning". */
  readonly dataSet: string;
  /**
   * Throws HubError BODY_INVALID (bad-record) for a body without items, OTHER_ORGANISATION (auth) for one that as a whole
   * speaks for somebody else; one bad item is never a reason to throw.
   */
  records(request: PushRequest): readonly PushedRecord[];
}

/** One row of an organisation's course map. */
export interface CourseMapRow {
  /** idnumber, short name or `id:<course id>` of the vendor's course. */
  readonly course: string;
  /** Identity of the competence, or undefined for "local learning, no competence". */
  readonly competence: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}
/** One row of an organisation's code map: what a vendor's own code means. */
export interface CodeMapRow {
  /** What the code is about, as a refusal names it: "vaccines", "clinical tests", "observations", "competences". */
  readonly list: string;
  /** As a refusal shows it: with its system where it has one. */
  readonly code: string;
  /** Code of our list. */
  readonly value: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}
/** Versioned snapshot of the organisations' own maps. */
export interface Maps {
  readonly version: string;
  /** Competences named for a course (any of its keys) on a day: a list, "local", or undefined when nobody has said. */
  coursesToCompetences(organisation: string, courseKeys: readonly string[], on: string): readonly string[] | "local" | undefined;
  /** Code of our list that a vendor's own code stands for on a day; undefined when nobody has said. */
  codeOf?(organisation: string, list: string, code: string, on?: string): string | undefined;
}

export interface NormaliseContext<Settings> {
  readonly settings: Settings;
  readonly maps: Maps;
  /** ODS codes this connection may speak for, with their VPDs. */
  readonly organisations: readonly { readonly odsCode: string; readonly vpd: string | undefined }[];
}

/** One source product. A value, not a class: everything about the vendor, nothing about us. */
export interface Connector<Settings, Raw, Checkpoint> {
  /** Kebab-case, never changed: it is written into every record's provenance. */
  readonly name: string;
  /** Raised whenever `normalise` gives other facts for the same raw record. */
  readonly version: number;
  readonly title: string;
  readonly delivers: readonly Delivery[];
  /** The part of `delivers` that a connection with these settings reads; all of it when absent. */
  deliversWith?(settings: Settings): readonly Delivery[];
  readonly settings: z.ZodType<Settings>;
  readonly checkpoint: z.ZodType<Checkpoint>;
  /** The vendor's record: only the fields we read, everything else is dropped at the door. */
  readonly raw: z.ZodType<Raw>;
  /** The same where trusts have said what codes of the vendor's own mean: their records are no longer cut down as unknown. */
  rawWith?(context: NormaliseContext<Settings>): z.ZodType<Raw>;
  readonly poll?: {
    readonly everyMinutes: number;
    /** Source: the vendor's documentation. */
    readonly requestsPerSecond: number;
    /** `full`: everything, whatever is known already; a sweep that was cut off goes on where it stood. */
    pages(source: SourceSystem<Settings>, since: Checkpoint | undefined, mode?: ReadMode): AsyncIterable<Page<Checkpoint>>;
    /** Reads what has changed, and so never sees a deletion: everything is read again every night. */
    readonly increments?: boolean;
    /** Where one person can be read out of turn: what a sweep would read of them, and the checkpoint stays where it is. */
    readonly person?: {
      /** The vendor's own id of somebody -> the key that claims carry (Claim.personKey). */
      key(organisation: string, vendorId: string): string;
      /** Events that may name somebody, each with the kind of record it is about. */
      readonly events: Readonly<Record<string, RecordKind>>;
      pages(source: SourceSystem<Settings>, whom: PersonToRead): AsyncIterable<PersonPage>;
    };
  };
  readonly push?: Push;
  /** Hosts this connection needs, from its settings: the start of its allow-list. */
  hosts(settings: Settings): readonly string[];
  /** Pure: no clock, no network, no chance. The same raw record gives the same facts for ever. */
  normalise(raw: Raw, context: NormaliseContext<Settings>): readonly Normalised[];
}

// biome-ignore lint/suspicious/noExplicitAny: the catalogue holds connectors of every shape; the engine parses before it calls
export type AnyConnector = Connector<any, any, any>;
