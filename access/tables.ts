/**
 * The read table of access.md section 2 as data. A cell is a list of paths; a path allows when all its conditions hold.
 * A pair without a cell is denied. Where a real agreement is wider, change this file, not the code that reads it.
 */
import type { Access } from "../schema/registry";
import type { Purpose } from "./principal";

/** Raised with every change of this table: it stands in every audit event. */
export const policyVersion = "2026-11-3";

export type Actor = "SELF" | "PASS" | "LEHR" | "HOHR" | "OHL" | "OHR" | "L&D" | "RECR" | "TDQ" | "TRUSTADM" | "ESR" | "OPS" | "AUD";

export type Condition =
  | "tenant"
  | "self"
  | "emp"
  | "place"
  | "offer"
  | "transfer"
  | "wsa"
  | "share"
  | "deleg"
  | "scope"
  | "aal2"
  | "aal3"
  | "purpose"
  | "no-objection";

export interface Cell {
  readonly paths: readonly (readonly Condition[])[];
  /** Fields of the record type that this cell opens; all when absent. */
  readonly fields?: readonly string[];
  readonly purposes: readonly Purpose[];
}

type Row = Partial<Record<Access, Cell>>;

function cell(
  all: readonly Condition[],
  any: readonly (readonly Condition[])[],
  purposes: readonly Purpose[],
  fields?: readonly string[],
): Cell {
  const paths = (any.length === 0 ? [[]] : any).map((path) => [...all, ...path, "purpose" as const]);
  return fields ? { paths, fields, purposes } : { paths, purposes };
}

/** Where a record comes from: opened by name where a cell names its fields. */
export const originFields = ["provenance", "connectedSystem", "state"] as const;
/**
 * What HR may know of a clearance: the outcome and until when. EPP status can disclose a blood-borne virus; which OH system
 * it came from, and how fresh that is, is not HR's either.
 */
const clearanceForHr = ["clearedForRole", "validUntil"];
/** A host's HR: name, contact, role and registration. */
const nameContactRegistration = [
  "title",
  "givenName",
  "familyName",
  "middleNames",
  "preferredName",
  "email",
  "body",
  "number",
  "registeredOn",
  "expiresOn",
  "revalidatesOn",
  ...originFields,
];
/** A placement as both sides of it see it: post, grade, dates. */
const placed = ["hostOrganisation", "postNumber", "grade", "specialty", "placementType", "jobRole"];
/** A host: post, grade, dates, lead employer. */
const postAndDates = [
  ...placed,
  "leadEmployer",
  "engagement",
  "position",
  "organisation",
  "isPrimary",
  "startsOn",
  "endsOn",
  "projectedHireOn",
  ...originFields,
];
const postAndDatesOnly = [...placed, "position", "organisation", "startsOn", "endsOn", "projectedHireOn"];

const selfView: readonly Purpose[] = ["SELF_VIEW"];
const own = (...more: Condition[]) => cell(["self", ...more], [], selfView);
const passport = cell(["self", "deleg", "scope", "aal2"], [], selfView);
const employment: readonly Purpose[] = ["EMPLOYMENT", "PRE_EMPLOYMENT"];
const training: readonly Purpose[] = ["EMPLOYMENT", "PRE_EMPLOYMENT", "TRAINING_COMPLIANCE"];
const hosting: readonly Purpose[] = ["PLACEMENT", "TRAINING_COMPLIANCE"];
const care: readonly Purpose[] = ["OH_CARE"];

