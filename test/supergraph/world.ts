/** Two trusts and a few synthetic people in a real database, and the gateway in front of them. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createAuthenticator } from "../../gateway/auth";
import { composeSupergraph } from "../../gateway/compose";
import { createDevelopmentIssuer, type DevelopmentIssuer, type TokenRequest } from "../../gateway/development-issuer";
import { createGateway, type Gateway, type GatewaySettings } from "../../gateway/gateway";
import { type Clock, fixedClock } from "../../platform/clock";
import { type RequirementLine, requirementsFor } from "../../recognition/requirements";
import { createRules } from "../../recognition/rules";
import { type OpenStore, openStore } from "../../store/open";
import { versionReader } from "../../store/read/as-of";
import { identifierReader } from "../../store/read/identifiers";
import { allSubgraphs } from "../../subgraphs/all";
import { RequestContext } from "../../subgraphs/kit/context";
import type { Environment } from "../../subgraphs/kit/environment";
import { type TestDatabase, testDatabase } from "../builders/database";
import { type Served, serve } from "./serve";

export const today = "2026-11-22";
export const fireSafety = "CSTF|Fire Safety|1|";

export const connectors: Environment["connectors"] = [
  {
    name: "esr",
    title: "ESR",
    delivers: ["personal-details", "assignment", "competence-award", "professional-registration"].map((kind) => ({
      kind,
      system: "esr" as const,
    })),
  },
  { name: "moodle", title: "Moodle", delivers: ["competence-award", "achievement"].map((kind) => ({ kind, system: "lms" as const })) },
  {
    name: "fhir",
    title: "FHIR",
    delivers: ["immunisation", "clinical-test", "observation"].map((kind) => ({ kind, system: "oh" as const })),
  },
  { name: "csv", title: "Files", delivers: [{ kind: "clearance", system: "oh" }] },
];

const rules = createRules({
  renewals: [{ organisation: "ZQB", competence: fireSafety, months: 12, reason: "timber-framed wards" }],
  covers: [],
  standings: ["ZQA", "ZQB"].map((organisation) => ({
    organisation,
    signatoryFrom: "2020-01-01",
    signatoryTo: undefined,
    alignedFrom: "2020-01-01",
    alignedTo: undefined,
  })),
});
/** What ZQB asks of its doctors; ZQA has stated nothing. */
const requirements: readonly RequirementLine[] = (["TRAINING", "RIGHT_TO_WORK", "WORK_HEALTH", "EXPOSURE_PRONE"] as const).map(
  (standard) => ({
    organisation: "ZQB",
    staffGroup: "Medical and Dental",
    jobRole: undefined,
    standard,
    competence: standard === "TRAINING" ? fireSafety : undefined,
    minutes: undefined,
    from: undefined,
    to: undefined,
  }),
);

