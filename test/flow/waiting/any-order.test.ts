import fc from "fast-check";
import { fixedClock } from "../../../platform/clock";
import { type RunningMoodle, startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson, assignmentRow, type EsrPerson, personRow, writeGoFile } from "../../builders/esr-files";
import { fhirClinic, fhirYaml, immunization, patient } from "../../builders/fhir-clinic";
import { type TestHub, testHub } from "../../builders/hub";
import { accountOf, moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";

const clock = fixedClock("2026-11-22T09:00:00Z");
const esr = "  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n";

/** Whom everybody knows by the same number from the start. */
const known = anEsrPerson();
/** Whose account gets its employee number later. */
const numberless = anEsrPerson();
/** Whom ESR's first file tells of with the number of nobody and a name mistyped; the next one puts that right. */
const corrected = anEsrPerson();
const mistaken: EsrPerson = { ...corrected, number: "99390001", family: "Tppyo", born: "1951-02-03" };
/** Whom ESR does not know. */
const stranger = anEsrPerson();
const staff = [known, numberless, corrected];

const events = ["ESR tells of the people", "the LMS is read", "OH is read", "an account changes", "ESR corrects a person"] as const;
type Event = (typeof events)[number];

const rowsOf = (person: EsrPerson) => [personRow(person), assignmentRow(person)];

/** Plays the events in this order in a hub of its own, and says what is there in the end. */
async function endOf(order: readonly Event[], meddle: (hub: TestHub) => void = () => undefined) {
  const everybody = [...staff, stranger];
  const moodle: RunningMoodle = await startMoodle({
    data: moodleSite(everybody),
    token: moodleToken,
    clock,
  });
  const nameless = accountOf(numberless, 102, { idnumber: "", firstname: "User", lastname: "Onehundredtwo" });
  moodle.control.putUser(nameless);
  const clinic = await fhirClinic(
    {
      patients: everybody.map(patient),
      immunizations: everybody.map((person) => immunization(`i-${person.number}`, person)),
      observations: [],
    },
    clock,
  );
  const hub = await testHub({ yaml: esr + moodleYaml(moodle.url) + fhirYaml(clinic.url), clock, values: moodleValues });
  meddle(hub);
  const play: Record<Event, () => Promise<unknown>> = {
    "ESR tells of the people": async () => {
      const rows = [known, numberless, mistaken].flatMap(rowsOf);
      writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows });
      await hub.sync("zqa-esr");
    },
    "ESR corrects a person": async () => {
      const rows = rowsOf(corrected);
      writeGoFile(`${hub.folder}/esr`, { kind: "GOC", day: "2026-11-20", sequence: 102, previousDay: "2026-11-19", rows });
      await hub.sync("zqa-esr");
    },
    "the LMS is read": () => hub.sync("zqa-moodle"),
    "OH is read": () => hub.sync("zqa-oh"),
    "an account changes": async () => {
      moodle.control.putUser(accountOf(numberless, 102));
      await hub.sync("zqa-moodle");
    },
  };
  try {
    for (const event of order) await play[event]();
    return await stateOf(hub);
  } finally {
    await hub.close();
    await clinic.close();
    await moodle.close();
  }
}

async function stateOf(hub: TestHub) {
  const people = await hub.rows(
    `select p.connection_id, p.source_key, p.state, (select string_agg(e.source_key, ',' order by e.source_key) from staff.source_person e
       where e.system = 'esr' and e.staff_member_id = p.staff_member_id) as whose, (select count(*)::int from staff.match_proposal m where m.source_person_id = p.id) as proposals
     from staff.source_person p order by 1, 2`,
  );
  const tables = ["staff.personal_details", "staff.assignment", "learning.achievement", "learning.competence_award", "oh.immunisation"];
  const records = await hub.rows(
    tables
      .map(
        (
          table,
        ) => `select '${table}' as kind, t.connection_id, t.source_id, t.valid_from, t.source_state, p.source_key, t.staff_member_id is not distinct from p.staff_member_id as follows,
            t.staff_member_id is not null as bound from ${table} t join staff.source_person p on p.id = t.source_person_id`,
      )
      .join(" union all ")
      .concat(" order by 1, 2, 3, 4"),
  );
  const systems = await Promise.all(["zqa-esr", "zqa-moodle", "zqa-oh"].map((id) => hub.system(id)));
  const counts = systems.map(({ id, waiting, refused, problems }) => ({
    id,
    waiting,
    refused,
    problems: problems.map(({ code, count }) => ({ code, count })),
  }));
  return { people, records, counts, staffMembers: await hub.store.countStaffMembers() };
}

let expected: Awaited<ReturnType<typeof stateOf>>;
beforeAll(async () => {
  expected = await endOf(events);
});

test("in the order in which it is meant, everybody whom ESR knows is bound, and the others wait", () => {
  expect(expected.staffMembers).toBe(3);
  expect(expected.records.every((it) => it.follows)).toBe(true);
  const waiting = expected.people.filter((it) => it.whose === null);
  expect(waiting.map((it) => it.connection_id)).toEqual(["zqa-moodle", "zqa-oh"]);
  for (const { id } of staff) expect(expected.people.filter((it) => it.whose === id).map((it) => it.connection_id)).toHaveLength(3);
  expect(expected.counts.map(({ id, waiting }) => [id, waiting > 0])).toEqual([
    ["zqa-esr", false],
    ["zqa-moodle", true],
    ["zqa-oh", true],
  ]);
});

test("whatever the order of arrival, the end state is the same", async () => {
  const order = fc.shuffledSubarray([...events], { minLength: events.length });
  await fc.assert(
    fc.asyncProperty(order, async (arrival) => {
      expect(await endOf(arrival)).toEqual(expected);
    }),
    { numRuns: 6, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false, endOnFailure: true },
  );
}, 60_000);

test("a hub that forgot who waits would be found out", async () => {
  const forgetful = (hub: TestHub) => void Object.assign(hub.store.people, { waitingFor: async () => [] });
  const late: Event[] = ["the LMS is read", "an account changes", "OH is read", "ESR tells of the people", "ESR corrects a person"];
  expect(await endOf(late, forgetful)).not.toEqual(expected);
});
