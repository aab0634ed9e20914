/**
 * The read table of access.md section 2 as data. A cell is a list of paths; a path allows when all its conditions hold.
 * A pair without a cell is denied. Where a real agreement is wider, change this file, not the code that reads it.
 */
import type { Access } from "../schema/registry";
import type { Purpose } from "./principal";
import { type Actor, type Cell, type Condition, order, type Path, type RecordType } from "./vocabulary";

/** Raised with every change of this table: it stands in every audit event. */
export const policyVersion = "2026-11-7";

type Row = Partial<Record<RecordType, Cell>>;

/** A way in that is one condition, several, or one that opens national competences only. */
type Way = readonly Condition[] | Path;

interface Limits {
  readonly fields?: readonly string[];
  readonly labels?: readonly Access[];
  /** For other purposes the same ways open fewer fields. */
  readonly narrow?: { readonly purposes: readonly Purpose[]; readonly fields: readonly string[] };
}

const conditionsOf = (way: Way): readonly Condition[] => ("conditions" in way ? way.conditions : way);

/** `all` of these and any of those; in the order of rules. */
export function cell(all: readonly Condition[], any: readonly Way[], purposes: readonly Purpose[], { narrow, ...more }: Limits = {}): Cell {
  const ways: readonly Way[] = any.length === 0 ? [[]] : any;
  // Where labels are named they limit every way in, or the ways that say so.
  const every: readonly Condition[] =
    more.labels && !any.some((way) => conditionsOf(way).includes("label")) ? ["label", "purpose"] : ["purpose"];
  const paths = ways.map((way): Path => {
    const sorted = [...all, ...conditionsOf(way), ...every];
    return { ...("conditions" in way ? way : {}), conditions: sorted.sort((a, b) => order.indexOf(a) - order.indexOf(b)) };
  });
  // What opens everything comes first.
  return { paths: narrow ? [...paths, ...paths.map((path) => ({ ...path, ...narrow }))] : paths, purposes, ...more };
}

/** Where a record comes from: opened by name where a cell names its fields. */
export const originFields = ["provenance", "connectedSystem", "state"] as const;
/**
 * What HR may know of a clearance: the outcome and until when. EPP status can disclose a blood-borne virus; which OH system
 * it came from, and how fresh that is, is not HR's either.
 */
const clearanceForHr = ["clearedForRole", "validUntil"];
const names = ["title", "givenName", "familyName", "preferredName"];
const post = ["position", "organisation", "jobRole", "isPrimary", "grade"];
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
/** Who supervises the training of a doctor: where, when and in which programme. */
const programmeAndPlacement = [
  "hostOrganisation",
  "leadEmployer",
  "postNumber",
  "grade",
  "specialty",
  "placementType",
  "startsOn",
  "endsOn",
];
const postAndDatesOnly = [...placed, "position", "organisation", "startsOn", "endsOn", "projectedHireOn"];

const selfView: readonly Purpose[] = ["SELF_VIEW"];
const own = (...more: Condition[]) => cell(["self", "not-frozen", ...more], [], selfView);
const passport = cell(["self", "not-frozen", "deleg", "scope", "aal2"], [], selfView);
const employment: readonly Purpose[] = ["EMPLOYMENT", "PRE_EMPLOYMENT"];
const training: readonly Purpose[] = ["EMPLOYMENT", "PRE_EMPLOYMENT", "TRAINING_COMPLIANCE"];
const hosting: readonly Purpose[] = ["PLACEMENT", "TRAINING_COMPLIANCE"];
const care: readonly Purpose[] = ["OH_CARE", "PRE_EMPLOYMENT"];
const careOfPlaced: readonly Purpose[] = ["OH_CARE", "PLACEMENT"];
/** For compliance with training: the name, the post, the training, and nothing else. */
const compliance: readonly Purpose[] = ["TRAINING_COMPLIANCE"];
const nameFor = { narrow: { purposes: compliance, fields: names } };
const postFor = { narrow: { purposes: compliance, fields: post } };

