/** P7: the line breaks before our answer has arrived: what was sent is stored, and asking again gives the stored answer. */
import type { Fault } from "../fault";
import { startProxy } from "../kit/proxy";
import { batchOf, expect, item, one, pushWorld, whole } from "../kit/push-world";

export const fault: Fault = {
  id: "P7",
  shortSeeds: 3,
  async run(arena) {
    const { vendor, intake, hub, compare } = await pushWorld(arena);
    const proxy = await startProxy({ port: Number(new URL(intake.origin).port) });
    arena.after(() => proxy.close());
    const through = proxy.through(intake.origin);
    let count = 0;
    const batches = whole(arena, 2, 5);
    let runs = 0;
    for (let at = 0; at < batches; at++) {
      const batch = batchOf(Array.from({ length: whole(arena, 1, 30) }, () => item(`TW-${count++}`)));
      let broken = whole(arena, 1, 3);
      proxy.behave({ cutAnswerAfter: whole(arena, 0, 400), by: one(arena, ["cut", "reset"]) });
      const told = await vendor.deliver(through, batch, async () => {
        broken -= 1;
        if (broken <= 0) proxy.behave(undefined);
      });
      runs += 1;
      const again = await vendor.send(intake.origin, batch);
      expect("the stored answer, to the byte", again?.text === told.text);
      expect("one effect", (await hub.count("ops.page")) === runs, await hub.count("ops.page"));
    }
    return compare();
  },
};
