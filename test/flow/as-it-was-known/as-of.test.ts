import { systemClock } from "../../../platform/clock";
import type { FhirServer } from "../../../sandbox/fhir/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { fhirClinic, fhirYaml, immunization, patient } from "../../builders/fhir-clinic";
import { everything, hr, occupationalHealth, type TestHub, testHub } from "../../builders/hub";

const staff = anEsrPerson({ given: "Quilla", family: "Marchbanks-Oyelaran" });
let clinic: FhirServer;
let hub: TestHub;

beforeAll(async () => {
  // The database's own clock says when something was known: the hub's must not lie before it.
  const clock = systemClock;
  clinic = await fhirClinic(
    { patients: [patient(staff)], immunizations: [immunization("i1", staff, { on: "2024-05-10" })], observations: [] },
    clock,
  );
  hub = await testHub({
    yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${fhirYaml(clinic.url)}`,
    clock,
  });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(staff) });
  await hub.sync("zqa-esr");
});
afterAll(async () => {
  await hub.close();
  await clinic.close();
});

const instant = async (): Promise<string> => {
  // By the database's own clock: what was before has its millisecond behind it.
  const [row] = await hub.rows("select pg_sleep(0.005), clock_timestamp() as at");
  return row!.at.toISOString();
};
const question = `query AsOf($n: String!, $at: DateTimeISO, $day: String) { staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $n, organisation: "ZQA") {
  assignments(asOf: $at, validOn: $day) { number }
  health(asOf: $at, validOn: $day) { immunisations { givenOn state provenance { origin } } } } }`;
const told = async (at?: string, day?: string) =>
  (await hub.ask(question, { n: staff.number, at, day }, occupationalHealth("ZQA"))).staffMemberByIdentifier;
const doses = async (at?: string) => (await told(at)).health.immunisations.map(({ givenOn }: { givenOn: string }) => givenOn);

test("a part tells what the hub knew at an instant: before, between two versions, and after the withdrawal", async () => {
  const before = await instant();
  await hub.sync("zqa-oh");
  const first = await instant();
  clinic.control.put(immunization("i1", staff, { on: "2024-05-12" }));
  await hub.sync("zqa-oh");
  const corrected = await instant();
  clinic.control.put({ ...immunization("i1", staff, { on: "2024-05-12" }), status: "entered-in-error" });
  await hub.sync("zqa-oh");
  expect(await doses()).toEqual([]);
  expect(await doses(corrected)).toEqual(["2024-05-12"]);
  expect(await doses(first)).toEqual(["2024-05-10"]);
  expect(await doses(before)).toEqual([]);
  // Withdrawn later: then in force still.
  expect((await told(corrected)).health.immunisations[0].state).toBe("IN_FORCE");
  expect((await told(first)).assignments).toHaveLength(1);
});

test("today's rules decide who reads it, and the audit names the instant", async () => {
  const at = await instant();
  await told(at);
  const [event] = await hub.rows("select decision, reason, kinds from audit.event where operation = 'AsOf' order by id desc limit 1");
  expect(event).toMatchObject({ decision: "ALLOW", reason: `as-of ${at}` });
  expect(event!.kinds).toContain("immunisation");
  await expect(
    hub.ask(
      `query H($n: String!, $at: DateTimeISO) { staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $n, organisation: "ZQA") {
    health(asOf: $at) { immunisations { givenOn } withheld { field reason } } } }`,
      { n: staff.number, at },
      hr("ZQA"),
    ),
  ).resolves.toMatchObject({
    staffMemberByIdentifier: { health: { immunisations: null } },
  });
});

test("the future is not known, and what history keeps of a person is sealed", async () => {
  await expect(told("2999-01-01T00:00:00Z")).resolves.toMatchObject({ health: null, assignments: null });
  await expect(told(undefined, "31/01/2026")).resolves.toMatchObject({ health: null });
  const tables = await everything(hub, ["ops"]);
  expect(tables.get("ops.record_version")).not.toContain("2024-05");
  expect(tables.get("ops.state_change")).toContain("IN_FORCE");
});
