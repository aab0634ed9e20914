/**
 * Larkspur, one occupational health system shared by Northbridge and Eastmoor. Northbridge reads it by the passport
 * contract, Eastmoor by FHIR.
 */
import { addMonths, epochSeconds } from "../population/days";
import { issuer } from "../population/identifiers";
import { type Dose, type Employment, employmentAt, type Person } from "../population/person";
import type { Population } from "../population/population";
import { contractCodes, fhirCodes, snomed } from "./health-codes";
import { type Employee, employeeOf, type WorkforceData } from "./workforce";

export function larkspurWorkforce(population: Population): WorkforceData {
  const employees: Employee[] = [];
  const records: Record<string, unknown[]> = {};
  const vague = vagueBefore(population);
  for (const person of population.at("ZQA")) {
    const chance = population.world.chance.fork(`larkspur ${person.key}`);
    const employee = employeeOf(person, employmentAt(person, "ZQA")!, chance, `LK-${50001 + employees.length}`);
    employees.push(employee);
    records[employee.id] = contractRecords(person, vague);
  }
  const crowd = employees.slice(-60);
  // A surface antigen result inside a record: it must leave nothing behind but a count.
  records[crowd[5]!.id]!.push({
    recordType: "ClinicalTest",
    code: "HEPB003",
    description: "Hepatitis B Surface Antigen (HBsAg)",
    date: "2024-04-09",
    interpretation: "Not detected",
  });
  // A code that no list knows.
  records[crowd[9]!.id]!.push({ recordType: "Vaccination", code: "ZVX099", description: "Trial vaccine", date: "2025-06-18" });
  return { ZQA: { employees, records } };
}

/** Of what was given more than seven years ago, only the month or the year is known. */
function vagueBefore(population: Population): string {
  return addMonths(population.today, -84);
}

function contractRecords(person: Person, vague: string): unknown[] {
  const { doses, diphtheria, bcgScar } = person.health;
  const found: unknown[] = doses
    .filter((dose) => dose.vaccine === "hepatitisB")
    .map((dose) => ({ recordType: "Vaccination", ...contractCodes.hepatitisB, date: partial(dose, vague) }));
  if (diphtheria) {
    // The contract spells the outcome in two ways; the value must not be kept.
    found.push({
      recordType: "ClinicalTest",
      ...contractCodes.diphtheria,
      date: diphtheria.testedOn,
      result: `${diphtheria.value} IU/mL`,
      interpretation: diphtheria.value >= 0.1 ? "Detected" : "Not Detected",
    });
  }
  if (bcgScar) found.push({ recordType: "Observation", ...contractCodes.bcgScar, result: bcgScar.seen ? "Yes" : "No" });
  return found;
}

function partial(dose: Dose, vague: string): string {
  if (dose.givenOn >= vague) return dose.givenOn;
  // Two doses of one year must stay two records: the contract knows them by code and date.
  return dose.dose === 3 ? dose.givenOn.slice(0, 4) : dose.givenOn.slice(0, 7);
}

export const staffNumberSystem = "https://larkspur.example.test/id/staff-number";
const odsSystem = "https://fhir.nhs.uk/Id/ods-organization-code";

export interface Resource {
  resourceType: string;
  id: string;
  meta: { lastUpdated: string };
  [field: string]: unknown;
}
export interface FhirData {
  patients: Resource[];
  immunizations: Resource[];
  observations: Resource[];
}

/** Those who start at Eastmoor only with the rotation are not there yet. */
export function larkspurFhir(population: Population): FhirData {
  const data: FhirData = { patients: [], immunizations: [], observations: [] };
  const vague = vagueBefore(population);
  const nhsNumbers = issuer(population.world.chance.fork("larkspur nhs numbers"));
  for (const person of population.at("ZQB")) {
    if (person.rotates) continue;
    const at = employmentAt(person, "ZQB")!;
    const patient = patientOf(person, at, nhsNumbers.nhsNumber());
    data.patients.push(patient);
    for (const dose of person.health.doses) data.immunizations.push(immunization(patient, dose, vague));
    data.observations.push(...observationsOf(patient, person));
  }
  plant(data);
  return data;
}

/** When the system last touched a record: some days after the event, always in the past. */
function touched(day: string, id: string): string {
  return new Date((epochSeconds(day, 9, 0) + (Number(id) % 28_000)) * 1000).toISOString();
}

