/** V4: the vendor accepts the connection and never says a word. */

import { fixedClock } from "../../../platform/clock";
import { startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson } from "../../builders/esr-files";
import { testHub } from "../../builders/hub";
import { moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import type { Fault } from "../fault";
import { startProxy } from "../kit/proxy";
import { compareWithTruth } from "../kit/truth";

export const fault: Fault = {
  id: "V4",
  shortSeeds: 2,
  async run(arena) {
    const people = Array.from({ length: 6 + Math.floor(arena.random() * 6) }, () => anEsrPerson());
    const clock = fixedClock("2026-11-22T09:00:00Z");
    const site = moodleSite(people);
    const moodle = await startMoodle({ data: site, token: moodleToken, clock });
    arena.after(() => moodle.close());
    const proxy = await startProxy({ port: Number(new URL(moodle.url).port) });
    arena.after(() => proxy.close());
    const database = await arena.database();
    const hub = await testHub({
      yaml: moodleYaml(proxy.through(moodle.url), { settings: "pageSize: 4" }),
      folder: arena.folder,
      databaseUrl: database.url,
      clock,
      values: moodleValues,
      limits: { headerMs: 200 },
    });
    arena.after(() => hub.close());
    proxy.behave({ silent: true });
    const broken = await hub.sync("zqa-moodle");
    if (broken.error?.class !== "transient") throw new Error(`expected transient, got ${broken.error?.code} ${broken.error?.class}`);
    proxy.behave(undefined);
    const began = performance.now();
    await hub.sync("zqa-moodle");
    const compared = await compareWithTruth(hub, "zqa-moodle", {
      records: site.users.map(({ username }) => ({ kind: "achievement", sourceId: `${username}|11` })),
    });
    compared.differences.forEach(arena.note);
    return { ...compared, recoveryMs: performance.now() - began };
  },
};
