/** V19: a list that is empty or has lost 40 % of its rows comes as a success: nothing goes before a person has looked. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fixedClock } from "../../../platform/clock";
import { anEsrPerson, type EsrPerson } from "../../builders/esr-files";
import { occupationalHealth, testHub } from "../../builders/hub";
import type { Fault } from "../fault";
import { pick, upTo } from "../kit/moving-clinic";
import { compareWithTruth } from "../kit/truth";

export const fault: Fault = {
  id: "V19",
  shortSeeds: 3,
  async run(arena) {
    const people = Array.from({ length: upTo(arena, 12, 60) }, () => anEsrPerson());
    const database = await arena.database();
    const hub = await testHub({
      yaml: "  - { id: zqa-oh, connector: csv, organisations: [ZQA], settings: { folder: drops } }",
      folder: arena.folder,
      databaseUrl: database.url,
      clock: fixedClock("2026-11-22T09:00:00Z"),
    });
    arena.after(() => hub.close());
    let day = 0;
    const drop = (listed: readonly EsrPerson[]) => {
      const folder = path.join(hub.folder, "drops");
      mkdirSync(folder, { recursive: true });
      day += 1;
      const rows = listed.map((one) => `${one.number},${one.family},${one.given},${one.born},yes,Nurse,2026-10-01,`);
      writeFileSync(
        path.join(folder, `clearances-202611${String(day).padStart(2, "0")}.csv`),
        ["staff_number,family_name,given_name,date_of_birth,cleared_for_role,role,decided_on,valid_until", ...rows, ""].join("\n"),
      );
    };
    drop(people);
    await hub.sync("zqa-oh");
    // In a file of its own the kinds of loss differ only in how many are left.
    const left = people.filter(() => arena.random() >= 0.4);
    const shrunk = pick(arena, [[], people.slice(0, Math.floor(people.length * 0.6)), left.length < people.length * 0.9 ? left : []]);
    drop(shrunk);
    const run = await hub.sync("zqa-oh");
    if (run.outcome !== "HELD") throw new Error(`expected HELD, got ${run.outcome}`);
    const gone = await hub.count("oh.clearance", "source_state not in ('IN_FORCE', 'SUSPECTED')");
    if (gone > 0) return { lost: gone, doubled: 0, uncertain: 0 };

    const { heldSnapshots } = await hub.ask<{ heldSnapshots: { id: string; count: number }[] }>(
      "{ heldSnapshots { id count } }",
      {},
      occupationalHealth("ZQA"),
    );
    const [held] = heldSnapshots;
    if (heldSnapshots.length !== 1 || held?.count !== people.length - shrunk.length) throw new Error("the exact set is not what is held");
    const end = pick(arena, ["whole again", "release", "refuse"] as const);
    if (end === "whole again") {
      drop(people);
      await hub.sync("zqa-oh");
    } else {
      const { answer } = await hub.ask<{ answer: { settled: number } }>(
        `mutation Decide($input: HeldSnapshotInput!) { answer: ${end}HeldSnapshot(input: $input) { settled } }`,
        { input: { heldSnapshot: held.id, reason: "looked into the export" } },
        occupationalHealth("ZQA"),
      );
      if (answer.settled !== held.count) throw new Error(`${answer.settled} of ${held.count} were settled`);
      // Once more the same list: it asks nothing again.
      drop(shrunk);
      const again = await hub.sync("zqa-oh");
      if (again.outcome !== "COMPLETED") throw new Error(`asked again: ${again.outcome}`);
    }
    const expected = end === "release" ? shrunk : people;
    const rows = await hub.rows("select source_id from oh.clearance where source_state = 'IN_FORCE'");
    const compared = await compareWithTruth(hub, "zqa-oh", {
      records: rows.map(({ source_id }) => ({ kind: "clearance", sourceId: source_id })),
      completeFor: ["clearance"],
    });
    compared.differences.forEach(arena.note);
    const numbers = new Set(rows.map(({ source_id }) => source_id));
    return { ...compared, lost: compared.lost + Math.abs(expected.length - numbers.size) };
  },
};
