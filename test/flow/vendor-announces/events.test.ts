import { exportPKCS8, exportSPKI, generateKeyPair } from "jose";
import { fixedClock } from "../../../platform/clock";
import { startWorkforceApi, type WorkforceApi, type WorkforceOrganisation } from "../../../sandbox/workforce-api/server";
import { fetchEvents } from "../../../sync/events";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { type TestHub, testHub } from "../../builders/hub";
import { type PushAnswer, type PushVendor, pushVendor } from "../../builders/push-vendor";

const clock = fixedClock("2026-11-22T09:00:00Z");
const people = [anEsrPerson(), anEsrPerson(), anEsrPerson()];
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
let pem: { private: string; public: string };
let organisation: WorkforceOrganisation;
let api: WorkforceApi;
let hub: TestHub;
let vendor: PushVendor;
let apiKey: string;

beforeAll(async () => {
  const pair = await generateKeyPair("RS512", { extractable: true });
  pem = { private: await exportPKCS8(pair.privateKey), public: await exportSPKI(pair.publicKey) };
});
beforeEach(async () => {
  organisation = {
    employees: people.map(({ id, given, family, born }, at) => ({
      id: `w${at}`,
      firstName: given,
      surname: family,
      birthDate: born,
      esrIdentifier: id,
    })),
    records: { w0: [skill("2026-01-10")], w1: [skill("2026-01-11")], w2: [skill("2026-01-12")] },
  };
  api = await startWorkforceApi({ organisations: { ZQA: organisation }, clientId: "hub", publicKeyPem: pem.public, keyId: "k1", clock });
  hub = await testHub({
    yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }
  - { id: zqa-lms, connector: push, organisations: [ZQA] }
  - id: zqa-workforce
    connector: workforce-api
    organisations: [ZQA]
    settings: { baseUrl: "${api.url}", tokenUrl: "${api.tokenUrl}", clientId: hub, privateKey: { env: PEM }, keyId: k1, reads: [core-skills] }
`,
    clock,
    values: { PEM: pem.private },
  });
  // The third is somebody whom this trust does not employ.
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(people[0]!, people[1]!) });
  await hub.sync("zqa-esr");
  await hub.sync("zqa-workforce");
  vendor = await pushVendor(hub);
  const issued = await hub.store.intake.issueKey({ connectionId: "zqa-workforce", organisation: "ZQA", by: "test", algorithm: "api-key" });
  apiKey = issued.secret;
});
afterEach(async () => {
  await vendor.close();
  await hub.close();
  await api.close();
});

const event = (subject: string, more: Readonly<Record<string, unknown>> = {}) => ({
  specversion: "1.0",
  id: `236a1d4a-5d69-4fa9-9c7f-${subject}`,
  source: "com.example.workforce",
  type: "employee-elearning-completed",
  time: "2026-11-22T08:59:00Z",
  subject,
  filtering: { organisation: "ZQA" },
  dataref: `https://workforce.example/dsp-api/organisations/ZQA/employees/${subject}/records`,
  ...more,
});
const publish = (body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<PushAnswer> =>
  vendor.send("/events", "POST", { "content-type": "application/cloudevents+json", apikey: apiKey, ...headers }, JSON.stringify(body));
const connections = () => new Map(hub.config.connections.map((connection) => [connection.id, connection]));
const fetchAll = () =>
  fetchEvents(hub.foundation.engine, hub.store.vendorEvents, connections(), { holder: "test", signal: new AbortController().signal });
const awards = () =>
  hub.rows("select source_id, awarded_on from learning.competence_award where connection_id = 'zqa-workforce' order by awarded_on");
const asked = () => api.control.requests.flatMap((one) => (one.includes("/employees/") ? [one.replace(/^GET /, "")] : []));

test("an event is answered when it is stored, and then its person, and nobody else, is read from the vendor's system", async () => {
  expect((await awards()).map(({ awarded_on }) => awarded_on)).toEqual(["2026-01-10", "2026-01-11"]);
  organisation.records.w0!.push({
    ...skill("2026-11-21"),
    subjectName: "Health, Safety and Welfare",
    competencyName: "Health, Safety and Welfare",
  });
  organisation.records.w1!.push({
    ...skill("2026-11-20"),
    subjectName: "Health, Safety and Welfare",
    competencyName: "Health, Safety and Welfare",
  });
  const before = await hub.system("zqa-workforce");
  const [{ checkpoint }] = (await hub.rows("select checkpoint from ops.connection where id = 'zqa-workforce'")) as [
    { checkpoint: unknown },
  ];
  const seen = asked().length;
  expect(await publish(event("w0"))).toMatchObject({ status: 200, body: { id: "236a1d4a-5d69-4fa9-9c7f-w0" } });
  // Nothing has been asked for the answer.
  expect(asked().length).toBe(seen);
  expect(await fetchAll()).toMatchObject({ fetched: 1, unknown: 0, postponed: 0 });
  expect(asked().slice(seen)).toEqual(["/dsp-api/organisations/ZQA/employees/w0", "/dsp-api/organisations/ZQA/employees/w0/records"]);
  expect((await awards()).map(({ awarded_on }) => awarded_on)).toEqual(["2026-01-10", "2026-01-11", "2026-11-21"]);
  const [row] = await hub.rows("select state, subject, run_id is not null as ran from ops.vendor_event");
  expect(row).toEqual({ state: "FETCHED", subject: null, ran: true });
  // The sweep stands where it stood, and so does what is known of the whole.
  expect(await hub.rows("select checkpoint from ops.connection where id = 'zqa-workforce'")).toEqual([{ checkpoint }]);
  expect((await hub.system("zqa-workforce")).freshAsOf).toBe(before.freshAsOf);
  // The same again: the same answer, and nothing to do.
  expect((await publish(event("w0"))).status).toBe(200);
  expect(await fetchAll()).toMatchObject({ fetched: 0 });
});

test("of somebody who is not ours nothing is asked, nothing is answered and nothing is kept but that something came", async () => {
  const seen = asked().length;
  for (const stranger of ["w2", "nobody-at-all"]) expect((await publish(event(stranger))).status).toBe(200);
  expect(await fetchAll()).toMatchObject({ fetched: 0, unknown: 2 });
  expect(asked().length).toBe(seen);
  expect(await hub.rows("select state, subject from ops.vendor_event")).toEqual(
    Array.from({ length: 2 }, () => ({ state: "UNKNOWN_PERSON", subject: null })),
  );
});

test("several events about one person are one reading; a vendor that is away is asked again later, a busy connection soon", async () => {
  for (const id of ["a", "b", "c"]) await publish(event("w0", { id }));
  api.control.fail("500");
  expect(await fetchAll()).toMatchObject({ fetched: 0, postponed: 1 });
  expect(await fetchAll()).toMatchObject({ postponed: 0 });
  expect(await hub.rows("select state, attempts, error_code from ops.vendor_event")).toEqual(
    Array.from({ length: 3 }, () => ({ state: "WAITING", attempts: 1, error_code: "VENDOR_ERROR" })),
  );
  api.control.fail(undefined);
  clock.advance(3_600_000);
  const lease = await hub.store.connections.lease("zqa-workforce", "a sweep", 600);
  expect(await fetchAll()).toMatchObject({ postponed: 1 });
  await hub.store.connections.release("zqa-workforce", lease!.number);
  clock.advance(10_000);
  const runs = await hub.count("ops.sync_run", "trigger = 'event'");
  expect(await fetchAll()).toMatchObject({ fetched: 1 });
  expect(await hub.count("ops.sync_run", "trigger = 'event'")).toBe(runs + 1);
  expect(await hub.count("ops.vendor_event", "state = 'FETCHED'")).toBe(3);
});

test("an event that could not be followed for a day is given up, said, and left to the next sweep", async () => {
  await publish(event("w0"));
  api.control.fail("500");
  await fetchAll();
  clock.advance(25 * 3_600_000);
  expect(await fetchAll()).toMatchObject({ givenUp: 1 });
  expect((await hub.problems("zqa-workforce")).map(({ code }) => code)).toContain("EVENT_NOT_FETCHED");
});

const mistakes: readonly (readonly [what: string, body: unknown, status: number, code: string, pointer: string])[] = [
  ["no event", [], 400, "BODY_INVALID", "/"],
  ["another version", event("w0", { specversion: "0.3" }), 400, "BODY_INVALID", "/specversion"],
  ["no time", event("w0", { time: "yesterday" }), 400, "BODY_INVALID", "/time"],
  ["another type", event("w0", { type: "employee-promoted" }), 400, "BODY_INVALID", "/type"],
  ["a type that is not read here", event("w0", { type: "employee-dbs-check-completed" }), 400, "BODY_INVALID", "/type"],
  ["a prototype's name", event("w0", { type: "constructor" }), 400, "BODY_INVALID", "/type"],
  ["another organisation", event("w0", { filtering: { organisation: "ZQB" } }), 403, "OTHER_ORGANISATION", "/filtering/organisation"],
  ["an address of somebody else", event("w0", { dataref: event("w1").dataref }), 400, "BODY_INVALID", "/dataref"],
  ["an address that is none", event("w0", { dataref: "file:///etc/passwd" }), 400, "BODY_INVALID", "/dataref"],
];
test("what is no event of ours is refused with the field, in both the contract's words and ours, and nothing is recorded", async () => {
  for (const [what, body, status, code, pointer] of mistakes) {
    const answer = await publish(body);
    expect([what, answer.status, answer.body.code, answer.body.errors?.[0]?.pointer]).toEqual([what, status, code, pointer]);
    expect(answer.body).toMatchObject({
      resourceType: "OperationOutcome",
      issue: [{ severity: "error", details: { text: expect.any(String) } }],
    });
  }
  expect(await hub.count("ops.vendor_event")).toBe(0);
  await publish(event("w0"));
  expect(await publish(event("w1", { id: event("w0").id }))).toMatchObject({ status: 409, body: { code: "EVENT_ID_REUSED" } });
  expect(await hub.count("ops.vendor_event")).toBe(1);
});

test("a wrong key, a revoked one and a key that signs open nothing; an API key sends no records", async () => {
  const bad = [apiKey.replace(/.$/, (last) => (last === "A" ? "B" : "A")), vendor.secret, "", `lanyard_${vendor.keyId}_${"A".repeat(43)}`];
  for (const apikey of bad) expect((await publish(event("w0"), { apikey })).status).toBe(401);
  const answer = await vendor.send("/intake/zqa-lms/records", "POST", { "content-type": "application/json", apikey: apiKey }, "{}");
  expect(answer.status).toBe(401);
  const id = apiKey.split("_")[1]!;
  await hub.store.intake.revokeKey({ id, by: "test", reason: "test" });
  expect((await publish(event("w0"))).status).toBe(401);
  expect(await hub.count("ops.vendor_event")).toBe(0);
  // Who only announces is polled all the same.
  expect((await hub.system("zqa-workforce")).state).toBe("ON_TIME");
});

test("an event may be signed instead, at the connection's own address", async () => {
  const { secret } = await hub.store.intake.issueKey({ connectionId: "zqa-workforce", organisation: "ZQA", by: "test" });
  const payload = JSON.stringify(event("w0"));
  const headers = vendor.headersOf(payload, { secret });
  expect((await vendor.send("/intake/zqa-workforce/events", "POST", headers, payload)).status).toBe(200);
  expect((await vendor.send("/intake/zqa-workforce/events", "POST", headers, `${payload} `)).status).toBe(401);
});
