/**
 * The record types that a mapping may fill, and what each of their fields is. A test holds this table to the record types
 * themselves. Posts and units of ESR's own structure come from ESR's files only, results of clinical tests from coded interfaces only.
 */
import type { Delivery, RecordKind, SystemKind } from "../connector";

/** `code`: looked up in a list of the hub's; `enum`: one of these words, or what `words` of the mapping makes one. */
export interface FieldKind {
  readonly is: "text" | "day" | "partial-day" | "whole" | "code" | "enum" | "organisation";
  readonly required?: boolean;
  readonly values?: readonly string[];
}
const text: FieldKind = { is: "text" };
const day: FieldKind = { is: "day" };
const must = (kind: FieldKind): FieldKind => ({ ...kind, required: true });
const oneOf = (...values: string[]): FieldKind => ({ is: "enum", values });

export const kinds = [
  "personal-details",
  "achievement",
  "competence-award",
  "immunisation",
  "clearance",
  "placement",
  "professional-registration",
  "employment-check",
] as const satisfies readonly RecordKind[];
export type MappedKind = (typeof kinds)[number];

export const fieldsOf: Readonly<Record<MappedKind, Readonly<Record<string, FieldKind>>>> = {
  "personal-details": {
    title: text,
    givenName: text,
    middleNames: text,
    familyName: must(text),
    maidenName: text,
    previousFamilyName: text,
    preferredName: text,
    birthDate: day,
    email: text,
    hiredOn: day,
    terminatedOn: day,
  },
  achievement: { title: must(text), courseSourceId: must(text), courseCode: text, completedOn: must(day) },
  "competence-award": {
    competence: must({ is: "code" }),
    name: text,
    awardedOn: must(day),
    statedEndsOn: day,
    attainment: text,
    proficiency: text,
    awardedBy: { is: "organisation" },
  },
  immunisation: { vaccine: must({ is: "code" }), givenOn: must({ is: "partial-day" }), dose: { is: "whole" } },
  clearance: {
    clearedForRole: must(oneOf("YES", "CONDITIONAL", "PENDING")),
    role: text,
    decidedOn: day,
    validUntil: day,
    exposureProne: oneOf("CLEARED", "NOT_CLEARED", "RESTRICTED", "PENDING"),
  },
  placement: {
    hostOrganisation: must({ is: "organisation" }),
    leadEmployer: { is: "organisation" },
    postNumber: text,
    grade: text,
    specialty: text,
    placementType: text,
    jobRole: text,
    startsOn: must(day),
    endsOn: day,
  },
  "professional-registration": {
    body: must({ is: "code" }),
    number: must(text),
    registeredOn: day,
    expiresOn: day,
    revalidatesOn: day,
  },
  "employment-check": { standard: must({ is: "code" }), outcome: must(text), checkedOn: day, dbsType: text, workforce: text },
};

/** Every field of any kind, once: the whitelist of a mapped row. */
export const fieldNames: readonly string[] = [...new Set(Object.values(fieldsOf).flatMap((fields) => Object.keys(fields)))];

const systems: Readonly<Record<MappedKind, SystemKind>> = {
  "personal-details": "lms",
  achievement: "lms",
  "competence-award": "lms",
  immunisation: "oh",
  clearance: "oh",
  placement: "recruitment",
  "professional-registration": "recruitment",
  "employment-check": "recruitment",
};
const provenance = { verifier: "Provider", method: "Record Verification" } as const;
/** Lists of these are the word of whoever decides; everything else is passed on. */
const authoritative: ReadonlySet<MappedKind> = new Set(["clearance", "placement"]);

export function deliveryOf(kind: MappedKind, absence: Delivery["absence"]): Delivery {
  return {
    kind,
    system: systems[kind],
    absence,
    provenance: { ...provenance, pedigree: authoritative.has(kind) ? "Authoritative" : "Sourced" },
  };
}
