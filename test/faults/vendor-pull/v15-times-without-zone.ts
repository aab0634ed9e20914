/** V15: the vendor writes times of its own clock without a zone, through both nights on which the clock changes. */
import { localInstant } from "../../../connectors/kit/dates";
import { fixedClock, londonDayOf } from "../../../platform/clock";
import { startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson } from "../../builders/esr-files";
import { testHub } from "../../builders/hub";
import { accountOf, fireCourse, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import type { Fault } from "../fault";
import { pick, upTo } from "../kit/moving-clinic";
import { compareWithTruth } from "../kit/truth";

const hourMs = 3_600_000;
const wall = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/London", dateStyle: "short", timeStyle: "medium" });

/** 01:00 UTC of the last Sunday: when the clocks of London change. */
function change(year: number, month: 3 | 10): number {
  const last = new Date(Date.UTC(year, month, 0, 1));
  return last.getTime() - last.getUTCDay() * 24 * hourMs;
}

export const fault: Fault = {
  id: "V15",
  shortSeeds: 2,
  async run(arena) {
    // Whatever the clock showed, the two readings of it have the instant between them, an hour apart at most.
    for (let n = 0; n < 300; n += 1) {
      const year = upTo(arena, 1970, 2050);
      const near =
        arena.random() < 0.5 ? change(Math.max(1996, year), pick(arena, [3, 10] as const)) : Date.UTC(year, 0, 1 + upTo(arena, 0, 364));
      const at = Math.floor((near + (arena.random() - 0.5) * 6 * hourMs) / 1000) * 1000;
      const shown = wall.format(at);
      const from = Date.parse(localInstant(shown, "Europe/London", "from")!.at);
      const until = localInstant(shown, "Europe/London", "until")!;
      const holds = from <= at && at <= Date.parse(until.at) && Date.parse(until.at) - from <= hourMs;
      if (!holds || (from !== Date.parse(until.at)) !== (until.doubt !== undefined)) throw new Error(`${shown} is read wrongly`);
    }
    const people = Array.from({ length: upTo(arena, 10, 16) }, () => anEsrPerson());
    const users = people.map((person, index) => accountOf(person, 101 + index));
    const enrolments = users.map(({ id }) => {
      const at = change(upTo(arena, 2015, 2026), pick(arena, [3, 10] as const)) + Math.round((arena.random() - 0.5) * 30 * 3600) * 1000;
      return { userId: id, courseId: fireCourse.id, completedAt: Math.min(at, Date.parse("2026-11-01T00:00:00Z")) / 1000 };
    });
    const clock = fixedClock("2026-11-22T09:00:00Z");
    const moodle = await startMoodle({ data: { users, courses: [fireCourse], enrolments }, token: moodleToken, clock });
    arena.after(() => moodle.close());
    const database = await arena.database();
    const hub = await testHub({
      yaml: moodleYaml(moodle.url),
      folder: arena.folder,
      databaseUrl: database.url,
      clock,
      values: moodleValues,
    });
    arena.after(() => hub.close());
    const { error } = await hub.sync("zqa-moodle");
    if (error) throw error;
    const compared = await compareWithTruth(hub, "zqa-moodle", {
      records: enrolments.map(({ userId, completedAt }) => ({
        kind: "achievement",
        sourceId: `user${userId}|${fireCourse.id}`,
        columns: { completed_on: londonDayOf(new Date(completedAt * 1000)) },
      })),
    });
    compared.differences.forEach(arena.note);
    return compared;
  },
};
