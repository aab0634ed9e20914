/**
 * One of the simulated vendors over HTTP, a hub that reads it, and the vendor's own ledger: what the faults of a vendor's
 * answers have in common. The seed picks the vendor, how much it holds, and which of its answers are struck.
 */
import { generateKeyPairSync } from "node:crypto";
import { chmodSync } from "node:fs";
import type { HttpLimits } from "../../../connectors/kit/http";
import { type Clock, fixedClock } from "../../../platform/clock";
import { type FhirResource, startFhir } from "../../../sandbox/fhir/server";
import type { FaultPlan, TransportFault } from "../../../sandbox/kit/fault-plan";
import { startMoodle } from "../../../sandbox/moodle/server";
import { startWorkforceApi, type WorkforceOrganisation } from "../../../sandbox/workforce-api/server";
import type { RunResult } from "../../../sync/run";
import { anEsrPerson, type EsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { fhirYaml, immunization, patient } from "../../builders/fhir-clinic";
import { type TestHub, testHub } from "../../builders/hub";
import { moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import type { Arena, Outcome } from "../fault";
import { compareWithTruth, type TrueRecord } from "./truth";

export type VendorName = "moodle" | "fhir" | "workforce-api";

interface Vendor {
  readonly name: VendorName;
  /** Its address, before a proxy is put in front of it. */
  readonly url: string;
  readonly connectionId: string;
  /** What requests for records have in them: the target of a plan. */
  readonly pages: string;
  plan(plan: FaultPlan | undefined): void;
  struck(): number;
  truth(): readonly TrueRecord[];
  yaml(url: string): string;
}

export interface VendorArena extends Vendor {
  readonly hub: TestHub;
  /** The secrets, for a process that runs the connection. */
  readonly environment: Readonly<Record<string, string>>;
  /** The vendor's address in the configuration is another from now on. */
  moveTo(url: string): Promise<void>;
  /** One run; what it answers. */
  sync(): Promise<RunResult>;
  /** Throws unless the run failed with one of these codes. */
  failsWith(...codes: string[]): Promise<RunResult>;
  checkpoint(): Promise<unknown>;
  /** From now on (and for so many times) a request for records is answered with this fault; the seed says from which one on. */
  strike(fault: TransportFault, more?: { readonly times?: number; readonly after?: number; readonly to?: string }): void;
  /** A whole run before the fault, and enough time that everything is read again after it. */
  beforehand(): Promise<void>;
  /** Throws when anything that was read beforehand is not in force now. */
  nothingGone(): Promise<void>;
  /** The fault is over: runs until one completes, then compares with the vendor's ledger. */
  recover(): Promise<Outcome>;
}

export interface VendorOptions {
  readonly of?: readonly VendorName[];
  /** People at the vendor, at least and at most. */
  readonly people?: readonly [number, number];
  readonly limits?: Partial<HttpLimits>;
  readonly certificateAuthorities?: readonly string[];
  /** A proxy in front: given the vendor's address, answers another. */
  readonly through?: (url: string) => Promise<string> | string;
}

const clockStart = "2026-11-22T09:00:00Z";
const values = () => ({ ...moodleValues, HUB_KEY: keys().privateKey });
let pair: { publicKey: string; privateKey: string } | undefined;
const keys = () => {
  pair ??= generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return pair;
};
export const whole = (arena: Arena, min: number, max: number) => min + Math.floor(arena.random() * (max - min + 1));
export const pick = <T>(arena: Arena, list: readonly T[]): T => list[Math.floor(arena.random() * list.length)]!;

export async function openVendor(arena: Arena, options: VendorOptions = {}): Promise<VendorArena> {
  const [least, most] = options.people ?? [6, 14];
  const people = Array.from({ length: whole(arena, least, most) }, () => anEsrPerson());
  const name = pick(arena, options.of ?? (["moodle", "fhir", "workforce-api"] as const));
  const clock = fixedClock(clockStart);
  const vendor = await { moodle: openMoodle, fhir: openFhir, "workforce-api": openWorkforce }[name](arena, people, clock);
  const database = await arena.database();
  chmodSync(arena.folder, 0o755);
  const url = (await options.through?.(vendor.url)) ?? vendor.url;
  const open = (url: string) =>
    testHub({
      yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${vendor.yaml(url).replace(/^\n+/, "")}`,
      folder: arena.folder,
      databaseUrl: database.url,
      clock,
      values: values(),
      limits: { headerMs: 400, connectMs: 400, totalMs: 1_000, attempts: 3, ...options.limits },
      certificateAuthorities: options.certificateAuthorities,
    });
  let hub = await open(url);
  arena.after(() => hub.close());
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
  await hub.sync("zqa-esr");
  const { connectionId } = vendor;
  const sync = () => hub.sync(connectionId);
  arena.note(`${name}, ${people.length} people`);
  let readBefore = false;
  return {
    ...vendor,
    get hub() {
      return hub;
    },
    environment: values(),
    sync,
    async moveTo(url) {
      await hub.close();
      hub = await open(url);
    },
    async failsWith(...codes) {
      const result = await sync();
      if (result.outcome !== "FAILED" || !codes.includes(result.error?.code ?? ""))
        throw new Error(
          `expected ${codes.join(" or ")}, got ${result.outcome} ${result.error?.code ?? ""} ${JSON.stringify(result.error?.detail ?? {})}`,
        );
      return result;
    },
    checkpoint: async () => (await hub.rows("select checkpoint from ops.connection where id = $1", [connectionId]))[0]!.checkpoint,
    strike(fault, { times, after = whole(arena, 0, 1), to } = {}) {
      arena.note(`${fault} from answer ${after + 1} on, ${times ?? "any number of"} times`);
      vendor.plan({ seed: arena.seed, fault, target: vendor.pages, schedule: { after, times }, to });
    },
    async beforehand() {
      const result = await sync();
      if (result.outcome !== "COMPLETED") throw new Error(`beforehand: ${result.outcome} ${result.error?.code}`);
      readBefore = true;
      clock.advance(8 * 86_400_000);
    },
    async nothingGone() {
      if (!readBefore) return;
      const compared = await compareWithTruth(hub, connectionId, { records: vendor.truth() });
      if (compared.lost > 0) throw new Error(`the fault took records: ${compared.differences.join("; ")}`);
    },
    async recover() {
      vendor.plan(undefined);
      // A vendor whose people are asked for one by one is swept once a day.
      clock.advance(25 * 3_600_000);
      const began = performance.now();
      let result = await sync();
      // A breaker or a pause of the last run may keep the first one short; a connection that never recovers fails here.
      for (let more = 0; more < 3 && result.outcome !== "COMPLETED"; more += 1) result = await sync();
      if (result.outcome !== "COMPLETED")
        throw new Error(`it does not recover: ${result.outcome} ${result.error?.code} ${JSON.stringify(result.error?.detail ?? {})}`);
      const recoveryMs = Math.round(performance.now() - began);
      const compared = await compareWithTruth(hub, connectionId, { records: vendor.truth() });
      compared.differences.forEach(arena.note);
      return { lost: compared.lost, doubled: compared.doubled, uncertain: compared.uncertain, recoveryMs };
    },
  };
}

async function openMoodle(arena: Arena, people: readonly EsrPerson[], clock: Clock): Promise<Vendor> {
  const site = moodleSite(people);
  const moodle = await startMoodle({ data: site, token: moodleToken, clock });
  arena.after(() => moodle.close());
  return {
    name: "moodle",
    url: moodle.url,
    connectionId: "zqa-moodle",
    pages: "core_reportbuilder_retrieve_report",
    plan: moodle.control.plan,
    struck: moodle.control.struck,
    truth: () =>
      site.users.map(({ username }) => ({ kind: "achievement", sourceId: `${username}|11`, columns: { completed_on: "2026-01-10" } })),
    yaml: (url) => moodleYaml(url, { settings: "pageSize: 3" }),
  };
}

async function openFhir(arena: Arena, people: readonly EsrPerson[], clock: Clock): Promise<Vendor> {
  const immunizations: FhirResource[] = people.map((person, at) => immunization(`i${at}`, person, { on: `2024-0${1 + (at % 9)}-11` }));
  const clinic = await startFhir({ patients: people.map(patient), immunizations, observations: [], clock });
  arena.after(() => clinic.close());
  return {
    name: "fhir",
    url: clinic.url,
    connectionId: "zqa-oh",
    pages: "/fhir/R4/Immunization",
    plan: clinic.control.plan,
    struck: clinic.control.struck,
    truth: () =>
      immunizations.map(({ id, occurrenceDateTime }) => ({
        kind: "immunisation",
        sourceId: `Immunization/${id}`,
        columns: { given_on: String(occurrenceDateTime) },
      })),
    yaml: (url) => fhirYaml(url, "pageSize: 3"),
  };
}

async function openWorkforce(arena: Arena, people: readonly EsrPerson[], clock: Clock): Promise<Vendor> {
  const employees = people.map((person, at) => ({
    id: `w${at}`,
    firstName: person.given,
    surname: person.family,
    birthDate: person.born,
    esrIdentifier: person.id,
  }));
  const records = Object.fromEntries(employees.map(({ id }, at) => [id, [skill(`2026-0${1 + (at % 9)}-10`)]]));
  const organisations: Record<string, WorkforceOrganisation> = { ZQA: { employees, records } };
  const api = await startWorkforceApi({ organisations, clientId: "hub", publicKeyPem: keys().publicKey, keyId: "hub-1", clock });
  arena.after(() => api.close());
  return {
    name: "workforce-api",
    url: api.url,
    connectionId: "zqa-workforce",
    pages: "/records",
    plan: api.control.plan,
    struck: api.control.struck,
    truth: () =>
      employees.map(({ id }, at) => ({
        kind: "competence-award",
        sourceId: `ZQA/${id}|cstf|fire safety level 1|2026-0${1 + (at % 9)}-10`,
        columns: { awarded_on: `2026-0${1 + (at % 9)}-10` },
      })),
    yaml: (url) => `
  - id: zqa-workforce
    connector: workforce-api
    organisations: [ZQA]
    settings: { baseUrl: "${url}", tokenUrl: "${new URL("/oauth2/token", url)}", clientId: hub, privateKey: { env: HUB_KEY }, keyId: hub-1, reads: [core-skills] }
`,
  };
}

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
