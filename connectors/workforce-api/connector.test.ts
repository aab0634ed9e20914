import { exportPKCS8, exportSPKI, generateKeyPair } from "jose";
import { systemClock } from "../../platform/clock";
import { HubError } from "../../platform/errors";
import { startWorkforceApi, type WorkforceApi, type WorkforceOrganisation } from "../../sandbox/workforce-api/server";
import { startMeddler } from "../../test/builders/meddler";
import { readAll, testWorld } from "../../test/builders/vendor-world";
import type { Claim, Normalised, StaffToAsk } from "../connector";
import type { HttpLimits } from "../kit/http";
import { workforceApi } from "./connector";
import type { WorkforceCheckpoint, WorkforceSettings } from "./settings";

let privateKeyPem: string;
let publicKeyPem: string;
let strangerPem: string;
let api: WorkforceApi;
let organisations: Record<string, WorkforceOrganisation>;
const worlds: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  const pair = await generateKeyPair("RS512", { extractable: true });
  privateKeyPem = await exportPKCS8(pair.privateKey);
  publicKeyPem = await exportSPKI(pair.publicKey);
  strangerPem = await exportPKCS8((await generateKeyPair("RS512", { extractable: true })).privateKey);
});

const skill = (competencyName: string, dateLastAwarded: string) => ({
  recordType: "CoreSkillsTraining",
  competencyFramework: "CSTF",
  subjectName: "Fire Safety",
  competencyName,
  subjectLevel: "1",
  attainmentStatus: "ACHIEVED",
  awardingOrganisation: "ZQA",
  dateLastAwarded,
});

/** 120 people: more than two pages of a sweep. */
function population(): Record<string, WorkforceOrganisation> {
  const employees = Array.from({ length: 120 }, (_, i) => ({
    id: `w${String(i).padStart(3, "0")}`,
    firstName: `Given${i}`,
    surname: `Family${i}`,
    birthDate: "1990-01-01",
    esrIdentifier: String(90_000_000 + i),
  }));
  return { ZQA: { employees, records: Object.fromEntries(employees.map((one) => [one.id, [skill("Fire Safety", "2026-02-10")]])) } };
}
const staffOf = (count: number): StaffToAsk[] =>
  Array.from({ length: count }, (_, i) => ({
    staffKey: `s${String(i).padStart(3, "0")}`,
    given: `GIVEN${i}`,
    family: `family${i}`,
    birthDate: "1990-01-01",
  }));

beforeEach(async () => {
  organisations = population();
  api = await startWorkforceApi({ organisations, clientId: "hub", publicKeyPem, keyId: "hub-1", clock: systemClock });
});
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
  await api.close();
});

function world(
  more: {
    staff?: StaffToAsk[];
    key?: string;
    settings?: Partial<WorkforceSettings>;
    link?: (staffKey: string, candidates: readonly Claim[]) => readonly string[];
    organisations?: string[];
    limits?: Partial<HttpLimits>;
  } = {},
) {
  const made = testWorld<WorkforceSettings>({
    connector: workforceApi,
    settings: {
      baseUrl: api.url,
      tokenUrl: api.tokenUrl,
      clientId: "hub",
      privateKey: { env: "KEY" },
      keyId: "hub-1",
      reads: ["core-skills", "vaccinations", "clinical-tests", "observations"],
      ...more.settings,
    },
    organisations: more.organisations ?? ["ZQA"],
    secrets: { KEY: more.key ?? privateKeyPem },
    staff: more.staff ?? staffOf(120),
    link: more.link ?? ((_, candidates) => candidates.map((one) => one.personKey)),
    clock: systemClock,
    limits: more.limits,
  });
  worlds.push(made);
  return made;
}
const kindsOf = (records: Normalised[]) => records.map((one) => ("kind" in one ? one.kind : one.ignored));
const searches = () => api.control.requests.filter((one) => one.includes("?")).length;

