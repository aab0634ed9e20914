import { fixedClock } from "../../platform/clock";
import { type FhirResource, type FhirServer, startFhir } from "../../sandbox/fhir/server";
import { readAll, testWorld } from "../../test/builders/vendor-world";
import type { Normalised, Page, ReadMode } from "../connector";
import type { HttpLimits } from "../kit/http";
import { fhir } from "./connector";
import type { FhirCheckpoint, FhirSettings } from "./settings";

const staffSystem = "https://esr.example.test/employee-number";
const nhsNumber = "9000000009";
const clock = fixedClock("2026-11-22T10:00:00Z");

let server: FhirServer;
const worlds: { close(): Promise<void> }[] = [];

const patient = (n: number): FhirResource => ({
  resourceType: "Patient",
  id: `p${n}`,
  identifier: [
    { system: staffSystem, value: `2010000${n}` },
    { system: "https://fhir.nhs.uk/Id/nhs-number", value: nhsNumber },
  ],
  name: [
    { use: "official", family: `Family${n}`, given: ["Given", "Middle"] },
    { use: "maiden", family: "Earlier" },
  ],
  birthDate: "1990-01-01",
  address: [{ postalCode: "ZZ99 9ZZ" }],
});
const dose = (n: number, more: Record<string, unknown> = {}): FhirResource => ({
  resourceType: "Immunization",
  id: `im${String(n).padStart(3, "0")}`,
  meta: { lastUpdated: `2026-10-01T09:00:${String(n % 60).padStart(2, "0")}.000Z` },
  status: "completed",
  extension: [
    {
      url: "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure",
      valueCodeableConcept: { coding: [{ system: "http://snomed.info/sct", code: "170370000" }] },
    },
  ],
  patient: { reference: `Patient/p${n % 3}`, display: "Canary Name" },
  occurrenceDateTime: "2024-06-30T23:30:00Z",
  lotNumber: "CANARY-LOT",
  protocolApplied: [{ doseNumberPositiveInt: 1 }],
  ...more,
});
const antibody = (id: string, more: Record<string, unknown> = {}): FhirResource => ({
  resourceType: "Observation",
  id,
  meta: { lastUpdated: "2026-10-02T09:00:00.000Z" },
  status: "final",
  code: { coding: [{ system: "http://loinc.org", code: "16935-9" }] },
  subject: { reference: "Patient/p1" },
  effectiveDateTime: "2024-03-02",
  valueQuantity: { value: 142.5, comparator: ">", unit: "m[IU]/mL" },
  ...more,
});

beforeEach(async () => {
  server = await startFhir({
    patients: [0, 1, 2].map(patient),
    immunizations: Array.from({ length: 25 }, (_, i) => dose(i)),
    observations: [antibody("ob1")],
    clientId: "hub",
    clientSecret: "secret of the test",
    countCap: 10,
    clock,
  });
});
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
  await server.close();
});

function world(settings: Record<string, unknown> = {}, secret = "secret of the test", limits: Partial<HttpLimits> = {}) {
  const made = testWorld<FhirSettings>({
    connector: fhir,
    settings: {
      baseUrl: server.url,
      auth: { kind: "client-credentials", tokenUrl: server.tokenUrl, clientId: "hub", clientSecret: { env: "SECRET" } },
      staffIdentifierSystem: staffSystem,
      patientLookup: "include",
      ...settings,
    },
    organisations: ["ZQB"],
    secrets: { SECRET: secret },
    clock,
    limits,
  });
  worlds.push(made);
  return made;
}
const idsOf = (records: readonly Normalised[]) => records.map((one) => ("sourceId" in one ? one.sourceId : one.ignored)).sort();
const scopesOf = (pages: readonly Page<FhirCheckpoint>[]) => pages.flatMap((page) => page.completes ?? []);
const readFhir = (made: ReturnType<typeof world>, since?: FhirCheckpoint, limit?: number, mode?: ReadMode) =>
  readAll<FhirCheckpoint>(fhir, made, since, limit, mode);

