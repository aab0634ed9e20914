/** What the hub does with what it has: a replay of stored records, and files for ESR. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Principal } from "../../../access/principal";
import { fixedClock } from "../../../platform/clock";
import { startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { hr, testHub } from "../../builders/hub";
import { fireCourse, moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import { compareWithTruth, doubledIn } from "../../faults/kit/truth";
import { esrWorld } from "../../flow/sent-to-esr/world";
import { type Scenario, Workers } from "../scenario";

const clock = fixedClock("2026-11-22T09:00:00Z");
const ops: Principal = { ...hr("NHS"), role: "ops", purposes: ["SERVICE_OPERATION"] };
const ipc = { id: 63, idnumber: "ZQA-IPC2", shortname: "IPC2", fullname: "IPC Level 2", visible: true };
const competence = "CSTF|Infection Prevention and Control|2|";

export const replay: Scenario = {
  name: "a replay is started",
  async run(arena, crashPoint) {
    const people = Array.from({ length: 9 + Math.floor(arena.random() * 6) }, () => anEsrPerson());
    const moodle = await startMoodle({ data: moodleSite(people, { courses: [fireCourse, ipc] }), token: moodleToken, clock });
    arena.after(() => moodle.close());
    const hub = await testHub({
      yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${moodleYaml(moodle.url, { settings: "pageSize: 5" })}`,
      folder: arena.folder,
      databaseUrl: (await arena.database()).url,
      clock,
      values: moodleValues,
    });
    arena.after(() => hub.close());
    writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(...people) });
    for (const id of ["zqa-esr", "zqa-moodle"]) {
      const { error } = await hub.sync(id);
      if (error) throw error;
    }
    await hub.rows(
      `insert into ops.course_map (id, organisation, course, competence, approved_by, recorded_by, reason)
       values ('0b0c7d5e-6a7c-4d7e-9f2b-5a8f2f6c1d11', 'ZQA', $1, $2, 'test', 'test', 'test')`,
      [ipc.idnumber, competence],
    );
    const input = { filter: { connection: "zqa-moodle" }, reason: "a test" };
    const { planReplay } = await hub.ask(
      "mutation P($input: PlanReplayInput!) { planReplay(input: $input) { replay { id willChange } userErrors { code } } }",
      { input },
      ops,
    );
    const { id, willChange } = planReplay.replay as { id: string; willChange: number };
    const workers = new Workers(arena, hub, crashPoint, moodleValues);
    await workers.work("replay", id);
    const awards = await hub.count("learning.competence_award", `competence = '${competence}' and source_state = 'IN_FORCE'`);
    const kept = await hub.count("ops.record_version", "kind = 'achievement' and why = 'SUPERSEDED'");
    const done = await hub.count("ops.replay_item", "outcome = 'changed'");
    const over = await hub.count("ops.replay", "state = 'APPLIED'");
    // The cut-off run of a replay that had nothing left to do is ended by the connection's next one, as it comes by itself.
    const { error: afterwards } = await hub.sync("zqa-moodle");
    if (afterwards) throw afterwards;
    const compared = await compareWithTruth(hub, "zqa-moodle", { records: [] });
    return {
      said: workers.said,
      killed: workers.killed,
      outcome: {
        lost: Math.abs(people.length - awards) + Math.abs(willChange - done),
        doubled: compared.doubled + Math.abs(kept - people.length),
        uncertain: compared.uncertain + (1 - over),
      },
    };
  },
};

export const outbound: Scenario = {
  name: "files go to ESR",
  async run(arena, crashPoint) {
    const world = await esrWorld();
    arena.after(() => world.close());
    const { hub, sandbox, clock: now } = world;
    const workers = new Workers(arena, hub, crashPoint, sandbox.environment);
    await workers.work("outbound");
    // ESR takes what lies there, and answers; then once more, for an answer that came after a death.
    sandbox.systems.esr.step(now.now());
    await workers.work("outbound");
    sandbox.systems.esr.step(now.now());
    await workers.work("outbound");
    const states = await world.states();
    const esr = JSON.parse(readFileSync(path.join(world.exchange("991", ""), "esr.json"), "utf8")) as { loaded: unknown[]; files: object };
    const { ACKNOWLEDGED = 0, REFUSED = 0, ...others } = states;
    const files = await hub.count("ops.esr_file", "organisation = 'ZQA'");
    const twice = await doubledIn(hub.database.pool);
    return {
      said: workers.said,
      killed: workers.killed,
      outcome: {
        lost: ACKNOWLEDGED + REFUSED === 0 ? 1 : Math.max(0, ACKNOWLEDGED - esr.loaded.length),
        doubled: twice.count + Math.max(0, esr.loaded.length - ACKNOWLEDGED) + (files - 1) + (Object.keys(esr.files).length - 1),
        uncertain: Object.values(others).reduce((sum, n) => sum + n, 0),
      },
    };
  },
};
