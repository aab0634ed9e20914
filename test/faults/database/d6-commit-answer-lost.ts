/** D6: COMMIT succeeds and its answer never comes: the unit is tried again by its key, and there is one effect. */
import type { Fault } from "../fault";
import { pause } from "../kit/own-server";
import { startProxy } from "../kit/proxy";
import { batchOf, expect, item, pushWorld, whole } from "../kit/push-world";

export const fault: Fault = {
  id: "D6",
  shortSeeds: 2,
  async run(arena) {
    const database = await arena.database();
    const proxy = await startProxy({ port: Number(new URL(database.url).port) });
    arena.after(() => proxy.close());
    const world = await pushWorld(arena, { databaseUrl: proxy.through(database.url) });
    let count = 0;
    let cut = 0;
    const committing = new Set<number>();
    const by = arena.random() < 0.5 ? "cut" : "reset";
    for (let round = 0; round < (arena.long ? 6 : 3); round++) {
      let passed = Math.floor(arena.random() * 5);
      let left = 1 + Math.floor(arena.random() * 2);
      proxy.behave({
        onRequest(bytes, { number }) {
          if (/commit/i.test(bytes.toString("latin1"))) committing.add(number);
          return "pass";
        },
        onAnswer(_, { number }) {
          if (!committing.delete(number) || passed-- > 0 || left-- <= 0) return "pass";
          cut += 1;
          return by;
        },
      });
      const batch = batchOf(Array.from({ length: whole(arena, 1, 30) }, () => item(`TW-${count++}`)));
      await world.vendor.deliver(world.intake.origin, batch, () => pause(20), 200);
    }
    proxy.behave(undefined);
    arena.note(`${cut} answers to COMMIT lost`);
    expect("the fault was there", cut > 0);
    return world.compare();
  },
};
