/** V11: people come and go while a list is read page by page by number: rows move over the borders, in both directions. */
import { fixedClock } from "../../../platform/clock";
import { startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson } from "../../builders/esr-files";
import { testHub } from "../../builders/hub";
import { startMeddler } from "../../builders/meddler";
import { accountOf, fireCourse, januaryTenth, moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import type { Fault } from "../fault";
import { pick, upTo } from "../kit/moving-clinic";
import { compareWithTruth } from "../kit/truth";

export const fault: Fault = {
  id: "V11",
  shortSeeds: 2,
  async run(arena) {
    const people = Array.from({ length: upTo(arena, 20, 30) }, () => anEsrPerson());
    const clock = fixedClock("2026-11-22T09:00:00Z");
    const site = moodleSite(people);
    const moodle = await startMoodle({ data: site, token: moodleToken, clock });
    arena.after(() => moodle.close());
    const meddler = await startMeddler(moodle.url);
    arena.after(() => meddler.close());
    const database = await arena.database();
    const hub = await testHub({
      yaml: moodleYaml(meddler.url, { settings: `pageSize: ${upTo(arena, 3, 6)}`, options: "absenceLimit: { share: 0.9, records: 1000 }" }),
      folder: arena.folder,
      databaseUrl: database.url,
      clock,
      values: moodleValues,
    });
    arena.after(() => hub.close());
    const held = new Map(site.users.map(({ id, username }) => [id, username]));
    let newest = 500;
    // Numbers before and after those there are: rows enter at both ends of the list, which is sorted by user name.
    let lowest = 99;
    const move = () => {
      if (arena.random() < 0.5 && held.size > 10) {
        const id = pick(arena, [...held.keys()]);
        held.delete(id);
        moodle.control.deleteUser(id);
      } else {
        const id = arena.random() < 0.5 ? newest++ : lowest--;
        const account = accountOf(anEsrPerson(), id, { username: id < 100 ? `aaa${id}` : `user${id}` });
        moodle.control.putUser(account);
        moodle.control.complete(id, fireCourse.id, januaryTenth);
        held.set(id, account.username);
      }
    };
    const sync = async () => {
      const { error } = await hub.sync("zqa-moodle");
      if (error) throw error;
    };
    await sync();
    meddler.meddle((seen) => {
      if (seen.body.includes("core_reportbuilder_retrieve_report") && arena.random() < 0.7) move();
      return "pass";
    });
    for (let sweep = 0; sweep < upTo(arena, 1, 3); sweep += 1) {
      await sync();
      // Nothing that the vendor holds has been taken back, however the rows moved.
      const gone = await hub.rows("select source_id from learning.achievement where source_state in ('WITHDRAWN', 'NOT_AT_SOURCE')");
      const wrongly = gone.filter(({ source_id }) => [...held.values()].some((username) => source_id === `${username}|${fireCourse.id}`));
      if (wrongly.length > 0) return { lost: wrongly.length, doubled: 0, uncertain: 0 };
    }
    meddler.meddle(undefined);
    for (let again = 0; again < 2; again += 1) await sync();
    const compared = await compareWithTruth(hub, "zqa-moodle", {
      records: [...held.values()].map((username) => ({ kind: "achievement", sourceId: `${username}|${fireCourse.id}` })),
    });
    compared.differences.forEach(arena.note);
    return compared;
  },
};