function patientOf(person: Person, at: Employment, nhsNumber: string): Resource {
  const names = [{ use: "official", family: person.family, given: [person.given, ...(person.middle ? [person.middle] : [])] }];
  return {
    resourceType: "Patient",
    id: `lk-p-${at.employeeNumber}`,
    meta: { lastUpdated: touched(at.hiredOn, at.employeeNumber) },
    identifier: [
      { system: staffNumberSystem, value: at.employeeNumber },
      // A number from the range kept for tests; it must be dropped at the door.
      { system: "https://fhir.nhs.uk/Id/nhs-number", value: nhsNumber },
    ],
    name: person.previousFamily ? [...names, { use: "maiden", family: person.previousFamily }] : names,
    birthDate: person.birthDate,
    managingOrganization: { identifier: { system: odsSystem, value: "ZQB" } },
  };
}

const owner = (odsCode: string) => [{ actor: { type: "Organization", identifier: { system: odsSystem, value: odsCode } } }];

function immunization(patient: Resource, dose: Dose, vague: string): Resource {
  const code = fhirCodes[dose.vaccine];
  return {
    resourceType: "Immunization",
    id: `lk-i-${dose.id}`,
    meta: { lastUpdated: touched(dose.givenOn, dose.id) },
    status: "completed",
    extension: [
      {
        url: "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure",
        valueCodeableConcept: { coding: [{ system: snomed, code: code.procedure }] },
      },
    ],
    ...(code.product ? { vaccineCode: { coding: [{ system: snomed, code: code.product }] } } : {}),
    patient: { reference: `Patient/${patient.id}` },
    occurrenceDateTime: partial(dose, vague),
    primarySource: dose.givenOn >= vague,
    lotNumber: `LOT${dose.id.slice(-4)}`,
    performer: owner("ZQB"),
    protocolApplied: [
      {
        targetDisease: code.diseases.map((disease) => ({ coding: [{ system: snomed, code: disease }] })),
        ...(dose.dose ? { doseNumberPositiveInt: dose.dose } : {}),
      },
    ],
  };
}

const loinc = "http://loinc.org";
const positive = { coding: [{ system: snomed, code: "10828004", display: "Positive" }] };

function observation(patient: Resource, id: string, code: string, day: string, value: Record<string, unknown>): Resource {
  return {
    resourceType: "Observation",
    id: `lk-o-${id}`,
    meta: { lastUpdated: touched(day, id) },
    status: "final",
    code: { coding: [{ system: loinc, code }] },
    subject: { reference: `Patient/${patient.id}` },
    effectiveDateTime: day,
    performer: [{ type: "Organization", display: "Eastmoor Pathology", identifier: { system: odsSystem, value: "ZQB" } }],
    ...value,
  };
}

function observationsOf(patient: Resource, person: Person): Resource[] {
  const { antiHbs, varicellaImmune } = person.health;
  const found: Resource[] = [];
  if (antiHbs) {
    const quantity = { value: antiHbs.value, unit: "m[IU]/mL", system: "http://unitsofmeasure.org", code: "m[IU]/mL" };
    found.push(observation(patient, antiHbs.id, fhirCodes.antiHbsQuantity, antiHbs.testedOn, { valueQuantity: quantity }));
  }
  if (varicellaImmune)
    found.push(
      observation(patient, varicellaImmune.id, fhirCodes.varicellaAntibody, varicellaImmune.testedOn, { valueCodeableConcept: positive }),
    );
  return found;
}

/** What a real system also holds: a mistake, a refusal, a result that may not be read, a code nobody knows, another's row. */
function plant(data: FhirData): void {
  const [first, second, third, fourth, fifth] = data.immunizations.slice(40, 45) as [Resource, Resource, Resource, Resource, Resource];
  first.status = "entered-in-error";
  second.status = "not-done";
  third.extension = undefined;
  third.vaccineCode = { coding: [{ system: snomed, code: "99999999999999" }] };
  fourth.occurrenceDateTime = undefined;
  fourth.occurrenceString = "as a child";
  fifth.performer = owner("ZQC");
  const patient = data.patients[7]!;
  data.observations.splice(
    12,
    0,
    observation(patient, "99900001", "5195-3", "2024-04-09", {
      valueCodeableConcept: { coding: [{ system: snomed, code: "260385009", display: "Negative" }] },
    }),
  );
}