export interface World {
  readonly database: TestDatabase;
  readonly store: OpenStore;
  readonly environment: Environment;
  readonly issuer: DevelopmentIssuer;
  readonly clock: Clock;
  gateway(over?: Partial<GatewaySettings>): Promise<Gateway>;
  /** A gateway behind real HTTP. */
  door(over?: Partial<GatewaySettings>): Promise<Served>;
  /** The gateway of another process: a pool of its own, and nothing in common but the database. */
  elsewhere(): Promise<Gateway>;
  token(request: TokenRequest): Promise<string>;
  sql(text: string, values?: unknown[]): Promise<void>;
  insert(table: string, row: Record<string, unknown>): Promise<string>;
  /** A row of a record: where it came from stands in it, as in every one. */
  record(table: string, row: Record<string, unknown>): Promise<string>;
  /** Ends whatever it has opened. */
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const database = await testDatabase();
  const clock = fixedClock(`${today}T12:00:00Z`);
  const open = () => openStore({ url: database.url, keyEncryptionKey: Buffer.alloc(32, 7), clock });
  const store = await open();
  await store.migrate();
  const folder = mkdtempSync(path.join(tmpdir(), "lanyard-issuer-"));
  const issuer = await createDevelopmentIssuer({ folder, clock });
  const environment: Environment = {
    store,
    clock,
    organisations: [
      { odsCode: "ZQA", vpd: "991", name: "Northbridge University Hospitals", cstfAligned: true },
      { odsCode: "ZQB", vpd: "992", name: "Eastmoor Hospitals", cstfAligned: true },
    ],
    connectors,
    periodFor: rules.periodFor,
    recognition: { rules, requirementsFor: (post) => requirementsFor(requirements, post) },
    expiringDays: 30,
    identifiers: identifierReader(store.sealer),
    versions: versionReader(store.sealer),
    clients: [{ id: "app", labels: ["R1", "R2", "R3", "R5", "R11"] }],
  };
  const sql = async (text: string, values: unknown[] = []) => {
    await database.pool.query(text, values);
  };
  const insert = async (table: string, row: Record<string, unknown>) => {
    const id = (row.id as string | undefined) ?? randomUUID();
    const all: Record<string, unknown> = { ...row, id };
    const names = Object.keys(all);
    await sql(`insert into ${table} (${names.join(", ")}) values (${names.map((_, at) => `$${at + 1}`).join(", ")})`, Object.values(all));
    return id;
  };
  const { rows } = await database.pool.query(
    `insert into ops.provenance (hash, origin, provider, verifier, method, pedigree)
     values ($1, 'Substantive NHS employing organisation', 'Northbridge', 'Provider', 'Record Verification', 'Authoritative') returning id`,
    [randomUUID()],
  );
  const record = (table: string, row: Record<string, unknown>) =>
    insert(table, {
      source_id: randomUUID(),
      content_hash: randomUUID(),
      source_version: "1",
      derivation_version: "1",
      provenance_id: rows[0].id,
      ...row,
    });
  const opened: (() => Promise<void>)[] = [];
  const gateway = async (over: Partial<GatewaySettings> = {}) => {
    const made = await createGateway({
      supergraphSdl: composeSupergraph(),
      subgraphs: allSubgraphs(),
      authenticate: createAuthenticator({ issuers: [issuer.trusted], clock }),
      context: (principal, requestId) => new RequestContext(environment, principal, requestId),
      audit: (event) => store.audit([event]),
      introspection: true,
      ...over,
    });
    opened.push(() => made.stop());
    return made;
  };
  return {
    database,
    store,
    environment,
    issuer,
    clock,
    sql,
    insert,
    record,
    token: (request) => issuer.issueToken(request),
    gateway,
    async door(over) {
      const served = await serve([(await gateway(over)).handle]);
      opened.push(served.close);
      return served;
    },
    async elsewhere() {
      const other = await open();
      opened.push(() => other.close());
      return gateway({
        context: (principal, requestId) => new RequestContext({ ...environment, store: other }, principal, requestId),
        audit: (event) => other.audit([event]),
      });
    },
    async close() {
      for (const end of opened.reverse()) await end();
      await store.close();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Cast {
  /** Doctor: employed at ZQA, honorary at ZQB until the end of 2026. */
  readonly doctor: string;
  /** Somebody of ZQB only. */
  readonly stranger: string;
}

/** Rows as the store would write them; ids of people only where a test asks for them. */
export async function populate(world: World): Promise<Cast> {
  const { insert, sql } = world;
  const connection = (id: string, connector: string, organisations: string[]) =>
    sql(
      `insert into ops.connection (id, connector, organisations, title, every_minutes, fresh_within_seconds, last_success_at)
       values ($1, $2, $3, $1, 15, 7200, '2026-11-22T11:45:00Z')`,
      [id, connector, organisations],
    );
  await connection("zqa-esr", "esr", ["ZQA"]);
  await connection("zqb-esr", "esr", ["ZQB"]);
  await connection("zqa-moodle", "moodle", ["ZQA"]);
  await connection("zqa-oh", "fhir", ["ZQA"]);
  await connection("zqa-clearances", "csv", ["ZQA"]);
  for (const id of ["zqa-esr", "zqb-esr", "zqa-moodle", "zqa-oh", "zqa-clearances"]) {
    await sql("insert into ops.data_set (connection_id, data_set, fresh_as_of, last_complete_at) values ($1, 'all', $2, $2)", [
      id,
      id === "zqa-moodle" ? "2026-11-22T09:00:00Z" : "2026-11-22T11:45:00Z",
    ]);
  }
  const doctor = await insert("staff.staff_member", {});
  const stranger = await insert("staff.staff_member", {});
  let number = 0;
  const person = async (
    staffMember: string,
    connectionId: string,
    org: string,
    system: string,
    given: string,
    family: string,
    ids: Record<string, string>,
  ) => {
    const id = await insert("staff.source_person", {
      connection_id: connectionId,
      controller_org: org,
      source_key: String(++number),
      system,
      given_name: given,
      family_name: family,
      birth_date: "1991-04-05",
      state: "BOUND",
      staff_member_id: staffMember,
    });
    for (const [scheme, value] of Object.entries(ids)) {
      if (scheme === "NI_NUMBER") {
        const { version, bytes } = await world.store.sealer.seal(org, Buffer.from(value), `identifier:${id}`);
        const stamped = Buffer.concat([Buffer.from(Uint32Array.of(version).buffer), bytes]);
        await sql("insert into staff.identifier (source_person_id, scheme, value_index, encrypted) values ($1, $2, $3, $4)", [
          id,
          scheme,
          world.store.sealer.blindIndex(scheme, value),
          stamped,
        ]);
      } else {
        await sql("insert into staff.identifier (source_person_id, scheme, value_index, value) values ($1, $2, $3, $3)", [
          id,
          scheme,
          value,
        ]);
      }
    }
    return id;
  };
  const doctorEsr = await person(doctor, "zqa-esr", "ZQA", "esr", "Amara", "Osei", {
    ESR_EMPLOYEE_NUMBER: "30112845",
    NI_NUMBER: "QQ123456C",
    GMC: "9999991",
  });
  const doctorHost = await person(doctor, "zqb-esr", "ZQB", "esr", "A", "Osei-Mensah", { ESR_EMPLOYEE_NUMBER: "40000001" });
  const doctorLms = await person(doctor, "zqa-moodle", "ZQA", "lms", "Amara", "Osei", { LOCAL: "amara" });
  const doctorOh = await person(doctor, "zqa-oh", "ZQA", "oh", "Amara", "Osei-Patient", { LOCAL: "OH-77" });
  const strangerEsr = await person(stranger, "zqb-esr", "ZQB", "esr", "Owen", "Tate", { ESR_EMPLOYEE_NUMBER: "40000002" });
  const record = (
    table: string,
    staffMember: string | null,
    sourcePerson: string | null,
    connectionId: string,
    org: string,
    facts: Record<string, unknown>,
  ) =>
    world.record(table, {
      controller_org: org,
      staff_member_id: staffMember,
      source_person_id: sourcePerson,
      connection_id: connectionId,
      source_id: String(++number),
      ...facts,
    });
  await record("staff.position", null, null, "zqa-esr", "ZQA", { source_id: "P1", name: "1001|Foundation doctor|1|" });
  await record("staff.assignment", doctor, doctorEsr, "zqa-esr", "ZQA", {
    number: "30112845",
    engagement: "SUBSTANTIVE",
    starts_on: "2025-08-06",
    position_source_id: "P1",
  });
  await record("staff.assignment", doctor, doctorHost, "zqb-esr", "ZQB", {
    number: "40000001",
    engagement: "HONORARY",
    starts_on: "2026-12-02",
    ends_on: "2026-12-31",
  });
  await record("staff.assignment", stranger, strangerEsr, "zqb-esr", "ZQB", {
    number: "40000002",
    engagement: "SUBSTANTIVE",
    starts_on: "2020-01-01",
  });
  // The same training one day apart in two systems, and one of long ago.
  await record("learning.competence_award", doctor, doctorLms, "zqa-moodle", "ZQA", {
    competence: fireSafety,
    awarded_on: "2025-12-10",
    name: "Fire safety",
  });
  await record("learning.competence_award", doctor, doctorEsr, "zqa-esr", "ZQA", { competence: fireSafety, awarded_on: "2025-12-11" });
  await record("learning.competence_award", doctor, doctorLms, "zqa-moodle", "ZQA", {
    competence: "LOCAL-991|Bleep use|1|",
    awarded_on: "2025-08-07",
  });
  await record("learning.achievement", doctor, doctorLms, "zqa-moodle", "ZQA", {
    title: "Fire safety",
    course_source_id: "7",
    completed_on: "2025-12-10",
    completed_at: "2025-12-10T09:30:00Z",
    mapping: "MAPPED",
  });
  await record("oh.immunisation", doctor, doctorOh, "zqa-oh", "ZQA", {
    vaccine: "HEPB",
    diseases: ["HEPATITIS_B"],
    given_on: "2024-03",
    dose: 1,
  });
  await record("oh.clinical_test", doctor, doctorOh, "zqa-oh", "ZQA", {
    test: "ANTI_HBS",
    name: "Hepatitis B antibody",
    interpretation: "DETECTED",
    value: 120,
    unit: "mIU/mL",
  });
  await record("oh.observation", doctor, doctorOh, "zqa-oh", "ZQA", { observation: "BCG_SCAR", name: "BCG scar", result: true });
  await record("oh.clearance", doctor, doctorOh, "zqa-clearances", "ZQA", {
    cleared_for_role: "YES",
    role: "Foundation doctor",
    decided_on: "2025-08-01",
    valid_until: "2027-08-01",
    exposure_prone: "CLEARED",
  });
  await record("checks.professional_registration", doctor, doctorEsr, "zqa-esr", "ZQA", {
    body: "GMC",
    number: "9999991",
    expires_on: "2027-05-01",
  });
  return { doctor, stranger };
}

/** The doctor by the number that the employer gave, and by the host's. */
export const byEmployer = { value: "30112845", organisation: "ZQA" };
export const byHost = { value: "40000001", organisation: "ZQB" };
export const recordQuery = `query Record($value: String!, $organisation: String!) {
  staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $value, organisation: $organisation) {
    id name { given family } identifiers { scheme value organisation }
    assignments { number organisation { odsCode name } position { name } startsOn endsOn }
    learning {
      competences(status: [IN_DATE, EXPIRING], forOrganisation: "ZQB", on: "2026-12-01") {
        subject level awardedOn expiresOn status
        attestations { provenance { provider verifier method pedigree lastRefreshedAt } controller { odsCode } }
      }
      achievements { title completedOn } sources { connectedSystem state freshAsOf }
    }
    health {
      immunisations { vaccine diseases givenOn dose } clinicalTests { name interpretation value testedOn } observations { name result }
      clearances { clearedForRole validUntil } sources { connectedSystem state freshAsOf } withheld { field reason }
    }
    checks { employmentChecks { standard outcome checkedOn } registrations { body number expiresOn } sources { connectedSystem state freshAsOf } }
  }
}`;
