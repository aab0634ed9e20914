import { fixedClock } from "../../../platform/clock";
import { type RunningMoodle, startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson } from "../../builders/esr-files";
import { rawOf, type TestHub, testHub } from "../../builders/hub";
import { type Meddler, startMeddler } from "../../builders/meddler";
import { fireCourse, moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";

const people = Array.from({ length: 40 }, () => anEsrPerson());
const clock = fixedClock("2026-11-22T09:00:00Z");
let moodle: RunningMoodle;
let meddler: Meddler;
let hub: TestHub;

beforeEach(async () => {
  moodle = await startMoodle({ data: moodleSite(people), token: moodleToken, clock });
  meddler = await startMeddler(moodle.url);
  hub = await testHub({ yaml: moodleYaml(meddler.url), clock, values: moodleValues });
  await hub.sync("zqa-moodle");
});
afterEach(async () => {
  await hub.close();
  await meddler.close();
  await moodle.close();
});

const states = () => hub.rows("select source_state as state, count(*)::int as n from learning.achievement group by 1 order by 1");
const completed = async (user: string) =>
  (await hub.rows("select source_state, completed_on from learning.achievement where source_id like $1", [`${user}|%`]))[0];

/** The report as it comes when only the first rows are shown: a whole answer, and smaller. */
function showOnly(rows: number): void {
  meddler.meddle((seen, body) => {
    if (!seen.body.includes("core_reportbuilder_retrieve_report")) return "pass";
    const answer = JSON.parse(body);
    answer.data.rows = answer.data.rows.slice(0, rows);
    answer.data.totalrowcount = answer.data.rows.length;
    return { body: JSON.stringify(answer) };
  });
}

test("a course that is reset for the next round takes no completion away: kept, and marked as gone from the source", async () => {
  moodle.control.reset(103, fireCourse.id);
  expect(await hub.sync("zqa-moodle")).toMatchObject({ outcome: "COMPLETED" });
  // Pages may have shifted while they were read: the next sweep confirms it.
  expect(await completed("user103")).toMatchObject({ source_state: "SUSPECTED", completed_on: "2026-01-10" });
  expect(await hub.sync("zqa-moodle")).toMatchObject({ outcome: "COMPLETED" });
  expect(await completed("user103")).toMatchObject({ source_state: "NOT_AT_SOURCE", completed_on: "2026-01-10" });
  expect(await hub.count("learning.competence_award", "source_state = 'NOT_AT_SOURCE'")).toBe(1);
  expect(await states()).toEqual([
    { state: "IN_FORCE", n: 39 },
    { state: "NOT_AT_SOURCE", n: 1 },
  ]);
});

test("a completion of the next round is in force again", async () => {
  moodle.control.reset(103, fireCourse.id);
  await hub.sync("zqa-moodle");
  moodle.control.complete(103, fireCourse.id, Date.UTC(2026, 10, 20, 10) / 1000);
  await hub.sync("zqa-moodle");
  expect(await completed("user103")).toMatchObject({ source_state: "IN_FORCE", completed_on: "2026-11-20" });
});

test("a deleted account withdraws nothing: what the person had completed is kept", async () => {
  moodle.control.deleteUser(105);
  expect(await hub.sync("zqa-moodle")).toMatchObject({ outcome: "COMPLETED" });
  expect(await hub.count("learning.achievement")).toBe(40);
  expect(await hub.count("learning.achievement", "source_state = 'WITHDRAWN'")).toBe(0);
  // The mangled user name is an e-mail address: nobody's key, nobody's account.
  expect(await hub.count("staff.source_person", "source_key like '%@%'")).toBe(0);
  expect(await rawOf(hub)).not.toContain("@example.test");
});

test("V19: a list that shrinks without a word is held: nothing is removed, and a person is asked", async () => {
  showOnly(10);
  expect(await hub.sync("zqa-moodle")).toMatchObject({ outcome: "HELD" });
  expect(await states()).toEqual([
    { state: "IN_FORCE", n: 10 },
    { state: "SUSPECTED", n: 30 },
  ]);
  const problems = await hub.problems();
  expect(problems).toContainEqual(
    expect.objectContaining({
      code: "SNAPSHOT_SHRANK",
      subject: "achievement",
      owner: "TRUST",
      say: "A complete snapshot lacks 30 of 40 records; nothing was withdrawn.",
    }),
  );
});

test("V19: an empty list is never believed", async () => {
  showOnly(0);
  expect(await hub.sync("zqa-moodle")).toMatchObject({ outcome: "HELD" });
  expect(await states()).toEqual([{ state: "SUSPECTED", n: 40 }]);
});

test("V19: a held list that is whole again settles the matter by itself", async () => {
  showOnly(10);
  await hub.sync("zqa-moodle");
  meddler.meddle(undefined);
  expect(await hub.sync("zqa-moodle")).toMatchObject({ outcome: "COMPLETED" });
  expect(await hub.problems()).not.toContainEqual(expect.objectContaining({ code: "SNAPSHOT_SHRANK" }));
  expect(await states()).toEqual([{ state: "IN_FORCE", n: 40 }]);
});

test("an account without rights is told apart from an empty site, and nothing is removed", async () => {
  moodle.control.fail("poor-account");
  expect((await hub.sync("zqa-moodle")).error).toMatchObject({ code: "PERMISSION_MISSING", class: "auth" });
  expect(await hub.system("zqa-moodle")).toMatchObject({ state: "STOPPED" });
  expect(await states()).toEqual([{ state: "IN_FORCE", n: 40 }]);
});

test("V20: an account that is shown far fewer courses proves nothing: what is missing is held, however little it is", async () => {
  const own = await testHub({
    yaml: moodleYaml(meddler.url, { options: "absenceLimit: { share: 0.9, records: 1000 }" }),
    clock,
    values: moodleValues,
  });
  try {
    meddler.meddle((seen, body) => {
      if (!seen.body.includes("core_course_get_courses")) return "pass";
      const [course, ...others] = JSON.parse(body);
      const more = Array.from({ length: 9 }, (_, at) => ({ ...course, id: 900 + at, shortname: `M${at}`, idnumber: `MORE-${at}` }));
      return { body: JSON.stringify([course, ...others, ...more]) };
    });
    expect(await own.sync("zqa-moodle")).toMatchObject({ outcome: "COMPLETED" });
    meddler.meddle(undefined);
    moodle.control.reset(103, fireCourse.id);
    expect(await own.sync("zqa-moodle")).toMatchObject({ outcome: "HELD" });
    expect(await own.store.held.list({})).toContainEqual(
      expect.objectContaining({ kind: "achievement", cause: "FEWER_COURSES", count: 1 }),
    );
    expect(await own.sync("zqa-moodle")).toMatchObject({ outcome: "HELD" });
    expect(await own.count("learning.achievement", "source_state = 'NOT_AT_SOURCE'")).toBe(0);
  } finally {
    await own.close();
  }
});
