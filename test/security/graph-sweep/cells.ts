/**
 * The read table as the access specification writes it, transcribed cell by cell: data of the check, written by hand and never
 * derived from access/tables.ts. A missing cell is a dash. `aal` is 2, and 3 for health data by staff and for operations and
 * auditors (`levelOf` in expect.ts).
 */
export type Label = "R1" | "R1s" | "R2" | "R3" | "R4" | "R5" | "R7";
export type Actor =
  | "SELF"
  | "PASS"
  | "LEHR"
  | "HOHR"
  | "OHL"
  | "OHR"
  | "L&D"
  | "RECR"
  | "NHSE"
  | "TDQ"
  | "TRUSTADM"
  | "IGO"
  | "VLMS"
  | "VOH"
  | "ESR"
  | "OPS"
  | "AUD";

export const personLabels: readonly Label[] = ["R1", "R1s", "R2", "R3", "R4", "R5", "R7"];

const passport = "self·deleg·scope·aal";

export const cells: Readonly<Record<Actor, Partial<Record<Label, string>>>> = {
  SELF: { R1: "self", R1s: "self·aal", R2: "self", R3: "self", R4: "self·aal", R5: "self·aal", R7: "self" },
  PASS: { R1: passport, R2: passport, R3: passport, R4: passport, R5: passport, R7: passport },
  LEHR: {
    R1: "emp·aal·(tenant∨transfer∨share)",
    R1s: "tenant·emp·aal",
    R2: "emp·aal·(tenant∨wsa∨transfer∨share)",
    R3: "emp·aal·(tenant∨wsa∨transfer∨share)",
    R4: "tenant·emp·aal",
    R7: "emp·aal·(tenant∨transfer∨share)",
  },
  HOHR: {
    R1: "place·aal·(tenant∨wsa∨share)",
    R2: "place·aal·(tenant∨wsa∨share)",
    R3: "place·aal·(tenant∨wsa∨share)",
    R4: "place·aal·(tenant∨share∨(wsa·¬objection))",
    R7: "place·aal·(tenant∨wsa∨share)",
  },
  OHL: { R1: "tenant·emp·aal", R2: "tenant·emp·aal", R4: "tenant·emp·aal", R5: "emp·aal·(tenant∨transfer∨share)" },
  OHR: {
    R1: "place·aal·(tenant∨share)",
    R2: "place·aal",
    R4: "place·aal·(tenant∨share∨(wsa·¬objection))",
    R5: "place·aal·(tenant∨share)",
  },
  "L&D": { R1: "tenant·(emp∨place)", R3: "tenant·(emp∨place)" },
  RECR: { R1: "tenant·offer", R3: "emp·aal·(tenant∨transfer∨share)", R4: "tenant·offer·aal", R7: "emp·aal·(tenant∨transfer∨share)" },
  NHSE: { R1: "programme", R2: "programme" },
  TDQ: {},
  TRUSTADM: {},
  IGO: {},
  VLMS: {},
  VOH: {},
  ESR: { R2: "tenant·identifiers", R3: "emp·(tenant∨wsa∨share)", R4: "tenant·emp", R5: "tenant·emp" },
  OPS: {},
  AUD: {},
};

/** Purposes under which an actor reads that label; the last table of section 2. */
export const purposes: Readonly<Record<string, Partial<Record<Actor, readonly Label[]>>>> = {
  SELF_VIEW: { SELF: personLabels, PASS: personLabels },
  EMPLOYMENT: { LEHR: ["R1", "R1s", "R2", "R3", "R4", "R7"] },
  PRE_EMPLOYMENT: { LEHR: ["R1", "R1s", "R2", "R3", "R4", "R7"], RECR: ["R1", "R3", "R4", "R7"], OHL: ["R1", "R2", "R4", "R5"] },
  PLACEMENT: { HOHR: ["R1", "R2", "R3", "R4", "R7"], OHR: ["R1", "R2", "R4", "R5"] },
  TRAINING_COMPLIANCE: { LEHR: ["R1", "R2", "R3"], HOHR: ["R1", "R2", "R3"], "L&D": ["R1", "R3"] },
  OH_CARE: { OHL: ["R1", "R2", "R4", "R5"], OHR: ["R1", "R2", "R4", "R5"] },
  SUPERVISION_OF_TRAINING: { NHSE: ["R1", "R2"] },
  SERVICE_OPERATION: { ESR: ["R2", "R3", "R4", "R5"] },
};

