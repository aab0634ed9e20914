/** P3: the same batch twenty times at once, at two doors: one effect, and for all the same answer. */
import { intakeOf } from "../../builders/push-vendor";
import type { Fault } from "../fault";
import { batchOf, expect, item, one, pushWorld, whole } from "../kit/push-world";

export const fault: Fault = {
  id: "P3",
  shortSeeds: 3,
  async run(arena) {
    const { vendor, intake, hub, compare } = await pushWorld(arena);
    const second = await intakeOf(hub);
    arena.after(() => second.close());
    const batch = batchOf(Array.from({ length: whole(arena, 1, 100) }, (_, at) => item(`TW-${at}`)));
    const answers = await Promise.all(Array.from({ length: 20 }, () => vendor.send(one(arena, [intake.origin, second.origin]), batch)));
    const texts = new Set(answers.map((answer) => answer?.text));
    expect(
      "all are told the same",
      texts.size === 1 && answers.every((answer) => answer?.status === 200),
      answers.map((answer) => answer?.status),
    );
    expect("one effect", (await hub.count("ops.receipt")) === batch.items.length && (await hub.count("ops.page")) === 1);
    return compare();
  },
};
