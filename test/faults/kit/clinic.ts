/** A hub that reads an occupational health system by FHIR and ESR's files, in an arena of its own. */
import { fixedClock } from "../../../platform/clock";
import type { FhirResource, FhirServer } from "../../../sandbox/fhir/server";
import { type EsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { fhirClinic, fhirYaml, patient } from "../../builders/fhir-clinic";
import { type TestHub, testHub } from "../../builders/hub";
import type { Arena } from "../fault";

export interface ClinicWorld {
  readonly hub: TestHub;
  readonly clinic: FhirServer;
}

/** `more`: further settings of the connection `zqa-oh`. ESR has been read. */
export async function clinicWorld(
  arena: Arena,
  people: readonly EsrPerson[],
  data: { immunizations?: FhirResource[]; observations?: FhirResource[]; patients?: FhirResource[] },
  more: { settings?: string; organisations?: string; connections?: string } = {},
): Promise<ClinicWorld> {
  const clock = fixedClock("2026-11-22T09:00:00Z");
  const clinic = await fhirClinic(
    { patients: data.patients ?? people.map(patient), immunizations: data.immunizations ?? [], observations: data.observations ?? [] },
    clock,
  );
  arena.after(() => clinic.close());
  const database = await arena.database();
  const hub = await testHub({
    yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${more.connections ?? ""}${fhirYaml(clinic.url, more.settings, more.organisations)}`,
    folder: arena.folder,
    databaseUrl: database.url,
    clock,
  });
  arena.after(() => hub.close());
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
  await hub.sync("zqa-esr");
  return { hub, clinic };
}