/** Types of the graph that show one record each, with the label of the record. */
export const recordTypes: Readonly<Record<string, { readonly label: Label; readonly table: string }>> = {
  Assignment: { label: "R2", table: "staff.assignment" },
  Placement: { label: "R2", table: "movement.placement" },
  Achievement: { label: "R3", table: "learning.achievement" },
  Immunisation: { label: "R5", table: "oh.immunisation" },
  ClinicalTest: { label: "R5", table: "oh.clinical_test" },
  Observation: { label: "R5", table: "oh.observation" },
  Clearance: { label: "R4", table: "oh.clearance" },
  EmploymentCheck: { label: "R7", table: "checks.employment_check" },
  ProfessionalRegistration: { label: "R1", table: "checks.professional_registration" },
};

/** Fields of a record that carry a label of their own. */
export const fieldLabels: Readonly<Record<string, Label>> = { "Clearance.exposureProne": "R5" };

const origin = ["provenance", "connectedSystem", "state"];
const clearanceOutcome = ["id", "controller", "clearedForRole", "validUntil"];
/** Which of two outcomes holds is part of the outcome, and neither its date nor its reason. */
const whichHolds = ["standing"];
/**
 * Limits inside a yes: what an actor sees of a type when not all of it. `may`: the specification's words leave it open ("post,
 * dates"), so that it is neither a leak nor a miss.
 */
export const limits: Readonly<
  Partial<Record<Actor, Readonly<Record<string, { readonly must: readonly string[]; readonly may?: readonly string[] }>>>>
> = {
  LEHR: { Clearance: { must: clearanceOutcome, may: whichHolds } },
  HOHR: {
    Clearance: { must: clearanceOutcome, may: whichHolds },
    Name: { must: ["given", "family"] },
    Identifier: { must: ["GMC", "NMC", "GDC", "GPHC", "HCPC", "EMAIL"] },
    Assignment: {
      must: ["id", "controller", "startsOn", "endsOn", "engagement", "position", "organisation"],
      may: [...origin, "isPrimary", "projectedHireOn"],
    },
    Placement: {
      must: ["id", "controller", "hostOrganisation", "leadEmployer", "postNumber", "grade", "startsOn", "endsOn"],
      may: [...origin, "specialty", "placementType", "jobRole"],
    },
  },
  OHR: {
    Identifier: { must: ["GMC", "NMC", "GDC", "GPHC", "HCPC", "EMAIL"] },
    Assignment: { must: ["id", "controller", "startsOn", "endsOn", "position", "organisation"], may: ["projectedHireOn"] },
    Placement: {
      must: ["id", "controller", "hostOrganisation", "postNumber", "startsOn", "endsOn"],
      may: ["grade", "specialty", "placementType", "jobRole"],
    },
  },
  "L&D": {
    Name: { must: ["given", "family"] },
    Identifier: { must: [] },
    ProfessionalRegistration: { must: [], may: ["id", "controller"] },
  },
  RECR: { Clearance: { must: ["id", "controller", "clearedForRole"], may: whichHolds } },
  NHSE: {
    Name: { must: ["given", "family"] },
    Identifier: { must: ["GMC"] },
    Assignment: { must: [], may: ["id", "controller", "startsOn", "endsOn", "organisation"] },
    Placement: {
      must: ["id", "controller", "hostOrganisation", "startsOn", "endsOn"],
      may: ["leadEmployer", "postNumber", "grade", "specialty", "placementType"],
    },
    ProfessionalRegistration: { must: [], may: ["id", "controller", "body", "number", "state", "connectedSystem", "provenance"] },
  },
  ESR: {
    Name: { must: [] },
    Assignment: { must: [], may: ["id", "controller", "number", "organisation"] },
    Placement: { must: [] },
    Identifier: { must: [], may: ["ESR_PERSON_ID", "ESR_EMPLOYEE_NUMBER", "ESR_ASSIGNMENT_NUMBER"] },
  },
};

/** Label of each scheme of identifiers. */
export const schemeLabels: Readonly<Record<string, Label>> = {
  NI_NUMBER: "R1s",
  GMC: "R1",
  EMAIL: "R1",
  ESR_EMPLOYEE_NUMBER: "R2",
  ESR_PERSON_ID: "R2",
  LOCAL: "R2",
};
