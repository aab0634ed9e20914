/** D10: the hub's own clock jumps back and forth: what a vendor says later wins, and the order of knowing is kept. */
import type { Fault } from "../fault";
import { batchOf, expect, item, pushWorld, whole } from "../kit/push-world";

const jumpsMs = [-3_600_000, 3_600_000, -86_400_000, 86_400_000, -2 * 3_600_000, 1_000, -1_000];

export const fault: Fault = {
  id: "D10",
  shortSeeds: 2,
  async run(arena) {
    const database = await arena.database();
    const world = await pushWorld(arena, { databaseUrl: database.url });
    const ids = Array.from({ length: whole(arena, 3, 12) }, (_, n) => `TW-${n}`);
    const rounds = whole(arena, 5, 9);
    for (let round = 0; round < rounds; round++) {
      // This vendor says nothing of when it changed a record: only the order of its telling is left.
      const items = ids
        .filter(() => arena.random() < 0.8)
        .map((id) => item(id, { dateLastAwarded: `2026-09-${String(1 + round).padStart(2, "0")}` }));
      if (items.length > 0) {
        const told = await world.vendor.send(world.intake.origin, batchOf(items));
        expect("taken", told?.status === 200, told?.status);
        for (const one of items)
          world.vendor.truth.set(one.id, { kind: "competence-award", sourceId: one.id, columns: { awarded_on: one.dateLastAwarded } });
      }
      const jump = jumpsMs[Math.floor(arena.random() * jumpsMs.length)]!;
      world.clock.advance(jump);
    }
    const { rows } = await database.pool.query(
      "select count(*) as n from ops.record_version v join learning.competence_award a on a.id = v.record_id where v.known_from >= a.known_from and v.why <> 'LATE'",
    );
    expect("a version known earlier stands before the one known later", Number(rows[0].n) === 0, rows[0].n);
    return world.compare();
  },
};