describe("a sweep of the workforce api", () => {
  it("asks for everybody once, with an assertion that the vendor verifies, and completes each person and the connection", async () => {
    const { pages, records, checkpoint } = await readAll<WorkforceCheckpoint>(workforceApi, world());
    expect(kindsOf(records)).toEqual(Array.from({ length: 120 }, () => "competence-award"));
    expect(searches()).toBe(120);
    expect(pages.length).toBeGreaterThan(1);
    const scopes = pages.flatMap((page) => page.completes ?? []);
    expect(scopes.filter((one) => one.scope === "person")).toHaveLength(120);
    expect(scopes.at(-1)).toMatchObject({ scope: "connection", key: "test-connection" });
    expect(checkpoint?.finished).toBe(true);
    expect(new Set(records.map((one) => ("sourceId" in one ? one.sourceId : "")))).toHaveProperty("size", 120);
  });

  it("hands over who the vendor says it is, with the ESR person id", async () => {
    const { records } = await readAll(workforceApi, world({ staff: staffOf(1) }));
    expect(records[0]).toMatchObject({
      organisation: "ZQA",
      claim: {
        personKey: "ZQA/w000",
        givenName: "Given0",
        familyName: "Family0",
        birthDate: "1990-01-01",
        identifiers: [{ scheme: "ESR_PERSON_ID", value: "90000000" }],
      },
    });
  });

  it("does nothing at all before the next sweep is due", async () => {
    const first = world({ staff: staffOf(1) });
    const { checkpoint } = await readAll<WorkforceCheckpoint>(workforceApi, first);
    const before = api.control.requests.length;
    expect((await readAll(workforceApi, first, checkpoint)).pages).toEqual([]);
    expect(api.control.requests).toHaveLength(before);
  });

  it("goes on after the last stored page when it was interrupted", async () => {
    const first = await readAll<WorkforceCheckpoint>(workforceApi, world(), undefined, 1);
    const asked = searches();
    const rest = await readAll<WorkforceCheckpoint>(workforceApi, world(), first.checkpoint);
    expect(first.records.length + rest.records.length).toBe(120);
    expect(searches() - asked).toBeLessThan(120);
    expect(rest.checkpoint?.sweep).toBe(first.checkpoint?.sweep);
  });

  it("fetches no record of somebody whom matching has not linked", async () => {
    const made = world({ staff: staffOf(3), link: () => [] });
    const { records } = await readAll(workforceApi, made);
    expect(records).toEqual([]);
    expect(made.offered).toHaveLength(3);
    expect(api.control.requests.some((one) => one.endsWith("/records"))).toBe(false);
  });

  it("checks a known id against the person behind it, and offers that", async () => {
    const made = world({ staff: [{ ...(staffOf(1)[0] as StaffToAsk), knownSourceId: "ZQA/w007" }] });
    await readAll(workforceApi, made);
    expect(searches()).toBe(0);
    expect(made.offered[0]?.candidates[0]).toMatchObject({ personKey: "ZQA/w007", familyName: "Family7" });
  });

  it("treats a known id that is gone as no records, and goes on", async () => {
    const staff = staffOf(2).map((one, i) => (i === 0 ? { ...one, knownSourceId: "ZQA/gone" } : one));
    expect((await readAll(workforceApi, world({ staff }))).records).toHaveLength(1);
  });

  it("offers nothing of a full page of hits, and reports it", async () => {
    organisations.ZQA!.employees = Array.from({ length: 60 }, (_, i) => ({
      id: `t${i}`,
      firstName: "Given0",
      surname: "Family0",
      birthDate: "1990-01-01",
    }));
    const made = world({ staff: staffOf(1) });
    expect((await readAll(workforceApi, made)).records).toEqual([]);
    expect(made.offered.map((one) => one.candidates)).toEqual([[]]);
    expect(made.reported.map((one) => one.code)).toEqual(["SEARCH_TOO_WIDE"]);
  });

  it("sweeps each organisation of a shared system and says whose each record is", async () => {
    organisations.ZQB = {
      employees: [{ id: "w000", firstName: "Given0", surname: "Family0", birthDate: "1990-01-01" }],
      records: { w000: [skill("Fire Safety", "2025-01-05")] },
    };
    const { records } = await readAll(workforceApi, world({ staff: staffOf(1), organisations: ["ZQA", "ZQB"] }));
    expect(records.map((one) => ("organisation" in one ? one.organisation : undefined))).toEqual(["ZQA", "ZQB"]);
    expect(new Set(records.map((one) => ("claim" in one ? one.claim?.personKey : "")))).toEqual(new Set(["ZQA/w000", "ZQB/w000"]));
  });

  it("leaves of what the connection may not read nothing but that it was there", async () => {
    organisations.ZQA!.records.w000 = [{ recordType: "Vaccination", code: "HEPB001", date: "2024-10-01" }];
    const { raw, records } = await readAll(workforceApi, world({ staff: staffOf(1), settings: { reads: ["core-skills"] } }));
    expect(records).toEqual([{ ignored: "record-type-not-read" }]);
    expect(raw).toEqual([{ recordType: "NotRead" }]);
  });
});

