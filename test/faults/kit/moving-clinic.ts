/** An occupational health system by FHIR with a hub that reads it, and a ledger of what the vendor holds, for faults of its data. */
import { fixedClock } from "../../../platform/clock";
import type { FhirResource } from "../../../sandbox/fhir/server";
import { anEsrPerson } from "../../builders/esr-files";
import { fhirClinic, fhirYaml, immunization, patient } from "../../builders/fhir-clinic";
import { type TestHub, testHub } from "../../builders/hub";
import type { Arena, Outcome } from "../fault";
import { compareWithTruth } from "./truth";

export const connectionId = "zqa-oh";
const dayMs = 86_400_000;
const begin = Date.parse("2026-11-22T12:00:00Z");

export interface Clinic {
  readonly hub: TestHub;
  /** The hub's clock. */
  readonly clock: ReturnType<typeof fixedClock>;
  /** The vendor's own, which may differ. */
  readonly vendorClock: ReturnType<typeof fixedClock>;
  /** What the server holds now; changed in place. */
  readonly resources: FhirResource[];
  /** A vaccination dated by the vendor at this instant, given on a day that tells its version. */
  dose(id: string, changedAt: string, givenOn?: string): FhirResource;
  /** One run; throws when it does not end well. */
  sync(): Promise<void>;
  /** On into the next night's full read, so many times. */
  nights(times: number): Promise<void>;
  /** Against what the server holds, or against these ids with their days. */
  compare(expected?: ReadonlyMap<string, string>): Promise<Outcome>;
}

export async function startClinic(arena: Arena, options: { settings: string; yaml?: string; databaseUrl?: string }): Promise<Clinic> {
  const people = Array.from({ length: 3 }, () => anEsrPerson());
  const clock = fixedClock(new Date(begin));
  const vendorClock = fixedClock(new Date(begin));
  const resources: FhirResource[] = [];
  const server = await fhirClinic({ patients: people.map(patient), immunizations: resources, observations: [] }, vendorClock);
  arena.after(() => server.close());
  const databaseUrl = options.databaseUrl ?? (await arena.database()).url;
  const hub = await testHub({
    yaml: fhirYaml(server.url, options.settings).replace(
      "connector: fhir",
      `connector: fhir\n    absenceLimit: { share: 0.9, records: 1000 }`,
    ),
    folder: arena.folder,
    databaseUrl,
    clock,
  });
  arena.after(() => hub.close());
  const clinic: Clinic = {
    hub,
    clock,
    vendorClock,
    resources,
    dose(id, changedAt, givenOn = "2024-03-11") {
      // One id is one person's for good: anything else is another fault.
      const person = people[[...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % people.length]!;
      return { ...immunization(id, person, { on: givenOn }), meta: { lastUpdated: changedAt } };
    },
    async sync() {
      const { error } = await hub.sync(connectionId);
      if (error) throw error;
    },
    async nights(times) {
      for (let night = 0; night < times; night += 1) {
        clock.advance(dayMs);
        vendorClock.advance(dayMs);
        await clinic.sync();
      }
    },
    async compare(expected = new Map(resources.map((one) => [one.id, String(one.occurrenceDateTime)]))) {
      const compared = await compareWithTruth(hub, connectionId, {
        records: [...expected].map(([id, givenOn]) => ({
          kind: "immunisation",
          sourceId: `Immunization/${id}`,
          columns: { given_on: givenOn },
        })),
        completeFor: ["immunisation"],
      });
      compared.differences.forEach(arena.note);
      return compared;
    },
  };
  return clinic;
}

export const pick = <T>(arena: Arena, from: readonly T[]): T => from[Math.floor(arena.random() * from.length)]!;
export const upTo = (arena: Arena, least: number, most: number): number => least + Math.floor(arena.random() * (most - least + 1));
