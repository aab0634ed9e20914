/** P1: the same batch a thousand times, over 75 hours: one effect, and the same answer to the byte. */
import type { Fault } from "../fault";
import { batchOf, expect, item, pushWorld, whole } from "../kit/push-world";

const hourMs = 3_600_000;

export const fault: Fault = {
  id: "P1",
  shortSeeds: 1,
  timeoutMs: 240_000,
  async run(arena) {
    const { vendor, intake, clock, hub, compare } = await pushWorld(arena);
    const times = 1_000;
    const batch = batchOf(Array.from({ length: whole(arena, 1, 40) }, (_, at) => item(`TW-${at}`)));
    const first = await vendor.send(intake.origin, batch);
    expect("the first is taken", first?.status === 200, first?.status);
    for (let sent = 1; sent < times; ) {
      const together = Math.min(whole(arena, 1, 20), times - sent);
      clock.advance(((75 * hourMs) / times) * together);
      const answers = await Promise.all(Array.from({ length: together }, () => vendor.send(intake.origin, batch)));
      for (const answer of answers)
        expect("every answer is the first", answer?.text === first!.text && answer.status === 200, answer?.status);
      sent += together;
    }
    expect("one run", (await hub.count("ops.sync_run")) === 1);
    expect("one receipt for each item", (await hub.count("ops.receipt")) === batch.items.length);
    return compare();
  },
};
