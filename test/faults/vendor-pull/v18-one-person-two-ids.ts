/** V18: one person under two ids and several spellings: bound to one record, merged and parted by a person, nothing lost. */
import { fixedClock } from "../../../platform/clock";
import { startMoodle } from "../../../sandbox/moodle/server";
import { anEsrPerson, employed, writeGoFile } from "../../builders/esr-files";
import { testHub } from "../../builders/hub";
import { accountOf, moodleSite, moodleToken, moodleValues, moodleYaml } from "../../builders/moodle-site";
import type { Fault } from "../fault";
import { compareWithTruth } from "../kit/truth";

const spellings: readonly ((name: string) => string)[] = [
  (name) => name.normalize("NFD"),
  (name) => name.normalize("NFC"),
  (name) => name.replace("'", "\u2019"),
  (name) => name.replace("'", ""),
  (name) => name.toUpperCase(),
  (name) => name.replace("-", " "),
];

export const fault: Fault = {
  id: "V18",
  shortSeeds: 3,
  async run(arena) {
    const spelt = (name: string) => spellings[Math.floor(arena.random() * spellings.length)]!(name);
    const person = anEsrPerson({ given: "Zoë", family: "O'Brannagán-Müller" });
    // The same person in ESR once more, after a marriage, under another number: ESR itself does not know.
    const again = anEsrPerson({ given: "Zoë", family: "Quennell" });
    const clock = fixedClock("2026-11-22T09:00:00Z");
    const second = accountOf(person, 150, { firstname: spelt(person.given), lastname: spelt(person.family) });
    const site = moodleSite([{ ...person, given: spelt(person.given), family: spelt(person.family) }, again], { users: [second] });
    const moodle = await startMoodle({ data: site, token: moodleToken, clock });
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
    writeGoFile(`${hub.folder}/esr`, { kind: "GOF", day: "2026-11-19", sequence: 101, rows: employed(person, again) });
    const order = arena.random() < 0.5 ? ["zqa-esr", "zqa-moodle"] : ["zqa-moodle", "zqa-esr"];
    for (const id of order) await hub.sync(id);

    const holders = async () =>
      (
        await hub.rows(
          `select p.connection_id || ' ' || p.source_key as who, p.staff_member_id as staff,
             (select count(*) from learning.achievement a where a.source_person_id = p.id and a.staff_member_id = p.staff_member_id)::int as records
           from staff.source_person p order by 1`,
        )
      ).map(({ who, staff, records }) => `${who} ${staff} ${records}`);
    const staffOf = async (key: string) =>
      (
        await hub.rows("select staff_member_id as staff from staff.source_person where connection_id = 'zqa-moodle' and source_key = $1", [
          key,
        ])
      )[0]!.staff;
    const [one, same, other] = [await staffOf("user101"), await staffOf("user150"), await staffOf("user102")];
    if (one === null || one !== same) throw new Error("two accounts of one person in two spellings are not one record");
    if (other === null || other === one) throw new Error("two employments without anything in common were taken for one person");
    const before = await holders();

    const [a, b] = arena.random() < 0.5 ? [one, other] : [other, one];
    const merge = await hub.store.merges.merge({ one: a, other: b, by: "test", reason: "a change of name" });
    const gone = merge.survivor === one ? other : one;
    if ((await hub.count("learning.achievement", `staff_member_id = '${merge.survivor}'`)) !== 3)
      throw new Error("the merged record lacks something");
    const [{ into }] = (await hub.rows("select merged_into as into from staff.staff_member where id = $1", [gone])) as [{ into: string }];
    if (into !== merge.survivor) throw new Error("the old id does not resolve");
    // Reading everything again neither parts them nor merges more.
    for (const id of order) await hub.sync(id);
    if ((await staffOf("user102")) !== (await staffOf("user101"))) throw new Error("another read has parted what a person merged");

    await hub.store.merges.undo({ mergeId: merge.id, by: "test", reason: "not the same person" });
    const after = await holders();
    if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error("what was there before the merge was not restored");
    for (const id of order) await hub.sync(id);
    if (JSON.stringify(await holders()) !== JSON.stringify(before)) throw new Error("another read has merged again what a person parted");
    const compared = await compareWithTruth(hub, "zqa-moodle", {
      records: site.enrolments.map(({ userId, courseId }) => ({ kind: "achievement", sourceId: `user${userId}|${courseId}` })),
    });
    compared.differences.forEach(arena.note);
    return compared;
  },
};
