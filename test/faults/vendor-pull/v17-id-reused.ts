/** V17: the vendor gives an id that it used before to somebody else. Nothing of the second lands on the first one's record. */
import { fixedClock } from "../../../platform/clock";
import { startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { testHub } from "../../builders/hub";
import { accountOf, fireCourse, inductionCourse, moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import type { Fault } from "../fault";
import { compareWithTruth } from "../kit/truth";

export const fault: Fault = {
  id: "V17",
  shortSeeds: 3,
  async run(arena) {
    const first = anEsrPerson({ given: "Siobhan", family: "Featherstone" });
    const second = anEsrPerson({ given: "Marek", family: "Wojcik" });
    const others = Array.from({ length: 3 }, () => anEsrPerson());
    const clock = fixedClock("2026-11-22T09:00:00Z");
    const site = moodleSite([first, ...others], { courses: [fireCourse, inductionCourse] });
    const later = site.enrolments.filter(({ userId, courseId }) => userId === 101 && courseId === inductionCourse.id);
    const moodle = await startMoodle({
      data: { ...site, enrolments: site.enrolments.filter((one) => !later.includes(one)) },
      token: moodleToken,
      clock,
    });
    arena.after(() => moodle.close());
    const database = await arena.database();
    const hub = await testHub({
      yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${moodleYaml(moodle.url)}`,
      folder: arena.folder,
      databaseUrl: database.url,
      clock,
      values: moodleValues,
    });
    arena.after(() => hub.close());
    const people = arena.random() < 0.5 ? [first, second, ...others] : [second, ...others, first];
    writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
    await hub.sync("zqa-esr");
    await hub.sync("zqa-moodle");
    const bound = async () =>
      (
        await hub.rows(
          "select state, staff_member_id as staff from staff.source_person where connection_id = 'zqa-moodle' and source_key = 'user101'",
        )
      )[0]!;
    const before = await bound();
    if (before.state !== "BOUND") throw new Error(`the first person was ${before.state}`);

    moodle.control.putUser(accountOf(second, 101));
    moodle.control.complete(101, inductionCourse.id, later[0]!.completedAt!);
    await hub.sync("zqa-moodle");
    const after = await bound();
    if (after.state !== "CONFLICT" || after.staff !== before.staff) throw new Error(`the second person's claim made it ${after.state}`);
    if ((await hub.count("learning.achievement", `source_id = 'user101|${inductionCourse.id}' and staff_member_id is not null`)) !== 0)
      throw new Error("what the second person did stands on the first one's record");
    if ((await hub.count("ops.refused", "code = 'IDENTITY_CONFLICT' and resolved_at is null and pointer is not null")) === 0)
      throw new Error("nothing says that an id names somebody else");
    const compared = await compareWithTruth(hub, "zqa-moodle", {
      records: site.enrolments
        .filter((one) => !later.includes(one))
        .map(({ userId, courseId }) => ({ kind: "achievement", sourceId: `user${userId}|${courseId}` })),
    });
    compared.differences.forEach(arena.note);
    return compared;
  },
};
