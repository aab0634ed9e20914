import { breakerPause, createPace, type Pace } from "../../../connectors/kit/pace";
import { fixedClock } from "../../../platform/clock";
import { type FhirServer, startFhir } from "../../../sandbox/fhir/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { fhirYaml, immunization, patient } from "../../builders/fhir-clinic";
import { type TestHub, testHub } from "../../builders/hub";
import { type Meddler, startMeddler } from "../../builders/meddler";

const clock = fixedClock("2026-11-22T09:00:00Z");
/** The vendor's clock: it may be wrong. */
const vendors = fixedClock("2026-11-22T09:00:00Z");
const staff = anEsrPerson();
let clinic: FhirServer;
let meddler: Meddler;
let hub: TestHub;
let other: TestHub;

beforeEach(async () => {
  const immunizations = Array.from({ length: 6 }, (_, at) => immunization(`i${at}`, staff, { on: `2024-0${at + 1}-11` }));
  clinic = await startFhir({ patients: [patient(staff)], immunizations, observations: [], clock: vendors });
  meddler = await startMeddler(clinic.url);
  const one = fhirYaml(`${meddler.url}/fhir/R4`, "pageSize: 2");
  const yaml = `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }${one}${one.replace("zqa-oh", "zqa-second")}`;
  hub = await testHub({ yaml, clock });
  other = await testHub({ yaml, clock, folder: hub.folder, databaseUrl: hub.database.url });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(staff) });
  await hub.sync("zqa-esr");
});
afterEach(async () => {
  await other.close();
  await hub.close();
  await meddler.close();
  await clinic.close();
});

const held = () => hub.count("oh.immunisation", "connection_id = 'zqa-oh' and source_state = 'IN_FORCE'");
const instance = async () => (await hub.rows("select vendor_instance from ops.connection where id = 'zqa-oh'"))[0]!.vendor_instance;

test("connections to the same hosts by the same connector are one installation with one budget, which every worker knows", async () => {
  expect(await hub.rows("select instance from ops.vendor_pace")).toEqual([{ instance: `fhir ${new URL(meddler.url).host}` }]);
  expect(await hub.rows("select count(distinct vendor_instance)::int as n from ops.connection where vendor_instance is not null")).toEqual([
    { n: 1 },
  ]);
});

test("two workers that ask as fast as they may stay within the budget together", async () => {
  const perSecond = 20;
  const asked: number[] = [];
  const abort = new AbortController();
  // Real time: what counts is when the vendor would see a request.
  const paceOf = (one: TestHub, name: string): Pace =>
    createPace({
      ledger: one.store.vendorPace.ledgerOf(name, breakerPause),
      perSecond,
      host: "vendor.example",
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      signal: abort.signal,
      random: Math.random,
      nowMs: () => performance.now(),
      failuresInARow: 5,
      longestHoldMs: 20_000,
    });
  const name = await instance();
  await Promise.all(
    [hub, other].map(async (one) => {
      const pace = paceOf(one, name);
      // Four at once, as a connector asks.
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          for (let at = 0; at < 7; at += 1) {
            const turn = await pace.take();
            asked.push(performance.now());
            await turn.ended();
          }
        }),
      );
    }),
  );
  asked.sort((a, b) => a - b);
  expect(asked).toHaveLength(56);
  // In no second more than the budget and half a second's chunk; over all of it the budget.
  for (const from of asked) expect(asked.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(perSecond * 1.5);
  expect((asked.length - perSecond / 2) / ((asked.at(-1)! - asked[0]!) / 1000)).toBeLessThanOrEqual(perSecond);
});

test("V14: a system whose clock is an hour ahead, and jumps back, loses nothing, and somebody is told", async () => {
  vendors.advance(3_600_000);
  clinic.control.put(immunization("late", staff, { on: "2024-10-11" }));
  await hub.sync("zqa-oh");
  expect(await held()).toBe(7);
  expect(await hub.problems("zqa-oh")).toMatchObject(
    ["clinical tests", "immunisations"].map((subject) => ({
      code: "CLOCK_AHEAD",
      subject,
      owner: "VENDOR",
      say: expect.stringContaining("3600 s"),
    })),
  );
  // Fresh as of a time that has not come would hide for an hour that nothing arrives.
  const [row] = await hub.rows("select max(fresh_as_of) as fresh from ops.data_set where connection_id = 'zqa-oh'");
  expect(row!.fresh.getTime()).toBeLessThanOrEqual(clock.now().getTime());
  vendors.advance(-3_600_000);
  clinic.control.put(immunization("later", staff, { on: "2024-11-11" }));
  clinic.control.put(immunization("i0", staff, { on: "2024-01-12" }));
  clock.advance(60_000);
  await hub.sync("zqa-oh");
  expect(await held()).toBe(8);
  expect(
    await hub.rows("select given_on::text from oh.immunisation where connection_id = 'zqa-oh' and source_id = 'Immunization/i0'"),
  ).toEqual([{ given_on: "2024-01-12" }]);
});

test("V14: a change dated in the year 9999 is refused by itself and bars nothing that the vendor says later", async () => {
  meddler.meddle((seen, body) =>
    seen.path.includes("/Immunization")
      ? { body: body.replace(/("id":"i3"[^}]*"lastUpdated":")[^"]*/, "$19999-12-31T23:59:59Z"), contentType: "application/fhir+json" }
      : "pass",
  );
  expect(await hub.sync("zqa-oh")).toMatchObject({ outcome: "COMPLETED", counts: { applied: 5, refused: 1 } });
  expect(await hub.rows("select code, pointer, source_id from ops.refused where resolved_at is null")).toEqual([
    { code: "RECORD_INVALID", pointer: "/changedAt", source_id: "Immunization/i3" },
  ]);
  meddler.meddle(undefined);
  for (const advanced of [clock, vendors]) advanced.advance(60_000);
  clinic.control.put(immunization("i3", staff, { on: "2024-04-12" }));
  await hub.sync("zqa-oh");
  expect(await held()).toBe(6);
  expect(await hub.count("ops.refused", "resolved_at is null")).toBe(0);
});
