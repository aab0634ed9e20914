/** From FHIR's codings to the hub's lists. The lists themselves are data in schema/codes. */
import { type ClinicalTestCode, clinicalTests, isDeniedTest, testOfLoinc, testOfSnomed } from "../../schema/codes/clinical-tests";
import { diseaseOfSnomed, type Vaccine, vaccineOfDiseases, vaccineOf as vaccineOfList, vaccineOfSnomed } from "../../schema/codes/vaccines";
import type { FactsOfKind } from "../connector";

const snomed = "http://snomed.info/sct";
const loinc = "http://loinc.org";
const nullFlavor = /NullFlavor$/;

interface Coding {
  system?: string;
  code?: string;
}
interface Concept {
  coding?: Coding[];
}
/** The parts of a resource that carry a code. */
interface Coded {
  resourceType: string;
  extension?: { valueCodeableConcept?: Concept }[];
  vaccineCode?: Concept;
  code?: Concept;
  protocolApplied?: { targetDisease?: Concept[] }[];
}

export interface FoundVaccine {
  readonly vaccine: Vaccine;
  /** The coding that named it; absent when only the diseases did. */
  readonly coding: Coding | undefined;
}

const procedureCodings = (raw: Coded): Coding[] => (raw.extension ?? []).flatMap((one) => one.valueCodeableConcept?.coding ?? []);
const productCodings = (raw: Coded): Coding[] => raw.vaccineCode?.coding ?? [];
const snomedCode = (coding: Coding): string | undefined => (coding.system === snomed ? coding.code?.trim() : undefined);

function known(codings: readonly Coding[]): FoundVaccine | undefined {
  for (const coding of codings) {
    const code = snomedCode(coding);
    const vaccine = code === undefined ? undefined : vaccineOfSnomed(code);
    if (vaccine) return { vaccine, coding };
  }
  return undefined;
}

const targetCodes = (raw: Coded): string[] =>
  (raw.protocolApplied ?? [])
    .flatMap((one) => one.targetDisease ?? [])
    .flatMap((one) => one.coding ?? [])
    .map(snomedCode)
    .filter((code) => code !== undefined);

/**
 * The procedure first: product codes are filled in by stock systems, and are the ones that are wrong in real records. The
 * diseases alone decide only where no code was stated (an unknown code is not to be guessed around).
 */
export function vaccineOf(raw: Coded): FoundVaccine | undefined {
  const found = known(procedureCodings(raw)) ?? known(productCodings(raw));
  if (found) return found;
  const stated = [...procedureCodings(raw), ...productCodings(raw)].filter(
    ({ system, code }) => code !== undefined && !nullFlavor.test(system ?? ""),
  );
  const vaccine = stated.length === 0 ? vaccineOfDiseases(targetCodes(raw)) : undefined;
  return vaccine ? { vaccine, coding: undefined } : undefined;
}

/** By a code of our own lists, as a code map names it. */
export function mappedVaccine(code: string | undefined): FoundVaccine | undefined {
  const vaccine = code === undefined ? undefined : vaccineOfList(code);
  return vaccine && { vaccine, coding: undefined };
}
export const mappedTest = (code: string | undefined): ClinicalTestCode | undefined =>
  code === undefined ? undefined : clinicalTests.find((one) => one.code === code);

export const sentCodeOf = ({ coding }: FoundVaccine): string | undefined => (coding ? `${coding.system}|${coding.code}` : undefined);

/** Whether the record says of itself that it is about other diseases: then nobody knows which of its parts is wrong. */
export function contradicts(raw: Coded, vaccine: Vaccine): boolean {
  const diseases = new Set(vaccine.diseases);
  const product = known(productCodings(raw))?.vaccine;
  if (product && !product.diseases.some((disease) => diseases.has(disease))) return true;
  const targets = targetCodes(raw)
    .map(diseaseOfSnomed)
    .filter((disease) => disease !== undefined);
  return targets.length > 0 && !targets.some((disease) => diseases.has(disease));
}

