/** An occupational health system by FHIR whose few records a test writes out. */
import type { Clock } from "../../platform/clock";
import { type FhirResource, type FhirServer, startFhir } from "../../sandbox/fhir/server";
import type { EsrPerson } from "./esr-files";

const snomed = "http://snomed.info/sct";
const loinc = "http://loinc.org";
const odsSystem = "https://fhir.nhs.uk/Id/ods-organization-code";
export const staffNumberSystem = "https://clinic.example.test/id/staff-number";
/** Hepatitis B vaccination procedure, and antibody against its surface antigen. */
const hepatitisB = "170370000";
const antiHbs = "16935-9";

export function fhirClinic(
  data: { patients: FhirResource[]; immunizations: FhirResource[]; observations: FhirResource[] },
  clock: Clock,
): Promise<FhirServer> {
  return startFhir({ ...data, clock });
}

/** The connection `zqa-oh`. */
export function fhirYaml(url: string, more = "", organisations = "[ZQA]"): string {
  const [settings, organisationFrom] = more.startsWith("organisationFrom") ? ["", `\n    ${more}`] : [more ? `, ${more}` : "", ""];
  return `
  - id: zqa-oh
    connector: fhir
    organisations: ${organisations}${organisationFrom}
    settings: { baseUrl: "${url}", auth: { kind: none }, staffIdentifierSystem: "${staffNumberSystem}", patientLookup: include${settings} }
`;
}

const meta = { lastUpdated: "2026-10-01T08:00:00.000Z" };

export function patient(person: EsrPerson): FhirResource {
  return {
    resourceType: "Patient",
    id: `p-${person.number}`,
    meta,
    identifier: [
      { system: staffNumberSystem, value: person.number },
      { system: "https://fhir.nhs.uk/Id/nhs-number", value: "9990000018" },
    ],
    name: [{ use: "official", family: person.family, given: [person.given] }],
    birthDate: person.born,
  };
}

const owner = (organisation: string) => [{ actor: { type: "Organization", identifier: { system: odsSystem, value: organisation } } }];

export function immunization(
  id: string,
  person: EsrPerson,
  more: { code?: string; on?: string; organisation?: string; display?: string } = {},
): FhirResource {
  return {
    resourceType: "Immunization",
    id,
    meta,
    status: "completed",
    vaccineCode: { coding: [{ system: snomed, code: more.code ?? hepatitisB, display: more.display }], text: more.display },
    patient: { reference: `Patient/p-${person.number}` },
    occurrenceDateTime: more.on ?? "2024-03-11",
    performer: owner(more.organisation ?? "ZQA"),
    note: [{ text: "patient felt unwell" }],
  };
}

export function observation(
  id: string,
  person: EsrPerson,
  more: { code?: string; on?: string; value?: string; display?: string } = {},
): FhirResource {
  return {
    resourceType: "Observation",
    id,
    meta,
    status: "final",
    code: { coding: [{ system: loinc, code: more.code ?? antiHbs, display: more.display }], text: more.display },
    subject: { reference: `Patient/p-${person.number}` },
    effectiveDateTime: more.on ?? "2024-04-02",
    performer: [{ type: "Organization", identifier: { system: odsSystem, value: "ZQA" } }],
    ...(more.value === undefined
      ? { valueQuantity: { value: 120, unit: "m[IU]/mL", system: "http://unitsofmeasure.org", code: "m[IU]/mL" } }
      : { valueString: more.value, interpretation: [{ text: more.value }] }),
  };
}
