import { readFileSync, rmSync } from "node:fs";
import { letTidewaterDeliver } from "../../../cli/compose/tidewater";
import { fixedClock } from "../../../platform/clock";
import { openQueue } from "../../../platform/queue";
import { type Sandbox, startSandbox } from "../../../sandbox/sandbox";
import { recordTables } from "../../../store/record-tables";
import { scheduleConnections } from "../../../sync/schedule";
import { everything, type TestHub, testFolder, testHub } from "../../builders/hub";
import { type IntakeServer, intakeOf } from "../../builders/push-vendor";

/** The whole demonstration, read twice: the widest mixture of sources, records and planted faults there is. */
const folder = testFolder();
const clock = fixedClock("2026-11-22T09:00:00Z");
let sandbox: Sandbox;
let hub: TestHub;
let intake: IntakeServer;
const order = () =>
  hub.config.connections
    .filter(({ connector }) => connector.poll)
    .sort((a, b) => Number(b.connector.name === "esr") - Number(a.connector.name === "esr"))
    .map(({ id }) => id);

beforeAll(async () => {
  sandbox = await startSandbox({ folder, clock, basePort: 0 });
  hub = await testHub({ folder, clock, yaml: readFileSync(sandbox.configuration, "utf8"), values: sandbox.environment });
  for (const id of order()) expect((await hub.sync(id)).error).toBeUndefined();
  intake = await intakeOf(hub);
  await letTidewaterDeliver(hub.foundation, sandbox.systems.tidewater, intake.origin);
}, 120_000);
const errors: string[] = [];
afterAll(async () => {
  await intake?.close();
  await hub?.close();
  await sandbox?.close();
  rmSync(folder, { recursive: true, force: true });
});

const tables = [...recordTables.values()].map(({ table }) => table);
async function footprint(): Promise<Record<string, { rows: string; versions: string }>> {
  const found: Record<string, { rows: string; versions: string }> = {};
  for (const table of [
    ...tables,
    "ops.record_version",
    "ops.raw_page",
    "staff.source_person",
    "staff.binding",
    "staff.identifier",
    "ops.refused",
  ]) {
    // xmin names the transaction that wrote the row version: an update that changes nothing would still show.
    const columns = table === "ops.refused" ? "id::text" : "xmin::text || ':' || ctid::text";
    const [row] = await hub.rows(
      `select count(*)::text as rows, md5(coalesce(string_agg(${columns}, ',' order by ${columns}), '')) as versions from ${table}`,
    );
    found[table] = row as { rows: string; versions: string };
  }
  return found;
}

test("a second read of everything writes no record, no history and no raw page, and doubles nothing", async () => {
  const before = await footprint();
  const staff = await hub.store.countStaffMembers();
  expect(staff).toBeGreaterThan(300);
  for (const id of order()) {
    const { counts, error } = await hub.sync(id);
    expect([id, error?.code, counts.applied, counts.superseded]).toEqual([id, undefined, 0, 0]);
  }
  expect(await letTidewaterDeliver(hub.foundation, sandbox.systems.tidewater, intake.origin)).toContain("nothing new");
  expect(await hub.store.countStaffMembers()).toBe(staff);
  expect(await footprint()).toEqual(before);
});

test("the counts of every page and every run close", async () => {
  expect(await hub.count("ops.page")).toBeGreaterThan(10);
  expect(
    await hub.count(
      "ops.page",
      "raw_in <> yielding + ignored + refused_raw or records <> applied + unchanged + superseded + waiting + refused",
    ),
  ).toBe(0);
  const open = await hub.rows(
    `select r.id from ops.sync_run r left join (select run_id, sum(raw_in) i, sum(yielding) y, sum(ignored) g, sum(refused_raw) f, sum(applied) a, sum(unchanged) u,
       sum(superseded) s, sum(waiting) w, sum(refused) x, count(*) n from ops.page group by 1) p on p.run_id = r.id
     where r.ended_at is null or (r.raw_in, r.yielding, r.ignored, r.refused_raw, r.applied, r.unchanged, r.superseded, r.waiting, r.refused, r.pages)
       is distinct from (coalesce(i, 0), coalesce(y, 0), coalesce(g, 0), coalesce(f, 0), coalesce(a, 0), coalesce(u, 0), coalesce(s, 0), coalesce(w, 0), coalesce(x, 0), coalesce(n, 0))`,
  );
  expect(open).toEqual([]);
});

test("records that wait, and refusals, are as many as the lists of them say", async () => {
  for (const connection of await hub.store.listConnections()) {
    const waiting = await Promise.all(
      [...recordTables.values()]
        .filter(({ aboutStaffMember }) => aboutStaffMember)
        .map(({ table }) =>
          hub.count(table, `connection_id = '${connection.id}' and staff_member_id is null and source_state <> 'WITHDRAWN'`),
        ),
    );
    expect([connection.id, connection.waiting]).toEqual([connection.id, waiting.reduce((sum, n) => sum + n, 0)]);
    expect([connection.id, connection.refused]).toEqual([
      connection.id,
      await hub.count("ops.refused", `connection_id = '${connection.id}' and resolved_at is null`),
    ]);
  }
});

