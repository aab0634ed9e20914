import type { Principal } from "../../../access/principal";
import { courseVerbs } from "../../../cli/compose/courses";
import { fixedClock } from "../../../platform/clock";
import { type RunningMoodle, startMoodle } from "../../../sandbox/moodle/server";
import { applyReplay, resumeReplays } from "../../../sync/rederive/apply";
import { planReplay } from "../../../sync/rederive/plan";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { hr, type TestHub, testHub } from "../../builders/hub";
import { fireCourse, januaryTenth, moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";

/** 37 people have finished a course that nobody has mapped; one of them is not known to ESR. */
const people = Array.from({ length: 37 }, () => anEsrPerson());
/** Enrolled, and not yet finished. */
const late = anEsrPerson();
const lateId = 138;
const ipc = { id: 63, idnumber: "NBUH-IPC2-2026", shortname: "IPC2-2026", fullname: "IPC Level 2 (2026)", visible: true };
const infection2 = "CSTF|Infection Prevention and Control|2|";
const byName = "NHS|CSTF|Infection Prevention and Control - Level 2 - 1 Year|";
const clock = fixedClock("2026-11-22T09:00:00Z");
let moodle: RunningMoodle;
let hub: TestHub;

beforeEach(async () => {
  const site = moodleSite([...people, late], { courses: [fireCourse, ipc] });
  const enrolments = site.enrolments.map((one) =>
    one.userId === lateId && one.courseId === ipc.id ? { ...one, completedAt: undefined } : one,
  );
  moodle = await startMoodle({ data: { ...site, enrolments }, token: moodleToken, clock });
  hub = await testHub({
    yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${moodleYaml(moodle.url, { settings: "pageSize: 10" })}`,
    clock,
    values: moodleValues,
  });
  writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people.slice(1)) });
  await hub.sync("zqa-esr");
  expect((await hub.sync("zqa-moodle")).error).toBeUndefined();
});
afterEach(async () => {
  await hub.close();
  await moodle.close();
});

const as = (role: Principal["role"], org: string, purpose: string): Principal => ({
  ...hr(org),
  role,
  purposes: [purpose],
  subject: `test:${role}`,
});
const admin = (org = "ZQA") => as("trust-admin", org, "SETTINGS");
const esrTeam = as("ops", "NHS", "SERVICE_OPERATION");

const replay =
  "replay { id state willChange unchanged willFail rawExpired awards withdrawn staffMembers waitingForPerson wouldBecomeDue dueNotKnown failures { code count say } sample { title completedOn competences } }";
const preview = (input: object = {}, who = admin()) =>
  hub
    .ask(
      `mutation P($input: CourseMapInput!) { previewCourseMap(input: $input) { ${replay} userErrors { code field message } } }`,
      {
        input: { organisation: "ZQA", course: ipc.idnumber, competences: [byName], ...input },
      },
      who,
    )
    .then((data) => data.previewCourseMap);
const apply = (id: string, who = admin()) =>
  hub
    .ask(
      `mutation A($input: ApplyCourseMapInput!) { applyCourseMap(input: $input) { ${replay} changed alreadyThere movedOn differences userErrors { code field message } } }`,
      { input: { replay: id, reason: "Clinical education agreed", approvedBy: "L. Hart" } },
      who,
    )
    .then((data) => data.applyCourseMap);
const worklist = (who = admin(), organisation = "ZQA") =>
  hub.ask(
    `query W($organisation: String!) { operations { unmappedCourses(organisation: $organisation) { id course { code title } people completions waitingForPerson
       firstCompletedOn lastCompletedOn suggestions { competence score } } courseMaps(organisation: $organisation) { id origin course competence approvedBy reason } } }`,
    { organisation },
    who,
  );
const awards = () => hub.count("learning.competence_award", `competence = '${infection2}' and source_state <> 'WITHDRAWN'`);
const mappings = async () =>
  Object.fromEntries(
    (await hub.rows("select mapping, count(*)::int as n from learning.achievement where course_source_id = '63' group by 1")).map((row) => [
      row.mapping,
      row.n,
    ]),
  );
const footprint = async () => {
  const rows: string[] = [];
  for (const table of ["learning.achievement", "learning.competence_award", "ops.record_version", "ops.raw_page", "staff.source_person"])
    rows.push(
      ...(await hub.rows(`select xmin::text || ':' || ctid::text as at from ${table} order by 1`)).map(({ at }) => `${table} ${at}`),
    );
  return rows;
};

test("the whole story: the worklist names the course, the preview says 37 and 0, 37 change, 37 awards come, a second time changes nothing", async () => {
  const before = await worklist();
  expect(before.operations.unmappedCourses).toEqual([
    {
      id: "ZQA:zqa-moodle:63",
      course: { code: "NBUH-IPC2-2026", title: "IPC Level 2 (2026)" },
      people: 37,
      completions: 37,
      waitingForPerson: 1,
      firstCompletedOn: "2026-01-10",
      lastCompletedOn: "2026-01-10",
      suggestions: [{ competence: infection2, score: 1 }],
    },
  ]);
  const [problem] = (await hub.problems("zqa-moodle")).filter(({ code }) => code === "COURSE_NOT_MAPPED");
  expect(problem!.next).toContain('lanyard courses map --organisation ZQA --course "NBUH-IPC2-2026"');

  const shown = await preview();
  expect(shown.userErrors).toEqual([]);
  expect(shown.replay).toMatchObject({
    state: "PLANNED",
    willChange: 37,
    unchanged: 0,
    willFail: 0,
    rawExpired: 0,
    awards: 37,
    withdrawn: 0,
    staffMembers: 36,
    waitingForPerson: 1,
  });
  expect(shown.replay.sample).toHaveLength(3);
  expect(shown.replay.sample[0]).toEqual({ title: "IPC Level 2 (2026)", completedOn: "2026-01-10", competences: [infection2] });
  expect(await awards()).toBe(0);

  const versions = await hub.rows("select source_id, source_version, raw_page_id, raw_ordinal from learning.achievement order by 1");
  const done = await apply(shown.replay.id);
  expect(done).toMatchObject({ changed: 37, alreadyThere: 0, movedOn: 0, userErrors: [], replay: { state: "APPLIED", willChange: 37 } });
  expect(await awards()).toBe(37);
  expect(await mappings()).toEqual({ MAPPED: 37 });
  // The instant of the vendor's statement, and where its raw record lies, are as they were; no raw record is kept twice.
  expect(await hub.rows("select source_id, source_version, raw_page_id, raw_ordinal from learning.achievement order by 1")).toEqual(
    versions,
  );
  expect(
    await hub.count(
      "learning.competence_award a",
      `competence = '${infection2}' and exists (select 1 from learning.achievement b where a.source_id like b.source_id || '|%'
    and a.source_version = b.source_version and a.raw_page_id = b.raw_page_id and a.raw_ordinal = b.raw_ordinal and a.derivation_version = b.derivation_version)`,
    ),
  ).toBe(37);
  expect(await hub.count("ops.record_version", "kind = 'achievement' and why = 'SUPERSEDED'")).toBe(37);

  const again = await footprint();
  expect(await apply(shown.replay.id)).toMatchObject({ changed: 0, alreadyThere: 37, replay: { state: "APPLIED" } });
  expect(await footprint()).toEqual(again);
  expect((await worklist()).operations).toMatchObject({
    unmappedCourses: [],
    courseMaps: [
      { origin: "STATED", course: "NBUH-IPC2-2026", competence: infection2, approvedBy: "L. Hart", reason: "Clinical education agreed" },
    ],
  });
  expect(await hub.problems("zqa-moodle")).not.toContainEqual(expect.objectContaining({ code: "COURSE_NOT_MAPPED" }));
  const said = await hub.rows("select operation, role, reason, counts from audit.event where operation like 'course-map%' order by id");
  expect(said).toEqual([
    expect.objectContaining({ operation: "course-map preview", role: "trust-admin" }),
    expect.objectContaining({
      operation: "course-map apply",
      reason: "Clinical education agreed",
      counts: expect.objectContaining({ change: 37, fail: 0, awards: 37 }),
    }),
  ]);
});

test("the next regular sync changes nothing, and a completion that comes later uses the map by itself", async () => {
  await apply((await preview()).replay.id);
  const before = await footprint();
  const next = await hub.sync("zqa-moodle");
  expect([next.outcome, next.counts.applied, next.counts.superseded]).toEqual(["COMPLETED", 0, 0]);
  expect(await footprint()).toEqual(before);
  moodle.control.complete(lateId, ipc.id, januaryTenth);
  await hub.sync("zqa-moodle");
  expect(await awards()).toBe(38);
});

test("what the replay counted closes, and says nothing about the vendor: no attempt, no success, no sweep that ended", async () => {
  const state = () =>
    hub.rows("select last_attempt_at, last_success_at, next_run_at, checkpoint, error_code from ops.connection where id = 'zqa-moodle'");
  const before = await state();
  await apply((await preview()).replay.id);
  expect(await state()).toEqual(before);
  const [run] = await hub.rows("select *, ended_at is not null as ended from ops.sync_run where trigger = 'replay'");
  // 37 completions and 37 awards; those of the person whom ESR does not know wait.
  expect(run).toMatchObject({
    outcome: "COMPLETED",
    ended: true,
    raw_in: "37",
    yielding: "37",
    applied: "72",
    waiting: "2",
    unchanged: "0",
    refused: "0",
  });
  expect(run!.pages).toBeGreaterThan(3);
});

test("a paused connection is no obstacle: nothing is asked of the vendor", async () => {
  await hub.rows("update ops.connection set paused_at = now(), paused_by = 'somebody' where id = 'zqa-moodle'");
  expect(await apply((await preview()).replay.id)).toMatchObject({ changed: 37 });
});

test("a completion that comes between preview and apply: nothing is applied, and the answer says why", async () => {
  const shown = await preview();
  moodle.control.complete(lateId, ipc.id, januaryTenth);
  await hub.sync("zqa-moodle");
  const answer = await apply(shown.replay.id);
  expect(answer).toMatchObject({ changed: null, replay: { state: "STALE" }, differences: ["1 completion has come in."] });
  expect(answer.userErrors).toEqual([
    {
      code: "REPLAY_STALE",
      field: "replay",
      message: "Since the preview: 1 completion has come in. Nothing was changed. Make a new preview and look at it.",
    },
  ]);
  expect(await awards()).toBe(0);
  expect(await hub.count("ops.course_map")).toBe(0);
  expect((await apply(shown.replay.id)).userErrors[0].code).toBe("REPLAY_OVER");
  const fresh = await preview();
  expect(fresh.replay.willChange).toBe(38);
  expect(await apply(fresh.replay.id)).toMatchObject({ changed: 38 });
});

test("a completion that changes, a course map that changes: the preview is not carried out", async () => {
  const shown = await preview();
  moodle.control.complete(105, ipc.id, januaryTenth + 40 * 86_400);
  await hub.sync("zqa-moodle");
  expect((await apply(shown.replay.id)).differences).toEqual(["1 completion has changed."]);
  const first = await preview();
  const second = await preview({ course: "id:11", competences: [], local: true });
  expect(await apply(second.replay.id)).toMatchObject({ userErrors: [] });
  expect((await apply(first.replay.id)).differences).toEqual(["The course map of ZQA, or its connections, have changed."]);
});

test("killed in the middle, the replay is finished by the next call, with the counts of the plan and nothing twice", async () => {
  const shown = await preview();
  const { engine, config } = hub.foundation;
  let pages = 0;
  const dying = {
    ...engine,
    store: {
      ...engine.store,
      pages: {
        ...engine.store.pages,
        apply: async (...input: Parameters<typeof engine.store.pages.apply>) => {
          if (++pages > 2) throw new Error("killed");
          return engine.store.pages.apply(...input);
        },
      },
      connections: { ...engine.store.connections, endRun: async () => Promise.reject(new Error("killed")), release: async () => undefined },
    },
  };
  const approval = { by: "test", approvedBy: "test", reason: "why", holder: "dead" };
  await expect(applyReplay(dying, config.connections, shown.replay.id, approval)).rejects.toThrow("killed");
  const half = await awards();
  expect(half).toBeGreaterThan(0);
  expect(half).toBeLessThan(37);
  expect(await hub.rows("select state from ops.replay")).toEqual([{ state: "APPLYING" }]);
  // The dead one's leases run out.
  await hub.rows("update ops.connection set lease_until = null, lease_holder = null");
  // A preview of something else waits until that is finished; a sync in between is no harm.
  await hub.sync("zqa-moodle");
  const done = await apply(shown.replay.id);
  expect(done).toMatchObject({ userErrors: [], movedOn: 0, replay: { state: "APPLIED", willChange: 37 } });
  expect(done.changed + done.alreadyThere).toBe(37);
  expect(await awards()).toBe(37);
  expect(await mappings()).toEqual({ MAPPED: 37 });
  expect(await hub.count("ops.record_version", "kind = 'achievement' and why = 'SUPERSEDED'")).toBe(37);
  expect(await hub.rows("select outcome from ops.sync_run where trigger = 'replay' and outcome is null")).toEqual([]);
});

test("a worker that starts finishes what was interrupted, without anybody asking", async () => {
  const { engine, config } = hub.foundation;
  const shown = await preview();
  await hub.store.replays.start(shown.replay.id, { by: "test", approvedBy: "test", reason: "why" });
  expect(await resumeReplays(engine, config.connections, "test")).toBe(1);
  expect(await awards()).toBe(37);
  expect(await resumeReplays(engine, config.connections, "test")).toBe(0);
});

test("a raw record that has expired is not offered, and the preview says why", async () => {
  const [first] = await hub.rows(
    "select raw_page_id as id, count(*)::int as n from learning.achievement where course_source_id = '63' group by 1 order by 1 limit 1",
  );
  await hub.rows("update ops.raw_page set expires_on = '2026-11-21' where id = $1", [first!.id]);
  const shown = await preview();
  expect(shown.replay).toMatchObject({ willChange: 37 - first!.n, rawExpired: first!.n, willFail: 0 });
  expect(shown.replay.failures).toEqual([
    {
      code: "RAW_EXPIRED",
      count: first!.n,
      say: "The record as it was received has been deleted after its time, so nothing can be derived from it.",
    },
  ]);
  expect(await apply(shown.replay.id)).toMatchObject({ changed: 37 - first!.n });
  // The system still lists them: its next complete read brings them under the map in force.
  await hub.sync("zqa-moodle");
  expect(await awards()).toBe(37);
});

test("a completion that a course reset has hidden is derived as well, and stays marked as gone from the source", async () => {
  moodle.control.reset(103, ipc.id);
  // Suspected first, and gone when the next read lacks it too.
  await hub.sync("zqa-moodle");
  await hub.sync("zqa-moodle");
  const shown = await preview();
  expect(shown.replay.willChange).toBe(37);
  await apply(shown.replay.id);
  expect(await hub.rows("select source_state from learning.achievement where source_id = 'user103|63'")).toEqual([
    { source_state: "NOT_AT_SOURCE" },
  ]);
  expect(await hub.rows(`select source_state from learning.competence_award where source_id = 'user103|63|${infection2}'`)).toEqual([
    { source_state: "NOT_AT_SOURCE" },
  ]);
  await hub.sync("zqa-moodle");
  expect(await awards()).toBe(37);
});

test("a withdrawn completion awards nothing", async () => {
  await hub.rows("update learning.achievement set source_state = 'WITHDRAWN' where source_id = 'user104|63'");
  const shown = await preview();
  expect(shown.replay.willChange).toBe(36);
  await apply(shown.replay.id);
  expect(await awards()).toBe(36);
});

test("local learning: the course leaves the worklist and awards nothing", async () => {
  const shown = await preview({ competences: [], local: true });
  expect(shown.replay).toMatchObject({ willChange: 37, awards: 0 });
  await apply(shown.replay.id);
  expect([await awards(), await mappings()]).toEqual([0, { LOCAL: 37 }]);
});

test("a map that begins later leaves earlier completions where they are, and the preview says so", async () => {
  expect((await preview({ from: "2026-06-01" })).replay).toMatchObject({ willChange: 0, unchanged: 37 });
});

test("ending what was said takes its awards back, and saying it again gives them again", async () => {
  await apply((await preview()).replay.id);
  const [row] = (await worklist()).operations.courseMaps;
  const end = async () =>
    (
      await hub.ask(
        `mutation E($input: CourseMapEndInput!) { previewCourseMapEnd(input: $input) { ${replay} userErrors { code } } }`,
        { input: { organisation: "ZQA", courseMaps: [row.id] } },
        admin(),
      )
    ).previewCourseMapEnd;
  const shown = await end();
  expect(shown.replay).toMatchObject({ willChange: 37, awards: 0, withdrawn: 37, willFail: 0 });
  expect(await apply(shown.replay.id)).toMatchObject({ changed: 37 });
  expect([await awards(), await mappings()]).toEqual([0, { UNMAPPED: 37 }]);
  const next = await hub.sync("zqa-moodle");
  expect([next.counts.applied, await awards()]).toEqual([0, 0]);
  expect((await end()).userErrors).toEqual([{ code: "COURSE_MAP_NOT_FOUND" }]);
  expect(await apply((await preview()).replay.id)).toMatchObject({ changed: 37 });
  expect([await awards(), await mappings()]).toEqual([37, { MAPPED: 37 }]);
});

test("what cannot be meant is refused with its field, before anything is computed", async () => {
  const codeOf = async (input: object) =>
    (await preview(input)).userErrors.map((one: { code: string; field: string }) => `${one.code} ${one.field}`);
  expect(await codeOf({ course: "NBUH-IPC2-2027" })).toEqual(["COURSE_NOT_FOUND course"]);
  expect(await codeOf({ competences: ["infection control"] })).toEqual(["COMPETENCE_NOT_KNOWN competences"]);
  expect(await codeOf({ competences: ["NHS|CSTF|Infection Control - Level 9|"] })).toEqual(["COMPETENCE_NOT_KNOWN competences"]);
  expect(await codeOf({ competences: [] })).toEqual(["COURSE_MAP_INVALID competences"]);
  expect(await codeOf({ local: true })).toEqual(["COURSE_MAP_INVALID competences"]);
  expect(await codeOf({ from: "1 June" })).toEqual(["COURSE_MAP_INVALID from"]);
  expect(await codeOf({ from: "2026-06-01", to: "2026-05-01" })).toEqual(["COURSE_MAP_INVALID to"]);
  await apply((await preview()).replay.id);
  expect(await codeOf({})).toEqual(["COURSE_MAPPED_ALREADY course"]);
  expect(await hub.count("ops.replay")).toBe(1);
});

describe("who may", () => {
  const errorOf = async (query: string, variables: object, who: Principal) =>
    JSON.parse(JSON.stringify(await hub.ask(query, variables as Record<string, unknown>, who).catch((error) => error.detail))) as any;

  test("the trust's administrators and the ESR team read the worklist; another trust's and HR do not", async () => {
    expect((await worklist(esrTeam)).operations.unmappedCourses).toHaveLength(1);
    expect((await worklist(admin("ZQB"))).operations).toEqual({ unmappedCourses: null, courseMaps: null });
    expect((await worklist(hr("ZQA"))).operations).toBeNull();
  });

  test("only the trust's own administrators map: not another trust's, not HR, not the ESR team, and nobody by somebody else's preview", async () => {
    const shown = await preview();
    for (const who of [admin("ZQB"), hr("ZQA"), esrTeam]) {
      expect(await preview({}, who)).toBeNull();
      expect(await apply(shown.replay.id, who)).toBeNull();
    }
    expect(await errorOf('mutation X { applyCourseMap(input: { replay: "nothing", reason: "why" }) { changed } }', {}, admin())).toEqual({
      applyCourseMap: null,
    });
    expect(await awards()).toBe(0);
    expect(await hub.count("audit.event", "decision = 'DENY'")).toBeGreaterThanOrEqual(6);
  });
});

test("the preview tells how many awards would become due for ESR, where somebody counts them, and why not where nobody does", async () => {
  expect(
    (
      await planReplay(
        hub.foundation.engine,
        hub.config.connections,
        {
          organisation: "ZQA",
          end: [],
          add: [{ id: "0b0c7d5e-6a7c-4d7e-9f2b-5a8f2f6c1d11", course: ipc.idnumber, competence: infection2 }],
        },
        "test",
      )
    ).awards,
  ).toHaveLength(37);
  const asker = { requestId: "r", subject: "s", organisation: "ZQA", role: "trust-admin", purpose: "SETTINGS" };
  const proposal = { organisation: "ZQA", course: ipc.idnumber, competences: [infection2], local: false, from: undefined, to: undefined };
  const counted = courseVerbs(hub.foundation, async (all) => ({
    due: all.filter((award) => award.staffMemberId !== undefined && award.competence === infection2).length,
  }));
  expect((await counted.preview(proposal, asker)).wouldBecomeDue).toBe(36);
  const silent = courseVerbs(hub.foundation, async () => ({ notKnown: "nobody counts" }));
  expect(await silent.preview(proposal, asker)).toMatchObject({ wouldBecomeDue: undefined, dueNotKnown: "nobody counts" });
});

test("nothing would become due while the connection is only observed, and nothing for who is not bound to a staff member", async () => {
  expect((await preview()).replay).toMatchObject({ wouldBecomeDue: 0, dueNotKnown: null });
});
