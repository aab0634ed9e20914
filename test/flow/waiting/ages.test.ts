import { type RunningMoodle, startMoodle } from "../../../sandbox/moodle/server";
import { readWaiting } from "../../../store/read/waiting";
import { anEsrPerson } from "../../builders/esr-files";
import { fhirClinic, fhirYaml, immunization, patient } from "../../builders/fhir-clinic";
import { type TestHub, testHub } from "../../builders/hub";
import { accountOf, januaryTenth, moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import { principal } from "../../builders/principals";

const clock = {
  at: new Date("2026-11-22T09:00:00Z"),
  now: () => clock.at,
};
const people = Array.from({ length: 8 }, () => anEsrPerson());
let moodle: RunningMoodle;
let clinic: Awaited<ReturnType<typeof fhirClinic>>;
let hub: TestHub;

/** Five accounts come forty days before the last look, one each twenty and three days before, and the last on the day itself. */
const arrivals = [
  { at: "2026-10-13T09:00:00Z", accounts: [0, 1, 2, 3, 4] },
  { at: "2026-11-02T09:00:00Z", accounts: [5] },
  { at: "2026-11-19T09:00:00Z", accounts: [6] },
  { at: "2026-11-22T08:00:00Z", accounts: [7] },
];

beforeAll(async () => {
  moodle = await startMoodle({ data: moodleSite([]), token: moodleToken, clock });
  const patients = people.slice(0, 2);
  clinic = await fhirClinic(
    { patients: patients.map(patient), immunizations: patients.map((it) => immunization(`i-${it.number}`, it)), observations: [] },
    clock,
  );
  hub = await testHub({ yaml: moodleYaml(moodle.url) + fhirYaml(clinic.url), clock, values: moodleValues });
  for (const { at, accounts } of arrivals) {
    clock.at = new Date(at);
    for (const index of accounts) {
      moodle.control.putUser(accountOf(people[index]!, 101 + index));
      moodle.control.complete(101 + index, 11, januaryTenth);
    }
    await hub.sync("zqa-moodle");
  }
  await hub.sync("zqa-oh");
  clock.at = new Date("2026-11-22T09:00:00Z");
});
afterAll(async () => {
  await hub?.close();
  await clinic?.close();
  await moodle?.close();
});

/** Personal details, the achievement and the award it names, of each. */
const ages = { upToOneDay: 3, upTo7Days: 3, upTo30Days: 3, older: 15 };

test("records that wait are counted by age and organisation, the oldest named", async () => {
  expect((await hub.system("zqa-moodle")).waitingByAge).toEqual([
    {
      organisation: { odsCode: "ZQA" },
      ofHealth: false,
      fewerThanFive: false,
      records: 24,
      people: 8,
      ...ages,
      oldestAt: "2026-10-13T09:00:00.000Z",
      owner: "TRUST",
      next: expect.stringContaining("`npx lanyard match list`"),
    },
  ]);
});

test("the bands add up to what the system says is waiting", async () => {
  const { waiting, waitingByAge } = await hub.system("zqa-moodle");
  expect(waitingByAge.reduce((sum, it) => sum + it.upToOneDay! + it.upTo7Days! + it.upTo30Days! + it.older!, 0)).toBe(waiting);
});

test("of fewer than five people nothing is counted out, and health is for the trust's occupational health", async () => {
  const groups = (await hub.system("zqa-oh")).waitingByAge;
  expect(groups).toEqual([
    {
      organisation: { odsCode: "ZQA" },
      ofHealth: true,
      fewerThanFive: true,
      records: null,
      people: null,
      upToOneDay: null,
      upTo7Days: null,
      upTo30Days: null,
      older: null,
      oldestAt: "2026-11-22T08:00:00.000Z",
      owner: "TRUST",
      next: expect.stringMatching(/^The trust's occupational health: .*--as oh/),
    },
  ]);
});

test("the problem says how many wait, how old they are and whose move it is", async () => {
  await hub.rows(
    `update staff.source_person set first_seen_at = now() - case when source_key in ('user101', 'user102') then interval '41 days' else interval '3 days' end
     where connection_id = 'zqa-moodle' and source_key <> 'user108'`,
  );
  const [atMoodle] = await hub.problems("zqa-moodle");
  expect(atMoodle).toMatchObject({ code: "PERSON_UNMATCHED", count: 8, owner: "TRUST" });
  expect(atMoodle!.say).toContain("the oldest for 41 days; 1 up to a day, 5 up to 7 days, 2 longer.");
  const [atClinic] = await hub.problems("zqa-oh");
  expect(atClinic!.say).toMatch(/: the oldest for less than a day\.$/);
  expect(atClinic!.next).toMatch(/^The trust's occupational health: `npx lanyard match list --as oh`/);
});

test("a trust sees its own, and another trust nothing of it", async () => {
  const query = "{ operations { connectedSystems { id waitingByAge { records older } } } }";
  const admin = (org: string) => principal("trust-admin", { org, aal: 2, purposes: ["SETTINGS"] });
  const { operations } = await hub.ask(query, {}, admin("ZQA"));
  expect(operations.connectedSystems).toContainEqual({ id: "zqa-moodle", waitingByAge: [{ records: 24, older: 15 }] });
  expect((await hub.ask(query, {}, admin("ZQB"))).operations.connectedSystems).toEqual([]);
});

test("the waiting are found by index: no table of records is read whole", async () => {
  const client = await hub.database.pool.connect();
  try {
    const asked: { text: string; values: unknown[] }[] = [];
    const watched = Object.assign(Object.create(client), {
      query: (statement: { text: string; values: unknown[] }) => {
        asked.push(statement);
        return client.query(statement.text, statement.values);
      },
    });
    await readWaiting(watched, { connections: ["zqa-moodle", "zqa-oh"], controllerOrg: undefined, wholly: [] }, clock.now());
    expect(asked).toHaveLength(1);
    await client.query("begin");
    // On tables as small as these reading all is cheaper: asked is whether there is another way at all.
    await client.query("set local enable_seqscan = off");
    const { rows } = await client.query(`explain ${asked[0]!.text}`, asked[0]!.values);
    await client.query("rollback");
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).not.toContain("Seq Scan");
    expect(plan).toContain("achievement_staff_member");
  } finally {
    client.release();
  }
});
