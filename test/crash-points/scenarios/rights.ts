/** What a controller has done with what it holds about a person. */
import { fixedClock } from "../../../platform/clock";
import { startMoodle } from "../../../sandbox/moodle/server";
import { approved } from "../../builders/approvals";
import { anEsrPerson, awardRow, employed, writeGoFile } from "../../builders/esr-files";
import { everything, rawOf, testHub } from "../../builders/hub";
import { moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import { type Scenario, Workers } from "../scenario";

const clock = fixedClock("2026-11-22T09:00:00Z");

/** Erased with all raw records, and not brought back by the next file and poll; nobody else loses a row. */
export const erase: Scenario = {
  name: "a person is erased",
  async run(arena, crashPoint) {
    const [person, ...others] = Array.from({ length: 4 + Math.floor(arena.random() * 5) }, () => anEsrPerson());
    const everybody = [person!, ...others];
    const moodle = await startMoodle({ data: moodleSite(everybody), token: moodleToken, clock });
    arena.after(() => moodle.close());
    const hub = await testHub({
      yaml: `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n${moodleYaml(moodle.url, { settings: "pageSize: 3" })}`,
      folder: arena.folder,
      databaseUrl: (await arena.database()).url,
      clock,
      values: moodleValues,
    });
    arena.after(() => hub.close());
    const told = (sequence: number) =>
      writeGoFile(`${hub.folder}/esr`, {
        kind: "GOF",
        day: `2026-11-${sequence - 82}`,
        sequence,
        rows: [...employed(...everybody), ...everybody.map((one) => awardRow(one))],
      });
    const read = async () => {
      for (const id of ["zqa-esr", "zqa-moodle"]) {
        const { error } = await hub.sync(id);
        if (error) throw error;
      }
    };
    /** Tables and raw records in which the person still stands. */
    const standing = async () => {
      const texts = [...(await everything(hub)).values(), await rawOf(hub)];
      return texts.filter((text) => [person!.id, person!.number].some((word) => text.includes(word))).length;
    };
    const rowsOf = async () => ({
      persons: await hub.count("staff.source_person"),
      awards: await hub.count("learning.competence_award"),
      achievements: await hub.count("learning.achievement"),
    });
    told(101);
    await read();
    const before = { places: await standing(), ...(await rowsOf()) };
    const [bound] = await hub.rows("select staff_member_id as id from staff.source_person where source_key = $1", [person!.id]);

    const approval = await approved(hub, { act: "subject-erase", subject: bound!.id, organisation: "ZQA" }, clock.now());
    const workers = new Workers(arena, hub, crashPoint, moodleValues);
    await workers.work("erase", bound!.id, approval);

    const erasures = await hub.rows("select state, planned = done as whole from ops.erasure");
    told(102);
    await read();
    const after = { places: await standing(), ...(await rowsOf()) };
    const gone = { persons: before.persons - after.persons, awards: before.awards - after.awards };
    return {
      said: workers.said,
      killed: workers.killed,
      outcome: {
        // The person of two systems, and the award of one: anybody else's would be more.
        lost: Math.max(0, gone.persons - 2) + Math.max(0, others.length - after.awards),
        doubled: after.places + (before.places === 0 ? 1 : 0) + Math.abs(erasures.length - 1),
        uncertain: erasures.filter(({ state, whole }) => state !== "ERASED" || !whole).length,
      },
    };
  },
};

/** What is past its period goes, batch by batch, and nothing of what is not. */
export const retain: Scenario = {
  name: "what is past its period is let go",
  async run(arena, crashPoint) {
    const hub = await testHub({
      yaml: "  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }\n",
      folder: arena.folder,
      databaseUrl: (await arena.database()).url,
      clock,
    });
    arena.after(() => hub.close());
    const rows = async (past: number, kept: number) => {
      const tables = [
        ["ops.client_assertion (client_id, jti_sha256, expires_at)", "'c', n::text, at"],
        ["staff.account_attempt (login_index, at)", "n::text, at"],
      ];
      for (const [into, values] of tables)
        await hub.rows(
          `insert into ${into} select ${values} from (select n, case when n <= $1 then '2026-01-01'::timestamptz else '2027-01-01'::timestamptz end as at
             from generate_series(1, $2) n) made`,
          [past, past + kept],
        );
    };
    // More than one batch of each.
    await rows(5_000 + Math.floor(arena.random() * 6_000), 100);
    const workers = new Workers(arena, hub, crashPoint);
    await workers.work("retain", clock.now().toISOString());
    const left = async (table: string, column: string) => ({
      past: await hub.count(table, `${column} < '2026-06-01'`),
      kept: await hub.count(table, `${column} > '2026-06-01'`),
    });
    const ended = [await left("ops.client_assertion", "expires_at"), await left("staff.account_attempt", "at")];
    return {
      said: workers.said,
      killed: workers.killed,
      outcome: {
        lost: ended.reduce((sum, { kept }) => sum + 100 - kept, 0),
        doubled: 0,
        uncertain: ended.reduce((sum, { past }) => sum + past, 0),
      },
    };
  },
};