describe("when the vendor has trouble", () => {
  it("renews a token that the vendor has forgotten, once", async () => {
    const made = world({ staff: staffOf(60) });
    const records: unknown[] = [];
    for await (const page of workforceApi.poll!.pages(made.source, undefined)) {
      records.push(...page.records);
      api.control.revokeTokens();
    }
    expect(records).toHaveLength(60);
  });

  it("stops with credentials rejected when the token is refused again and again", async () => {
    api.control.fail("401");
    await expect(readAll(workforceApi, world({ staff: staffOf(1) }))).rejects.toMatchObject({
      code: expect.stringMatching(/CREDENTIALS_REJECTED/),
      class: "auth",
    });
  });

  it("stops when the vendor does not know our key", async () => {
    await expect(readAll(workforceApi, world({ staff: staffOf(1), key: strangerPem }))).rejects.toMatchObject({ class: "auth" });
  });

  it("goes on past somebody whose records it is refused, reports it, and says nothing about absence", async () => {
    const made = world({ staff: staffOf(3) });
    const { http } = made.source;
    const refusing: typeof http = {
      request: async (request) => {
        if (!request.url.endsWith("/w001/records")) return http.request(request);
        throw new HubError({ code: "REQUEST_REFUSED", class: "settings", detail: { status: 422, operation: request.operation } });
      },
    };
    const { records, pages } = await readAll<WorkforceCheckpoint>(workforceApi, { ...made, source: { ...made.source, http: refusing } });
    expect(records).toHaveLength(2);
    expect(made.reported.map(({ code }) => code)).toEqual(["REQUEST_REFUSED"]);
    expect(pages.at(-1)?.checkpoint.finished).toBe(true);
    expect(pages.flatMap((page) => page.completes ?? []).map(({ scope, key }) => `${scope} ${key}`)).toEqual([
      "person ZQA/w000",
      "person ZQA/w002",
    ]);
  });

  it("goes on past single people for whom the vendor always fails, reports them, and says nothing about absence", async () => {
    const meddler = await startMeddler(new URL(api.url).origin);
    worlds.push(meddler);
    meddler.meddle(({ path }) =>
      /\/w(011|012|100)\/records/.test(path) ? { status: 500, contentType: "text/plain", body: "fault" } : "pass",
    );
    const through = (url: string) => url.replace(new URL(api.url).origin, meddler.url);
    const made = world({ settings: { baseUrl: through(api.url) } });
    const { records, pages } = await readAll<WorkforceCheckpoint>(workforceApi, made);
    expect(records).toHaveLength(117);
    expect(made.reported.map(({ code, detail }) => `${code} ${detail.operation} ${detail.status}`)).toEqual(
      Array.from({ length: 3 }, () => "PERSON_NOT_ANSWERED get-employee-records 500"),
    );
    const scopes = pages.flatMap((page) => page.completes ?? []);
    expect(scopes.filter(({ scope }) => scope === "person")).toHaveLength(117);
    expect(scopes.some(({ scope, key }) => scope === "connection" || /w(011|012|100)$/.test(key))).toBe(false);
    expect(pages.at(-1)?.checkpoint.finished).toBe(true);
  });

  it("ends the run as transient when it fails for too many, and the next one goes on after the last page", async () => {
    const meddler = await startMeddler(new URL(api.url).origin);
    worlds.push(meddler);
    meddler.meddle(({ path }) =>
      /\/w(0[6-9]\d|1\d\d)\/records/.test(path) ? { status: 500, contentType: "text/plain", body: "fault" } : "pass",
    );
    const made = world({ settings: { baseUrl: api.url.replace(new URL(api.url).origin, meddler.url) } });
    const first = await readAll<WorkforceCheckpoint>(workforceApi, made, undefined, 1);
    await expect(readAll(workforceApi, made, first.checkpoint)).rejects.toMatchObject({ class: "transient" });
    meddler.meddle(undefined);
    const rest = await readAll<WorkforceCheckpoint>(workforceApi, world(), first.checkpoint);
    expect(first.records.length + rest.records.length).toBe(120);
  });

  it("stops when the vendor does not know the organisation", async () => {
    await expect(readAll(workforceApi, world({ staff: staffOf(1), organisations: ["ZQZ"] }))).rejects.toMatchObject({
      code: "REQUEST_REFUSED",
      detail: { why: "not-found" },
    });
  });

  it.each([
    ["html", "malformed-page"],
    ["500", "transient"],
    ["truncated", "transient"],
  ] as const)("a lasting fault (%s) ends the run as %s", async (fault, expected) => {
    const made = world({ staff: staffOf(1) });
    api.control.fail(fault);
    await expect(readAll(workforceApi, made)).rejects.toMatchObject({ class: expected });
  });

  it("gives up on an answer that never comes", async () => {
    api.control.fail("slow");
    await expect(readAll(workforceApi, world({ staff: staffOf(1), limits: { totalMs: 100, attempts: 1 } }))).rejects.toMatchObject({
      code: "TIMED_OUT",
    });
  });

  it("survives a fault that passes", async () => {
    api.control.fail("500", 2);
    expect((await readAll(workforceApi, world({ staff: staffOf(1) }))).records).toHaveLength(1);
  });

  it("does not begin while the vendor says that it is unhealthy", async () => {
    api.control.status("fail");
    await expect(readAll(workforceApi, world({ staff: staffOf(1) }))).rejects.toMatchObject({ class: "transient" });
    expect(searches()).toBe(0);
  });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])("V8: an error that comes as HTTP 200 is nobody's empty record (variant %i)", async (seed) => {
  api.control.plan({ seed, fault: "error-json", target: "/records" });
  await expect(readAll(workforceApi, world({ staff: staffOf(1) }))).rejects.toMatchObject({ code: "UNEXPECTED_ANSWER" });
});

