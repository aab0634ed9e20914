import { fixedClock } from "../../../platform/clock";
import { type FhirServer, startFhir } from "../../../sandbox/fhir/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { immunization, patient, staffNumberSystem } from "../../builders/fhir-clinic";
import { type TestHub, testHub } from "../../builders/hub";
import { type Meddler, startMeddler } from "../../builders/meddler";

const staff = anEsrPerson();
const clock = fixedClock("2026-11-22T09:00:00Z");
let clinic: FhirServer;
let meddler: Meddler;
let hub: TestHub;

beforeEach(async () => {
  const immunizations = Array.from({ length: 6 }, (_, at) => immunization(`i${at}`, staff, { on: `2024-0${at + 1}-11` }));
  clinic = await startFhir({ patients: [patient(staff)], immunizations, observations: [], clientId: "hub", clientSecret: "s", clock });
  meddler = await startMeddler(clinic.url);
  const origin = meddler.url;
  hub = await testHub({
    yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }
  - id: zqa-oh
    connector: fhir
    organisations: [ZQA]
    settings:
      baseUrl: "${origin}/fhir/R4"
      auth: { kind: client-credentials, tokenUrl: "${origin}/oauth2/token", clientId: hub, clientSecret: { env: SECRET } }
      staffIdentifierSystem: "${staffNumberSystem}"
      patientLookup: include
      pageSize: 2
`,
    clock,
    values: { SECRET: "s" },
  });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(staff) });
  await hub.sync("zqa-esr");
});
afterEach(async () => {
  await hub.close();
  await meddler.close();
  await clinic.close();
});
const held = () => hub.count("oh.immunisation", "staff_member_id is not null and source_state = 'IN_FORCE'");

test("V2: a burst of the vendor's own errors is ridden out, and every record arrives once", async () => {
  clinic.control.fail("500", 3);
  expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "COMPLETED", counts: { applied: 6 } });
  expect(await held()).toBe(6);
});

test("V2: errors that do not end stop the run, and the next one goes on where it was", async () => {
  meddler.meddle((seen) => (seen.path.includes("_cursor") ? { status: 502, contentType: "text/plain", body: "bad gateway" } : "pass"));
  expect((await hub.sync("zqa-oh")).error).toMatchObject({ code: "VENDOR_ERROR", class: "transient" });
  expect(await held()).toBe(2);
  meddler.meddle(undefined);
  const asked = meddler.seen.length;
  expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "COMPLETED", counts: { applied: 4 } });
  expect(meddler.seen.slice(asked).find((seen) => seen.path.includes("/Immunization"))?.path).toContain("_cursor");
  expect(await held()).toBe(6);
});

test("I12: what a sweep lacks that went on after an interruption is only suspected; the next one confirms it", async () => {
  await hub.sync("zqa-oh");
  clock.advance(8 * 86_400_000);
  clinic.control.remove("Immunization", "i5");
  meddler.meddle((seen) => (seen.path.includes("_cursor") ? { status: 502, contentType: "text/plain", body: "bad gateway" } : "pass"));
  expect((await hub.sync("zqa-oh")).error).toMatchObject({ code: "VENDOR_ERROR" });
  meddler.meddle(undefined);
  expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "COMPLETED" });
  expect(await hub.rows("select source_id from oh.immunisation where source_state = 'SUSPECTED'")).toEqual([
    { source_id: "Immunization/i5" },
  ]);
  expect(await hub.count("oh.immunisation", "source_state = 'WITHDRAWN'")).toBe(0);
  // The next night reads everything again.
  clock.advance(86_400_000);
  expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "COMPLETED" });
  expect(await hub.rows("select source_id from oh.immunisation where source_state = 'WITHDRAWN'")).toEqual([
    { source_id: "Immunization/i5" },
  ]);
});

test("V10: a next link that leads back is a loop; what was read before it stays", async () => {
  let first: string | undefined;
  meddler.meddle((seen, body) => {
    if (!seen.path.includes("/Immunization")) return "pass";
    first ??= body;
    return { body: first };
  });
  expect((await hub.sync("zqa-oh")).error).toMatchObject({ code: "PAGE_LOOP", class: "malformed-page" });
  expect(await held()).toBe(2);
  expect(await hub.count("ops.page", "connection_id = 'zqa-oh'")).toBeLessThanOrEqual(3);
});

test("V23: a token that ends in the middle of a run is fetched once more, and the run goes on", async () => {
  let revoked = false;
  meddler.meddle((seen) => {
    if (seen.path.includes("/Immunization") && !revoked) {
      revoked = true;
      clinic.control.revokeTokens();
    }
    return "pass";
  });
  expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "COMPLETED" });
  expect(await held()).toBe(6);
  expect(meddler.seen.filter((seen) => seen.path === "/oauth2/token")).toHaveLength(2);
});

test("V23: a token that is rejected again after it was renewed stops the connection without trying for ever", async () => {
  clinic.control.fail("401");
  expect((await hub.sync("zqa-oh")).error).toMatchObject({ code: "CREDENTIALS_REJECTED", class: "auth" });
  expect(await hub.system("zqa-oh")).toMatchObject({ state: "NEVER_WORKED", problems: [{ owner: "TRUST" }] });
  expect(meddler.seen.length).toBeLessThanOrEqual(6);
});

test.each(["http://169.254.169.254/latest/meta-data", "http://records.elsewhere.example.test/fhir", "file:///etc/passwd"])(
  "V24: a next link to %s is refused, and nothing is sent there",
  async (target) => {
    meddler.meddle((seen, body) => {
      if (!seen.path.includes("/Immunization")) return "pass";
      const answer = JSON.parse(body);
      answer.link = [{ relation: "next", url: target }];
      return { body: JSON.stringify(answer) };
    });
    expect((await hub.sync("zqa-oh")).error).toMatchObject({ code: "FOREIGN_HOST", class: "settings" });
    expect(await held()).toBe(2);
  },
);

test("V16: a record that was entered in error is withdrawn, and a corrected one is in force again", async () => {
  await hub.sync("zqa-oh");
  clock.advance(60_000);
  clinic.control.put({ ...immunization("i3", staff, { on: "2024-04-11" }), status: "entered-in-error" });
  await hub.sync("zqa-oh");
  expect(await held()).toBe(5);
  clock.advance(60_000);
  clinic.control.put(immunization("i3", staff, { on: "2024-04-12" }));
  await hub.sync("zqa-oh");
  expect(await held()).toBe(6);
  expect(await hub.rows("select given_on from oh.immunisation where source_id = 'Immunization/i3'")).toEqual([{ given_on: "2024-04-12" }]);
});