export const readTable: Readonly<Record<Actor, Row>> = {
  SELF: {
    R1: own(),
    R1s: own("aal2"),
    R2: own(),
    R3: own(),
    R4: own("aal2"),
    R5: own("aal2"),
    R7: own(),
    R10: own(),
    R11: own(),
  },
  PASS: { R1: passport, R2: passport, R3: passport, R4: passport, R5: passport, R7: passport, R10: passport, R11: passport },
  LEHR: {
    R1: cell(["emp", "aal2"], [["tenant"], ["transfer"], ["share"]], training),
    R1s: cell(["tenant", "emp", "aal2"], [], ["EMPLOYMENT"]),
    R2: cell(["emp", "aal2"], [["tenant"], ["wsa"], ["transfer"], ["share"]], training),
    R3: cell(["emp", "aal2"], [["tenant"], ["wsa"], ["transfer"], ["share"]], training),
    R4: cell(["tenant", "emp", "aal3"], [], employment, clearanceForHr),
    R7: cell(["emp", "aal2"], [["tenant"], ["transfer"], ["share"]], employment),
  },
  HOHR: {
    R1: cell(["place", "aal2"], [["tenant"], ["wsa"], ["share"]], hosting, nameContactRegistration),
    R2: cell(["place", "aal2"], [["tenant"], ["wsa"], ["share"]], hosting, postAndDates),
    R3: cell(["place", "aal2"], [["tenant"], ["wsa"], ["share"]], hosting),
    R4: cell(["place", "aal3"], [["tenant"], ["share"], ["wsa", "no-objection"]], ["PLACEMENT"], clearanceForHr),
    R7: cell(["place", "aal2"], [["tenant"], ["wsa"], ["share"]], ["PLACEMENT"]),
  },
  OHL: {
    R1: cell(["tenant", "emp", "aal2"], [], care),
    R2: cell(["tenant", "emp", "aal2"], [], care),
    R4: cell(["tenant", "emp", "aal3"], [], care),
    R5: cell(["emp", "aal3"], [["tenant"], ["transfer"], ["share"]], care),
  },
  OHR: {
    R1: cell(["place", "aal2"], [["tenant"], ["share"]], care),
    R2: cell(["place", "aal2"], [], care, postAndDatesOnly),
    R4: cell(["place", "aal3"], [["tenant"], ["share"], ["wsa", "no-objection"]], care),
    R5: cell(["place", "aal3"], [["tenant"], ["share"]], care),
  },
  "L&D": {
    R1: cell(["tenant"], [["emp"], ["place"]], ["TRAINING_COMPLIANCE"], ["title", "givenName", "familyName", "preferredName"]),
    R3: cell(["tenant"], [["emp"], ["place"]], ["TRAINING_COMPLIANCE"]),
  },
  RECR: {
    R1: cell(["tenant", "offer"], [], ["PRE_EMPLOYMENT"]),
    R3: cell(["emp", "aal2"], [["tenant"], ["transfer"], ["share"]], ["PRE_EMPLOYMENT"]),
    R4: cell(["tenant", "offer", "aal3"], [], ["PRE_EMPLOYMENT"], ["clearedForRole"]),
    R7: cell(["emp", "aal2"], [["tenant"], ["transfer"], ["share"]], ["PRE_EMPLOYMENT"]),
  },
  /** Sees claims only (`claimTable`), no record. */
  TDQ: {},
  TRUSTADM: { R8: cell(["tenant"], [], ["SETTINGS"]), R11: cell(["tenant"], [], ["SETTINGS"]) },
  ESR: {
    R3: cell(["emp"], [["tenant"], ["wsa"], ["share"]], ["SERVICE_OPERATION"]),
    R4: cell(["tenant", "emp"], [], ["SERVICE_OPERATION"]),
    R5: cell(["tenant", "emp"], [], ["SERVICE_OPERATION"]),
  },
  OPS: { R8: cell(["aal3"], [], ["SERVICE_OPERATION"]) },
  AUD: { R10: cell(["tenant", "aal3"], [], ["AUDIT"]), R11: cell(["tenant", "aal3"], [], ["AUDIT"]) },
};

/** Who may list the staff of the own organisation: a front-end knows one person and never lists people. */
export const listingActors: ReadonlySet<Actor> = new Set<Actor>(["LEHR", "HOHR", "OHL", "OHR", "L&D", "RECR"]);

/** Who may ask for the rotation of the own organisation: who starts, and what is missing. Each person in it is decided separately. */
export const rotationActors: ReadonlySet<Actor> = new Set<Actor>(["LEHR", "HOHR", "OHL", "OHR"]);

/** For whom a derived answer holds health items at all: the person and occupational health. HR gets one constant line. */
export const healthItemActors: ReadonlySet<Actor> = new Set<Actor>(["SELF", "OHL", "OHR"]);

/** Systems whose very knowledge of a person is health data: what they say of somebody carries R5. */
export const healthSystems: ReadonlySet<string> = new Set(["oh"]);

/** Unmatched people (access.md section 2, note 1): claims of training origin, or of health origin, of the own trust. */
export const claimTable: Partial<Record<Actor, { readonly health: boolean; readonly aal: number; readonly purposes: readonly Purpose[] }>> =
  {
    TDQ: { health: false, aal: 2, purposes: ["DATA_QUALITY"] },
    OHL: { health: true, aal: 3, purposes: ["DATA_QUALITY", "OH_CARE"] },
  };

/** Days by which a placement opens early and closes late (defaults; an agreement may narrow them). */
export const placementLeadDays = 91; // the placement feed sends 13 weeks ahead
export const placementGraceDays = 14;
export const employmentGraceDays = 30;
/** Recruitment's own view of an offer ends this long after the start. */
export const offerGraceDays = 14;

export const employingKinds: ReadonlySet<string> = new Set(["SUBSTANTIVE", "LEAD_EMPLOYER", "LOCALLY_EMPLOYED", "BANK", "PRE_HIRE"]);
export const placingKinds: ReadonlySet<string> = new Set(["HOST_PLACEMENT", "SECONDMENT_IN", "HONORARY"]);
