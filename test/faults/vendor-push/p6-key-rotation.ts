/** P6: the key changes while batches come in: no gap while both are in force, and then the old one opens nothing. */
import type { Fault } from "../fault";
import { batchOf, expect, item, one, pushWorld, whole } from "../kit/push-world";

export const fault: Fault = {
  id: "P6",
  shortSeeds: 2,
  async run(arena) {
    const { vendor, intake, hub, clock, compare } = await pushWorld(arena);
    const keys = hub.store.intake;
    let count = 0;
    const some = () => batchOf(Array.from({ length: whole(arena, 1, 5) }, () => item(`TW-${count++}`)));
    const rounds = whole(arena, 1, 3);
    for (let round = 0; round < rounds; round++) {
      const old = vendor.secret;
      const overlapMs = whole(arena, 60, 86_400) * 1000;
      const before = clock.now();
      const fresh = await keys.rotateKeys({
        connectionId: "zqa-lms",
        organisation: "ZQA",
        by: "test",
        now: before,
        endsAt: new Date(before.getTime() + overlapMs),
      });
      // Each of the vendor's machines changes over when it does.
      const told = await Promise.all(Array.from({ length: 8 }, () => vendor.send(intake.origin, some(), one(arena, [old, fresh.secret]))));
      expect(
        "no gap",
        told.every((answer) => answer?.status === 200),
        told.map((answer) => answer?.status),
      );
      const revokes = arena.random() < 0.3;
      if (revokes) for (const id of fresh.ending) await keys.revokeKey({ id, by: "test", reason: "changed over" });
      else clock.advance(overlapMs);
      expect("the old one opens nothing", (await vendor.send(intake.origin, some(), old))?.status === 401);
      vendor.secret = fresh.secret;
      expect("the new one does", (await vendor.send(intake.origin, some()))?.status === 200);
      await keys.endKeys(clock.now());
      const live = (await keys.listKeys("zqa-lms")).filter(({ revokedAt }) => revokedAt === undefined);
      expect("one is left", live.length === 1, live.length);
    }
    return compare();
  },
};