/** A person's share of training or of immunisations says whose they are: name and registration, to occupational health the date of birth too. */
const carried = ["title", "givenName", "familyName", "preferredName", "body", "number", ...originFields];
const carries = (...fields: readonly string[]): Path => ({ conditions: ["share-carries"], fields: [...carried, ...fields] });
/** What moves with a transfer of training: national competences only. */
const national: Path = { conditions: ["transfer"], rows: "national" };
/** A person's objection closes what organisations have agreed. */
const agreed = ["wsa", "no-objection"] as const;

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
    R1: cell(["emp", "aal2"], [["tenant"], ["transfer"], ["share"], carries()], employment, nameFor),
    R1s: cell(["tenant", "emp", "aal2"], [], ["EMPLOYMENT"]),
    R2: cell(["emp", "aal2"], [["tenant"], agreed, ["transfer"], ["share"]], employment, postFor),
    R3: cell(["emp", "aal2"], [["tenant"], agreed, ["share"], national], training),
    R4: cell(["tenant", "emp", "aal3"], [], employment, { fields: clearanceForHr }),
    R7: cell(["emp", "aal2"], [["tenant"], ["transfer"], ["share"]], employment),
  },
  HOHR: {
    R1: cell(["place", "aal2"], [["tenant"], agreed, ["share"], carries()], ["PLACEMENT"], { fields: nameContactRegistration, ...nameFor }),
    R2: cell(["place", "aal2"], [["tenant"], agreed, ["share"]], ["PLACEMENT"], { fields: postAndDates, ...postFor }),
    R3: cell(["place", "aal2"], [["tenant"], agreed, ["share"]], hosting),
    R4: cell(["place", "aal3"], [["tenant"], ["share"], agreed], ["PLACEMENT"], { fields: clearanceForHr }),
    R7: cell(["place", "aal2"], [["tenant"], agreed, ["share"]], ["PLACEMENT"]),
  },
  OHL: {
    R1: cell(["emp", "aal2"], [["tenant"], carries("birthDate")], care),
    R2: cell(["tenant", "emp", "aal2"], [], care),
    R4: cell(["tenant", "emp", "aal3"], [], care),
    R5: cell(["emp", "aal3"], [["tenant"], ["transfer", "no-objection"], ["share"]], care),
    "R9-oh": cell(["tenant", "aal3"], [], ["DATA_QUALITY", "OH_CARE"]),
  },
  OHR: {
    R1: cell(["place", "aal2"], [["tenant"], ["share"], carries("birthDate")], careOfPlaced),
    R2: cell(["place", "aal2"], [], careOfPlaced, { fields: postAndDatesOnly }),
    R4: cell(["place", "aal3"], [["tenant"], ["share"], agreed], careOfPlaced),
    R5: cell(["place", "aal3"], [["tenant"], ["share"]], careOfPlaced),
  },
  "L&D": {
    R1: cell(["tenant"], [["emp"], ["place"]], ["TRAINING_COMPLIANCE"], { fields: names }),
    R3: cell(["tenant"], [["emp"], ["place"]], ["TRAINING_COMPLIANCE"]),
  },
  RECR: {
    R1: cell(["tenant", "offer"], [], ["PRE_EMPLOYMENT"]),
    R3: cell(["emp", "aal2"], [["tenant"], ["share"], national], ["PRE_EMPLOYMENT"]),
    R4: cell(["tenant", "offer", "aal3"], [], ["PRE_EMPLOYMENT"], { fields: ["clearedForRole"] }),
    R7: cell(["emp", "aal2"], [["tenant"], ["transfer"], ["share"]], ["PRE_EMPLOYMENT"]),
  },
  NHSE: {
    R1: cell(["programme", "aal2"], [], ["SUPERVISION_OF_TRAINING"], { fields: [...names, "body", "number"] }),
    R2: cell(["programme", "aal2"], [], ["SUPERVISION_OF_TRAINING"], { fields: programmeAndPlacement }),
    R11: cell(["aal2"], [], ["SUPERVISION_OF_TRAINING"], { fields: ["placements", "agreements"] }),
  },
  TDQ: { "R9-claim": cell(["tenant", "aal2"], [], ["DATA_QUALITY"]) },
  TRUSTADM: {
    R8: cell(["tenant"], [], ["SETTINGS"]),
    "R8-trace": cell(["tenant"], [], ["SETTINGS"]),
    R11: cell(["tenant"], [], ["SETTINGS"], { fields: ["agreements"] }),
  },
  /** Reads nothing by itself: a sealed export is an act of two people. */
  IGO: {},
  VLMS: { "R8-receipt": cell(["tenant", "own-push"], [], ["SERVICE_OPERATION"]) },
  VOH: { "R8-receipt": cell(["tenant", "own-push"], [], ["SERVICE_OPERATION"]) },
  FEED: {},
  ESR: {
    R2: cell(["tenant"], [], ["SERVICE_OPERATION"], { fields: ["identifiers", "number"] }),
    R3: cell(["emp"], [["tenant"], agreed, ["share"]], ["SERVICE_OPERATION"]),
    R4: cell(["tenant", "emp"], [], ["SERVICE_OPERATION"]),
    R5: cell(["tenant", "emp"], [], ["SERVICE_OPERATION"]),
  },
  OPS: {
    R8: cell(["aal3"], [], ["SERVICE_OPERATION"]),
    "R8-trace": cell(["aal3"], [], ["SERVICE_OPERATION"]),
    "R9-meta": cell(["aal3"], [], ["SERVICE_OPERATION"]),
  },
  AUD: { R10: cell(["tenant", "aal3"], [], ["AUDIT"]), R11: cell(["tenant", "aal3"], [], ["AUDIT"]) },
};

/** Systems whose very knowledge of a person is health data: what they say of somebody carries R5. */
export const healthSystems: ReadonlySet<string> = new Set(["oh"]);

/** What a system's unmatched claims are: those of an OH system are health data. */
export const claimTypeOf = (system: string): RecordType => (healthSystems.has(system) ? "R9-oh" : "R9-claim");

/** What a transfer may carry: never a clearance, which is the deciding organisation's own. */
export const portable: ReadonlySet<Access> = new Set<Access>(["R1", "R2", "R3", "R5", "R7"]);
/** What a person may share. The NI number and what the hub knows of itself are nobody's to give. */
export const shareable: ReadonlySet<Access> = new Set<Access>(["R1", "R2", "R3", "R4", "R5", "R7"]);
/** Health data: an objection closes more of it, and a frozen account's share of it opens nothing. */
export const healthLabels: ReadonlySet<Access> = new Set<Access>(["R4", "R5"]);

/** Days by which a placement opens early and closes late (defaults; an agreement may narrow them). */
export const placementLeadDays = 91; // the placement feed sends 13 weeks ahead
export const placementGraceDays = 14;
export const employmentGraceDays = 30;
/** Recruitment's own view of an offer ends this long after the start. */
export const offerGraceDays = 14;

export const employingKinds: ReadonlySet<string> = new Set(["SUBSTANTIVE", "LEAD_EMPLOYER", "LOCALLY_EMPLOYED", "BANK", "PRE_HIRE"]);
export const placingKinds: ReadonlySet<string> = new Set(["HOST_PLACEMENT", "SECONDMENT_IN", "HONORARY"]);