describe("a first read of a FHIR server", () => {
  it("follows the links to the end, whatever page size it asked for, and completes each resource type", async () => {
    const { pages, records } = await readFhir(world({ pageSize: 500 }));
    expect(pages.map((page) => page.records.length)).toEqual([10, 10, 5, 1]);
    expect(new Set(idsOf(records)).size).toBe(26);
    expect(scopesOf(pages)).toEqual([
      { scope: "connection", key: "test-connection", kinds: ["immunisation"], shifting: true },
      { scope: "connection", key: "test-connection", kinds: ["clinical-test"], shifting: true },
    ]);
  });

  it("takes the included patient as whose it is, never as a record", async () => {
    const { records } = await readFhir(world());
    expect(records.find((one) => "sourceId" in one && one.sourceId === "Immunization/im001")).toMatchObject({
      kind: "immunisation",
      claim: {
        personKey: "Patient/p1",
        givenName: "Given",
        otherGivenNames: ["Middle"],
        familyName: "Family1",
        otherFamilyNames: ["Earlier"],
        birthDate: "1990-01-01",
        identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", value: "20100001" }],
      },
      // Half past midnight in London.
      facts: { givenOn: "2024-07-01", dose: 1 },
      sourceVersion: { changedAt: "2026-10-01T09:00:01.000Z" },
    });
  });

  it("reads the patients one by one when the server cannot include them", async () => {
    const { records } = await readFhir(world({ patientLookup: "read" }));
    expect(records[0]).toMatchObject({ claim: { identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", value: "20100000" }] } });
    expect(server.control.requests.filter((one) => one.includes("/Patient/"))).toHaveLength(3);
  });

  it("keeps the reference when the patient is gone", async () => {
    server.control.remove("Patient", "p1");
    const { records } = await readFhir(world({ patientLookup: "read" }));
    expect(records.find((one) => "sourceId" in one && one.sourceId === "Immunization/im001")).toMatchObject({
      claim: { personKey: "Patient/p1" },
    });
  });

  it("lets no NHS number, address, lot number or display name past the door", async () => {
    const { pages, raw, records } = await readFhir(world());
    expect(JSON.stringify([raw, records])).not.toMatch(/9000000009|ZZ99|CANARY|Canary/);
    expect(JSON.stringify(pages)).not.toContain(nhsNumber);
  });

  it("keeps value, sign and unit of the hepatitis B antibody", async () => {
    const { records } = await readFhir(world({ resources: ["Observation"] }));
    expect(records).toMatchObject([
      { kind: "clinical-test", facts: { value: 142.5, comparator: ">", unit: "m[IU]/mL", testedOn: "2024-03-02" } },
    ]);
  });

  it("asks for the listed observations only", async () => {
    server.control.put(antibody("ob2", { code: { coding: [{ system: "http://loinc.org", code: "99999-9" }] } }));
    const { records } = await readFhir(world({ resources: ["Observation"], observationCodes: ["http://loinc.org|16935-9"] }));
    expect(idsOf(records)).toEqual(["Observation/ob1"]);
  });
});

describe("a bad resource in the middle of a page", () => {
  it("is refused by itself; the rest of the page lands", async () => {
    const made = world({ auth: { kind: "none" }, resources: ["Immunization"] });
    const entry = [dose(1), "nonsense", { id: "im-x" }, { ...dose(2), status: 7 }, dose(3)].map((resource) => ({ resource }));
    const answer = { status: 200, headers: {}, json: () => ({ resourceType: "Bundle", entry }) };
    const records: unknown[] = [];
    for await (const page of fhir.poll!.pages({ ...made.source, http: { request: async () => answer } } as never, undefined)) {
      records.push(...page.records);
    }
    expect(records.map((one) => fhir.raw.safeParse(one).success)).toEqual([true, false, false, false, true]);
    const fault = fhir.raw.safeParse(records[3]);
    expect(fault.error?.issues[0]?.path).toEqual(["status"]);
  });
});

describe("later reads", () => {
  it("ask for what changed since, with the look-back, and find the change", async () => {
    const first = await readFhir(world());
    clock.advance(3_600_000);
    server.control.put(dose(3, { status: "entered-in-error" }));
    const { pages, records } = await readFhir(world({ overlap: "PT5M" }), first.checkpoint);
    expect(records.find((one) => "sourceId" in one && one.sourceId === "Immunization/im003")).toMatchObject({ withdrawn: true });
    expect(scopesOf(pages)).toEqual([]);
    // From the vendor's own last value, and inclusive: V12, V14.
    expect(server.control.requests.at(-2)).toContain(encodeURIComponent("ge2026-10-01T08:55:24.000Z"));
  });

  it("never see a deletion until the sweep, whose complete list lacks it", async () => {
    const first = await readFhir(world());
    server.control.remove("Immunization", "im003");
    const increment = await readFhir(world({ overlap: "PT0M" }), first.checkpoint);
    // What carries the last instant is read again: others may have it too.
    expect(idsOf(increment.records)).toEqual(["Immunization/im024", "Observation/ob1"]);
    expect(scopesOf(increment.pages)).toEqual([]);
    clock.advance(8 * 86_400_000);
    const swept = await readFhir(world(), first.checkpoint);
    expect(idsOf(swept.records)).not.toContain("Immunization/im003");
    expect(swept.records).toHaveLength(25);
    expect(scopesOf(swept.pages)).toHaveLength(2);
  });

  it("go on with the page after the last stored one", async () => {
    const first = await readFhir(world(), undefined, 1);
    const rest = await readFhir(world(), first.checkpoint);
    expect(new Set([...idsOf(first.records), ...idsOf(rest.records)]).size).toBe(26);
    expect(rest.records).toHaveLength(16);
    expect(rest.pages[0]?.progress?.done).toBe(20);
  });

  it("read everything when a full read is asked for, and go on where an interrupted one stopped", async () => {
    const first = await readFhir(world());
    server.control.remove("Immunization", "im003");
    const begun = await readFhir(world(), first.checkpoint, 1, "full");
    expect(begun.pages[0]?.records).toHaveLength(10);
    const rest = await readFhir(world(), begun.checkpoint, Number.POSITIVE_INFINITY, "full");
    expect(rest.pages.map((page) => page.records.length)).toEqual([10, 4, 1]);
    expect(scopesOf(rest.pages)).toHaveLength(2);
    const halfway = await readFhir(world(), first.checkpoint, 3, "full");
    expect(halfway.checkpoint?.full).toEqual(["Immunization"]);
    const last = await readFhir(world(), halfway.checkpoint, Number.POSITIVE_INFINITY, "full");
    expect(idsOf(last.records)).toEqual(["Observation/ob1"]);
    expect(last.checkpoint).toEqual(rest.checkpoint);
  });

  it("leave an increment's resume point alone when a full read begins", async () => {
    const first = await readFhir(world());
    const increment = await readFhir(world({ overlap: "P100D", pageSize: 5 }), first.checkpoint, 1);
    expect(increment.checkpoint?.pass?.sweep).toBe(false);
    expect((await readFhir(world(), increment.checkpoint, Number.POSITIVE_INFINITY, "full")).records).toHaveLength(26);
  });

  it("V14: the cursor is the vendor's own value, whatever the clocks say, and a date that cannot be does not move it", async () => {
    const first = await readFhir(world());
    expect(first.checkpoint?.read.Immunization?.lastUpdated).toBe("2026-10-01T09:00:24.000Z");
    clock.advance(3 * 365 * 86_400_000);
    server.control.put(dose(30));
    clock.advance(-3 * 365 * 86_400_000);
    const made = world({ overlap: "PT1H" });
    const next = await readFhir(made, first.checkpoint);
    expect(idsOf(next.records)).toContain("Immunization/im030");
    expect(next.checkpoint?.read.Immunization?.lastUpdated).toBe("2026-10-01T09:00:24.000Z");
  });

  it("say that a server ignores what it was asked for, and prove nothing by its answer", async () => {
    clock.advance(3_600_000);
    server.control.put(dose(3));
    const first = await readFhir(world());
    const made = world({ overlap: "PT0M" });
    const deaf = {
      ...made.source,
      http: {
        request: (request: { url: string }) =>
          made.source.http.request({ ...request, url: request.url.replace(/_lastUpdated=[^&]*&/, "") } as never),
      },
    };
    const pages: Page<FhirCheckpoint>[] = [];
    for await (const page of fhir.poll!.pages(deaf as never, first.checkpoint)) pages.push(page as Page<FhirCheckpoint>);
    expect(scopesOf(pages)).toEqual([]);
    expect(made.reported.map((one) => one.code)).toEqual(["FILTER_IGNORED"]);
  });

  it("begin the pass again when the server has forgotten the cursor", async () => {
    const first = await readFhir(world(), undefined, 1);
    server.control.forgetCursors();
    expect((await readFhir(world(), first.checkpoint)).records).toHaveLength(26);
  });

  it("V24: begin the pass again when the link that was kept leads to where nothing may be asked", async () => {
    const first = (await readFhir(world(), undefined, 1)).checkpoint as FhirCheckpoint;
    const elsewhere = { ...first, pass: { ...first.pass!, next: "http://169.254.169.254/latest/" } };
    expect((await readFhir(world(), elsewhere)).records).toHaveLength(26);
  });

  it("V9: prove no absence, and move no mark, when the server announced more than it gave", async () => {
    server.control.plan({ seed: 1, fault: "short-page", target: "/Immunization" });
    const made = world();
    const { pages, checkpoint } = await readFhir(made);
    expect(made.reported).toMatchObject([{ code: "PAGE_TRUNCATED", detail: { operation: "search Immunization" } }]);
    expect(scopesOf(pages)).toMatchObject([{ kinds: ["clinical-test"] }]);
    expect((checkpoint as FhirCheckpoint).read.Immunization).toBeUndefined();
  });
});

describe("when the server has trouble", () => {
  it("renews a token that the server has forgotten", async () => {
    const made = world();
    let count = 0;
    for await (const page of fhir.poll!.pages(made.source, undefined)) {
      count += page.records.length;
      server.control.revokeTokens();
    }
    expect(count).toBe(26);
  });

  it("stops with credentials rejected for a wrong secret", async () => {
    await expect(readFhir(world({}, "another secret"))).rejects.toMatchObject({ class: "auth" });
  });

  it("stops with credentials rejected when every token is refused", async () => {
    server.control.fail("401");
    await expect(readFhir(world())).rejects.toMatchObject({ code: "CREDENTIALS_REJECTED", class: "auth", detail: { why: "login" } });
  });

  it.each([
    ["html", "malformed-page"],
    ["500", "transient"],
    ["truncated", "transient"],
  ] as const)("a lasting fault (%s) ends the run as %s", async (fault, expected) => {
    server.control.fail(fault);
    await expect(readFhir(world())).rejects.toMatchObject({ class: expected });
  });

  it("gives up on an answer that never comes", async () => {
    server.control.fail("slow");
    await expect(readFhir(world({}, undefined, { totalMs: 100, attempts: 1 }))).rejects.toMatchObject({ code: "TIMED_OUT" });
  });

  it("survives a fault that passes", async () => {
    server.control.fail("truncated", 2);
    expect((await readFhir(world())).records).toHaveLength(26);
  });

  it("stops at a next link that goes round in circles", async () => {
    const made = world();
    const self = `${server.url}/Immunization?_count=1`;
    const looping = {
      ...made.source,
      http: {
        request: async (request: { url: string }) =>
          request.url.includes("oauth2")
            ? made.source.http.request(request as never)
            : { status: 200, headers: {}, json: () => ({ resourceType: "Bundle", link: [{ relation: "next", url: self }] }) },
      },
    };
    const reading = async () => {
      for await (const _ of fhir.poll!.pages(looping as never, undefined));
    };
    await expect(reading()).rejects.toMatchObject({ code: "PAGE_LOOP" });
  });

  it("follows no link to a foreign host", async () => {
    const made = world();
    const foreign = {
      ...made.source,
      http: {
        request: async (request: { url: string }) =>
          /Immunization/.test(request.url) && !request.url.includes("evil")
            ? {
                status: 200,
                headers: {},
                json: () => ({
                  resourceType: "Bundle",
                  link: [{ relation: "next", url: "https://evil.example.test/Immunization?page=2" }],
                }),
              }
            : made.source.http.request(request as never),
      },
    };
    const reading = async () => {
      for await (const _ of fhir.poll!.pages(foreign as never, undefined));
    };
    await expect(reading()).rejects.toMatchObject({ code: "FOREIGN_HOST" });
  });

  it("lets a sweep prove nothing when the server says that results are missing", async () => {
    const made = world();
    const partial = {
      ...made.source,
      http: {
        request: async (request: { url: string }) =>
          /\/(Immunization|Observation)\?/.test(request.url)
            ? {
                status: 200,
                headers: {},
                json: () => ({
                  resourceType: "Bundle",
                  entry: [
                    {
                      search: { mode: "outcome" },
                      resource: { resourceType: "OperationOutcome", issue: [{ severity: "error", code: "incomplete" }] },
                    },
                  ],
                }),
              }
            : made.source.http.request(request as never),
      },
    };
    const pages: Page<unknown>[] = [];
    for await (const page of fhir.poll!.pages(partial as never, undefined)) pages.push(page);
    expect(pages.flatMap((page) => page.completes ?? [])).toEqual([]);
    expect(pages.at(-1)?.checkpoint).toEqual({ read: {} });
    expect(made.reported.map((one) => one.code)).toEqual(["PAGE_TRUNCATED", "PAGE_TRUNCATED"]);
  });
});