test("V25: the shared occupational health system's row of another trust is refused and leaves nothing", async () => {
  const [refusal] = await hub.rows("select * from ops.refused where connection_id = 'larkspur-fhir' and code = 'OTHER_ORGANISATION'");
  expect(refusal).toMatchObject({ pointer: "/performer" });
  expect(await hub.count("oh.immunisation", `source_id = '${refusal!.source_id}'`)).toBe(0);
  expect(await hub.count("oh.immunisation", "connection_id = 'larkspur-fhir' and controller_org <> 'ZQB'")).toBe(0);
});

/** Everything that identifies somebody or tells of their health, as any of the simulated systems writes it. */
function secretsOfPeople(): { whole: Set<string>; words: Set<string> } {
  const whole = new Set<string>(Object.values(sandbox.environment));
  const words = new Set<string>();
  for (const person of sandbox.population.people) {
    whole.add(`${person.given} ${person.family}`).add(person.birthDate).add(person.birthDate.replaceAll("-", ""));
    if (person.niNumber) whole.add(person.niNumber);
    for (const { email } of person.employments) whole.add(email);
    for (const name of [person.family, person.previousFamily]) if (name && name.length >= 5) words.add(name.toLowerCase());
    const { antiHbs } = person.health;
    if (antiHbs) whole.add(`"value": ${antiHbs.value},`);
  }
  return { whole, words };
}
const { stringify } = JSON;

test("the canary: no name, birth date, NI number, result or token is in a log, a job, an error, a run, a problem or a refusal, whatever goes wrong", async () => {
  const { moodle, fernleaf, larkspurFhir, larkspurWorkforce } = sandbox.systems;
  const spoil: (() => void)[] = [
    () =>
      void [
        moodle.control.fail("html"),
        fernleaf.control.fail("html"),
        larkspurFhir.control.fail("401"),
        larkspurWorkforce.control.fail("500"),
      ],
    () =>
      void [
        moodle.control.fail("truncated"),
        fernleaf.control.fail("401"),
        larkspurFhir.control.fail("truncated"),
        larkspurWorkforce.control.fail("html"),
      ],
    () =>
      void [
        moodle.control.fail("token-expired"),
        fernleaf.control.fail("truncated"),
        larkspurFhir.control.fail("html"),
        larkspurWorkforce.control.fail("truncated"),
      ],
  ];
  for (const round of spoil) {
    (hub.clock as ReturnType<typeof fixedClock>).advance(25 * 3_600_000);
    round();
    for (const id of ["zqa-moodle", "zqb-fernleaf", "larkspur-fhir", "larkspur-workforce"]) {
      const { error } = await hub.sync(id);
      for (let one: unknown = error; one instanceof Error; one = one.cause)
        errors.push(`${one.name} ${one.message} ${stringify((one as { detail?: unknown }).detail)}`);
    }
  }
  const queue = openQueue({ backend: { postgresUrl: hub.database.url }, log: hub.foundation.log });
  await queue.ready();
  await scheduleConnections(queue, hub.config.connections, []);
  await queue.close();
  expect(errors.length).toBeGreaterThanOrEqual(9);
  const places = await everything(hub, ["ops", "audit", "bullmq"]);
  places.set("logs", hub.logs.join("\n"));
  places.set("errors", errors.join("\n"));
  places.set("problems", stringify(await hub.problems()));
  expect(hub.logs.length).toBeGreaterThan(5);
  expect([...places.keys()].some((name) => name.startsWith("bullmq.") && places.get(name)!.includes("zqa-moodle"))).toBe(true);

  // Ciphertext is looked through as bytes: as hexadecimal digits it would be full of dates.
  for (const [place, text] of places)
    places.set(
      place,
      text.replace(/\\\\x([0-9a-f]+)/g, (_, hex: string) => Buffer.from(hex, "hex").toString("latin1")),
    );
  const { whole, words } = secretsOfPeople();
  const found: string[] = [];
  for (const [place, text] of places) {
    for (const one of whole) if (text.includes(one)) found.push(`${place}: ${one}`);
    for (const word of new Set(text.toLowerCase().match(/[\p{L}'-]{5,}/gu))) if (words.has(word)) found.push(`${place}: ${word}`);
  }
  expect(found).toEqual([]);
  // The net is real: the tables that may hold people are full of them.
  const people = (await everything(hub, ["staff"])).get("staff.source_person")!;
  expect([...whole].filter((one) => people.includes(one)).length).toBeGreaterThan(300);
});
