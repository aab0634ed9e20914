import { fixedClock } from "../../../platform/clock";
import type { MoodleUser } from "../../../sandbox/moodle/server";
import { type RunningMoodle, startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson, type EsrPerson, employed, personRow, writeGoFile } from "../../builders/esr-files";
import { type TestHub, testHub } from "../../builders/hub";
import { accountOf, moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";

const clock = fixedClock("2026-11-22T09:00:00Z");
const esr = "  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n";
let moodle: RunningMoodle;
let hub: TestHub;

async function world(people: readonly EsrPerson[], users: readonly MoodleUser[] = []): Promise<void> {
  moodle = await startMoodle({ data: moodleSite(people, { users }), token: moodleToken, clock });
  hub = await testHub({ yaml: esr + moodleYaml(moodle.url), clock, values: moodleValues });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
}
afterEach(async () => {
  await hub.close();
  await moodle.close();
});

const achievements = async (person: EsrPerson): Promise<{ title: string }[]> =>
  (
    await hub.ask(
      `query P($n: String!) { staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $n, organisation: "ZQA") { learning { achievements { title } } } }`,
      { n: person.number },
    )
  ).staffMemberByIdentifier.learning.achievements;
const link = async (username: string) =>
  (
    await hub.rows(
      "select id, state, staff_member_id as staff from staff.source_person where connection_id = 'zqa-moodle' and source_key = $1",
      [username],
    )
  )[0]!;

test("learning that arrives before ESR waits for its person, and is bound when ESR tells of them", async () => {
  const person = anEsrPerson();
  await world([person]);
  const early = await hub.sync("zqa-moodle");
  // Personal details, the achievement and the award it names.
  expect(early.counts).toMatchObject({ applied: 0, waiting: 3 });
  expect(await hub.system("zqa-moodle")).toMatchObject({
    waiting: 3,
    problems: [{ code: "PERSON_UNMATCHED", owner: "TRUST", next: expect.stringContaining("lanyard match list") }],
  });
  await hub.sync("zqa-esr");
  expect(await achievements(person)).toEqual([{ title: "Fire safety online" }]);
  expect(await hub.system("zqa-moodle")).toMatchObject({ waiting: 0, problems: [] });
  expect((await hub.sync("zqa-moodle")).counts).toMatchObject({ applied: 0, waiting: 0 });
});

test("the order of arrival does not matter for what the record holds", async () => {
  const people = [anEsrPerson(), anEsrPerson(), anEsrPerson()];
  const records = async () =>
    hub.rows("select source_id, source_state, staff_member_id is not null as bound from learning.competence_award order by 1");
  await world(people);
  await hub.sync("zqa-esr");
  await hub.sync("zqa-moodle");
  const esrFirst = await records();
  await hub.close();
  await moodle.close();
  await world(people);
  await hub.sync("zqa-moodle");
  await hub.sync("zqa-esr");
  expect(await records()).toEqual(esrFirst);
  expect(esrFirst.map(({ bound }) => bound)).toEqual([true, true, true]);
});

test("two accounts of one person with one employee number are both theirs, and what they tell stays told apart", async () => {
  const person = anEsrPerson({ given: "Siobhan", family: "Featherstone" });
  await world([person], [accountOf(person, 150, { firstname: "Siobhan", lastname: "Featherstone" })]);
  await hub.sync("zqa-esr");
  await hub.sync("zqa-moodle");
  const [first, second] = [await link("user101"), await link("user150")];
  expect(first.state).toBe("BOUND");
  expect(second).toMatchObject({ state: "BOUND", staff: first.staff });
  expect(await achievements(person)).toHaveLength(2);
});

test("V17: somebody else's account with the same employee number is not linked by the number alone, and is said", async () => {
  const person = anEsrPerson({ given: "Siobhan", family: "Featherstone" });
  await world([person], [accountOf(person, 150, { firstname: "Marek", lastname: "Wojcik" })]);
  await hub.sync("zqa-esr");
  await hub.sync("zqa-moodle");
  const stranger = await link("user150");
  expect(stranger.staff).toBeNull();
  expect(await achievements(person)).toHaveLength(1);
  const problems = await hub.problems("zqa-moodle");
  expect(problems).toHaveLength(1);
  expect(["IDENTITY_CONFLICT", "PERSON_PROPOSED", "PERSON_UNMATCHED"]).toContain(problems[0]!.code);
  expect(problems[0]).toMatchObject({ count: 1, owner: "TRUST", next: expect.stringContaining("lanyard match list") });
});

test("unlinking restores what was there before, and the link that was refused does not come back by itself", async () => {
  const person = anEsrPerson();
  await world([person]);
  await hub.sync("zqa-esr");
  await hub.sync("zqa-moodle");
  expect(await achievements(person)).toHaveLength(1);
  const { id, staff } = await link("user101");
  await hub.store.people.unlink(id, "test", "not the same person");
  expect(await achievements(person)).toEqual([]);
  expect(await hub.count("learning.achievement", "staff_member_id is null")).toBe(1);
  // Neither another read of the vendor nor news from ESR brings it back.
  moodle.control.putUser(accountOf(person, 101, { email: "changed@example.test", firstname: `${person.given}a` }));
  await hub.sync("zqa-moodle");
  writeGoFile(`${hub.folder}/esr`, {
    kind: "GOC",
    day: "2026-11-20",
    sequence: 102,
    previousDay: "2026-11-19",
    rows: [personRow({ ...person, email: "new@example.test" })],
  });
  await hub.sync("zqa-esr");
  expect(await achievements(person)).toEqual([]);
  expect((await link("user101")).staff).toBeNull();
  // A person may think again.
  await hub.store.people.decide({
    bindings: [
      {
        sourcePersonId: id,
        staffMemberId: staff,
        decision: "PERSON",
        outcome: "MATCHED",
        score: undefined,
        reasons: [{ rule: "decided" }],
        decidedBy: "test",
      },
    ],
    proposals: [],
    conflicts: [],
    unmatched: [],
  });
  expect(await achievements(person)).toHaveLength(1);
  expect(await hub.count("staff.binding", `source_person_id = '${id}'`)).toBe(2);
});
