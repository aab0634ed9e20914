/** V6: the answer breaks off in its middle. Once: asked for again within the run. Always: the page is discarded whole. */
import type { Fault } from "../fault";
import { openVendor, pick } from "../kit/vendors";

export const fault: Fault = {
  id: "V6",
  shortSeeds: 4,
  async run(arena) {
    const vendor = await openVendor(arena, { limits: { totalMs: 250, attempts: 3 } });
    const kind = pick(arena, ["reset", "wrong-length", "endless-chunks"] as const);
    if (arena.random() < 0.5) await vendor.beforehand();
    if (arena.random() < 0.4) {
      vendor.strike(kind, { times: 1 });
      const result = await vendor.sync();
      if (result.outcome !== "COMPLETED") throw new Error(`one broken answer ended the run: ${result.error?.code}`);
    } else {
      vendor.strike(kind);
      await vendor.failsWith("UNREACHABLE", "TIMED_OUT");
    }
    if (vendor.struck() === 0) throw new Error("nothing was struck");
    await vendor.nothingGone();
    return vendor.recover();
  },
};
