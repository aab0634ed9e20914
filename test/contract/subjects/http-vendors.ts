/** Moodle, the workforce contract and FHIR: our own servers, with what they can be made to do. */
import { generateKeyPairSync } from "node:crypto";
import { fhir } from "../../../connectors/fhir/connector";
import { moodle } from "../../../connectors/moodle/connector";
import { workforceApi } from "../../../connectors/workforce-api/connector";
import type { FhirResource } from "../../../sandbox/fhir/server";
import { startFhir } from "../../../sandbox/fhir/server";
import { startMoodle } from "../../../sandbox/moodle/server";
import { startWorkforceApi } from "../../../sandbox/workforce-api/server";
import { anEsrPerson, type EsrPerson } from "../../builders/esr-files";
import { immunization, patient, staffNumberSystem } from "../../builders/fhir-clinic";
import { fireCourse, januaryTenth, moodleSite, moodleToken } from "../../builders/moodle-site";
import { clock, familyNames, familyOf, type Kept } from "./made";

const people = (count: number): EsrPerson[] => Array.from({ length: count }, (_, index) => anEsrPerson({ family: familyOf(index) }));

export const moodleKept: Kept = {
  connector: moodle,
  kind: "lms",
  usually: 23,
  async start(records) {
    const server = await startMoodle({
      data: moodleSite(people(records), { courses: [fireCourse] }),
      token: moodleToken,
      clock,
    });
    return {
      settings: { baseUrl: server.url, token: { env: "TOKEN" }, completionReport: 1, pageSize: records > 1000 ? 500 : 5 },
      secrets: { TOKEN: moodleToken },
      records,
      vendor: {
        familyNames,
        addAtNewestInstant: async () => {
          server.control.complete(101, fireCourse.id, januaryTenth + (100 + records) * 60);
          return `user101|${fireCourse.id}`;
        },
        addLate: async () => {
          server.control.complete(102, fireCourse.id, januaryTenth - 300);
          return `user102|${fireCourse.id}`;
        },
        remove: async () => {
          server.control.reset(103, fireCourse.id);
          return `user103|${fireCourse.id}`;
        },
      },
      close: server.close,
    };
  },
};

const { publicKey: publicKeyPem, privateKey: privateKeyPem } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const skill = (dateLastAwarded: string) => ({
  recordType: "CoreSkillsTraining",
  competencyFramework: "CSTF",
  subjectName: "Fire Safety",
  competencyName: "Fire Safety",
  subjectLevel: "1",
  attainmentStatus: "ACHIEVED",
  awardingOrganisation: "ZQA",
  dateLastAwarded,
});

export const workforceKept: Kept = {
  connector: workforceApi,
  kind: "lms",
  usually: 60,
  async start(records, at = clock) {
    // People are asked for one by one: many records are few people with many days.
    const count = Math.min(records, 120);
    const each = Math.ceil(records / count);
    const employees = Array.from({ length: count }, (_, index) => ({
      id: `w${String(index).padStart(3, "0")}`,
      firstName: `Given${index}`,
      surname: `${familyOf(index)}`,
      birthDate: `19${60 + (index % 39)}-${String(1 + (Math.floor(index / 39) % 12)).padStart(2, "0")}-11`,
      esrIdentifier: String(90_000_000 + index),
    }));
    const dayOf = (n: number) => new Date(Date.UTC(2001, 0, 1 + n)).toISOString().slice(0, "2001-01-01".length);
    const byId: Record<string, unknown[]> = Object.fromEntries(
      employees.map(({ id }) => [id, Array.from({ length: each }, (_, n) => skill(dayOf(n)))]),
    );
    const server = await startWorkforceApi({
      organisations: { ZQA: { employees, records: byId } },
      clientId: "hub",
      publicKeyPem,
      keyId: "hub-1",
      clock: at,
    });
    return {
      settings: {
        baseUrl: server.url,
        tokenUrl: server.tokenUrl,
        clientId: "hub",
        privateKey: { env: "KEY" },
        keyId: "hub-1",
        reads: ["core-skills"],
      },
      secrets: { KEY: privateKeyPem },
      staff: employees.map(({ firstName, surname, birthDate }, index) => ({
        staffKey: `s${String(index).padStart(4, "0")}`,
        given: firstName,
        family: surname,
        birthDate,
      })),
      records: count * each,
      vendor: { familyNames },
      close: server.close,
    };
  },
};

/** The newest instant of the data: several records have it. */
const newest = clock.now().toISOString();
const stamped = (resource: FhirResource, lastUpdated: string): FhirResource => ({ ...resource, meta: { lastUpdated } });

export const fhirKept: Kept = {
  connector: fhir,
  kind: "oh",
  usually: 47,
  async start(records) {
    const patients = people(Math.min(records, 40));
    const dayOf = (n: number) => new Date(Date.UTC(1999, 0, 1 + Math.floor(n / 40))).toISOString().slice(0, "1999-01-01".length);
    const immunizations = Array.from({ length: records }, (_, n) =>
      stamped(
        immunization(`imm-${n}`, patients[n % patients.length]!, { on: dayOf(n) }),
        n > records - 4 ? newest : new Date(Date.UTC(2026, 9, 1, 8, Math.floor(n / 3))).toISOString(),
      ),
    );
    const server = await startFhir({ patients: patients.map(patient), immunizations, observations: [], clock });
    return {
      settings: {
        baseUrl: server.url,
        auth: { kind: "none" },
        staffIdentifierSystem: staffNumberSystem,
        patientLookup: "include",
        pageSize: records > 1000 ? 500 : 10,
        resources: ["Immunization"],
      },
      records,
      vendor: {
        familyNames,
        addAtNewestInstant: async () => {
          server.control.put(immunization("imm-new", patients[0]!, { on: "2026-11-20" }));
          return "Immunization/imm-new";
        },
        addLate: async () => {
          const late = new Date(clock.now().getTime() - 5 * 60_000).toISOString();
          immunizations.push(stamped(immunization("imm-late", patients[1]!, { on: "2026-11-19" }), late));
          return "Immunization/imm-late";
        },
        remove: async () => {
          server.control.remove("Immunization", "imm-3");
          return "Immunization/imm-3";
        },
        empty: async () => {
          immunizations.length = 0;
        },
      },
      close: server.close,
    };
  },
};