describe("a vendor that answers with others than were asked for", () => {
  const through = async (spoil: (path: string, body: string) => string | undefined, staff = staffOf(20)) => {
    const meddler = await startMeddler(api.url);
    const prefix = new URL(api.url).pathname;
    meddler.meddle((seen, body) => {
      const spoilt = spoil(seen.path.slice(prefix.length), body);
      return spoilt === undefined ? "pass" : { body: spoilt };
    });
    const made = world({ staff, settings: { baseUrl: `${meddler.url}${prefix}` } });
    const found = await readAll<WorkforceCheckpoint>(workforceApi, made);
    await meddler.close();
    return { ...found, made, scopes: found.pages.flatMap((page) => page.completes ?? []) };
  };
  const known = (count: number): StaffToAsk[] =>
    staffOf(count).map((one, i) => ({ ...one, knownSourceId: `ZQA/w${String(i).padStart(3, "0")}` }));

  it("binds nobody else's records to the person asked for, and completes nothing by them", async () => {
    const { made, scopes, records } = await through((path, body) =>
      /\/w003\/records/.test(path) ? JSON.stringify({ ...JSON.parse(body), id: "w099" }) : undefined,
    );
    expect(records).toHaveLength(19);
    expect(scopes.map((one) => one.key)).not.toContain("ZQA/w003");
    expect(scopes.some((one) => one.scope === "connection")).toBe(false);
    expect(made.reported.map((one) => one.code)).toEqual(["FILTER_IGNORED"]);
  });

  it("takes no details of somebody else for those of a known id", async () => {
    const { made, scopes } = await through(
      (path, body) => (/\/w004$/.test(path) ? JSON.stringify({ ...JSON.parse(body), id: "w050" }) : undefined),
      known(20),
    );
    expect(scopes.map((one) => one.key)).not.toContain("ZQA/w004");
    expect(made.reported.map((one) => one.code)).toEqual(["FILTER_IGNORED"]);
  });

  it("does not even look at hits who were born on another day", async () => {
    const others = [{ id: "w077", firstName: "Given77", surname: "Family77", birthDate: "1971-07-07" }];
    const { made, records } = await through((path, body) =>
      path.includes("?") ? JSON.stringify([...JSON.parse(body), ...others]) : undefined,
    );
    expect(made.offered.flatMap(({ candidates }) => candidates).some(({ personKey }) => personKey === "ZQA/w077")).toBe(false);
    expect(records).toHaveLength(20);
    expect(made.reported.map((one) => one.code)).toEqual(["FILTER_IGNORED"]);
  });

  it("doubts its own sweep when many of the people it knew are gone at once", async () => {
    organisations.ZQA!.employees.splice(0, 6);
    const { scopes } = await through(() => undefined, known(20));
    expect(scopes.at(-1)).toMatchObject({ scope: "connection", doubt: "PEOPLE_GONE" });
  });
});
