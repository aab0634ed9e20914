/** P4: versions of the same items in any order, some at once: the newest wins, whenever it came. */
import type { Fault } from "../fault";
import { batchOf, expect, item, pushWorld, whole } from "../kit/push-world";

export const fault: Fault = {
  id: "P4",
  shortSeeds: 4,
  async run(arena) {
    const { vendor, intake, compare } = await pushWorld(arena);
    const newest = new Map<string, { at: number; day: string }>();
    const versions = Array.from({ length: whole(arena, 6, 14) }, () => {
      const id = `TW-${whole(arena, 0, 3)}`;
      // Never two versions at one instant: which of them counts would be anybody's guess.
      const at = Math.floor(arena.random() * 1e6) * 1000;
      const day = `2026-0${whole(arena, 1, 9)}-${String(whole(arena, 10, 28))}`;
      if (at > (newest.get(id)?.at ?? -1)) newest.set(id, { at, day });
      return item(id, { dateLastAwarded: day, changedAt: new Date(Date.parse("2026-11-01T00:00:00Z") + at).toISOString() });
    });
    while (versions.length > 0) {
      const together = Array.from({ length: whole(arena, 1, 3) }, () => versions.splice(0, whole(arena, 1, 3))).filter(
        (some) => some.length > 0,
      );
      const told = await Promise.all(together.map((some) => vendor.send(intake.origin, batchOf(some))));
      expect(
        "each is taken",
        told.every((answer) => answer?.status === 200),
        told.map((answer) => answer?.status),
      );
    }
    // The vendor's truth is its newest, not what it happened to be told last.
    for (const [id, { day }] of newest) vendor.truth.set(id, { kind: "competence-award", sourceId: id, columns: { awarded_on: day } });
    return compare();
  },
};