/** A code as it may be shown: short and without spaces, or not at all. */
function shown({ system, code }: Coding): string | undefined {
  if (code === undefined || !/^[A-Za-z0-9._-]{1,32}$/.test(code)) return undefined;
  return system !== undefined && /^\S{1,120}$/.test(system) ? `${system}|${code}` : code;
}

export function unknownCodeOf(raw: Coded): { pointer: string; got: string | undefined } {
  const places: [string, Coding[]][] =
    raw.resourceType === "Observation"
      ? [["/code", raw.code?.coding ?? []]]
      : [
          ["/extension/0/valueCodeableConcept", procedureCodings(raw)],
          ["/vaccineCode", productCodings(raw)],
        ];
  for (const [pointer, codings] of places) {
    const got = codings.map(shown).find((one) => one !== undefined);
    if (got !== undefined) return { pointer, got };
  }
  return { pointer: places.at(-1)?.[0] as string, got: undefined };
}

export function testOfCodings(codings: readonly Coding[] | undefined): ClinicalTestCode | undefined {
  for (const { system, code } of codings ?? []) {
    if (code === undefined) continue;
    const test = system === loinc ? testOfLoinc(code) : system === snomed ? testOfSnomed(code) : undefined;
    if (test) return test;
  }
  return undefined;
}

/** On the deny list by any of its codes or names: looked at before anything is dropped, since a local code says nothing. */
export function isDeniedObservation(resource: { code?: unknown; component?: unknown }): boolean {
  if (isDeniedCode(resource.code)) return true;
  // A panel is what its parts are, unless its own code is one that may be held (the parts are dropped in any case).
  const parts = Array.isArray(resource.component) ? (resource.component as ({ code?: unknown } | null)[]) : [];
  return parts.some((part) => isDeniedCode(part?.code)) && testOfCodings(codingsOf(resource.code)) === undefined;
}

function codingsOf(code: unknown): { system?: string; code?: string; display?: string }[] {
  const { coding } = (code ?? {}) as { coding?: unknown };
  const texts = (one: object): Record<string, string> =>
    Object.fromEntries(Object.entries(one).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  return Array.isArray(coding) ? coding.flatMap((one) => (typeof one === "object" && one !== null ? [texts(one)] : [])) : [];
}

function isDeniedCode(code: unknown): boolean {
  const { text } = (code ?? {}) as { text?: unknown };
  return isDeniedTest([typeof text === "string" ? text : undefined, ...codingsOf(code).flatMap((one) => [one.code, one.display])]);
}

/** Hepatitis B surface antibody only. */
export const keepsValue = (test: ClinicalTestCode): boolean => test.keepsValue;

/** The enumeration itself lives in schema, of which a connector may know the types only. */
type Outcome = NonNullable<FactsOfKind<"clinical-test">["interpretation"]>;

const outcomes = {
  "10828004": "DETECTED", // positive
  "260373001": "DETECTED", // detected
  "260385009": "NOT_DETECTED", // negative
  "260415000": "NOT_DETECTED", // not detected
  "42425007": "EQUIVOCAL", // equivocal
  "82334004": "EQUIVOCAL", // indeterminate
  POS: "DETECTED",
  DET: "DETECTED",
  NEG: "NOT_DETECTED",
  ND: "NOT_DETECTED",
  IND: "EQUIVOCAL",
  E: "EQUIVOCAL",
} as Readonly<Record<string, string>> as Readonly<Record<string, Outcome>>;
const outcomeSystems = new Set<string | undefined>([
  snomed,
  "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
  "http://hl7.org/fhir/v2/0078",
  undefined,
]);

/** The first outcome that is known; "unknown" when something was stated and none of it is; undefined when nothing was. */
export function interpretationOf(concepts: readonly (Concept | undefined)[]): Outcome | "unknown" | undefined {
  const codings = concepts.flatMap((one) => one?.coding ?? []);
  const found = new Set(
    codings.flatMap(({ system, code }) =>
      code !== undefined && outcomeSystems.has(system) && Object.hasOwn(outcomes, code) ? [outcomes[code] as Outcome] : [],
    ),
  );
  if (found.size === 1) return [...found][0];
  // Two different outcomes in one result are as unknown as none.
  return codings.length > 0 ? "unknown" : undefined;
}
