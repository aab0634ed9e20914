/** V7: bytes that are not the text they are said to be. A byte order mark is; everything else is refused, never guessed at. */
import type { Fault } from "../fault";
import { openVendor, pick } from "../kit/vendors";

export const fault: Fault = {
  id: "V7",
  shortSeeds: 5,
  async run(arena) {
    const vendor = await openVendor(arena);
    const kind = pick(arena, ["garbage", "invalid-utf8", "byte-order-mark", "utf-16", "wrong-charset"] as const);
    if (arena.random() < 0.5) await vendor.beforehand();
    vendor.strike(kind);
    if (kind === "byte-order-mark") {
      const result = await vendor.sync();
      if (result.outcome !== "COMPLETED") throw new Error(`a byte order mark ended the run: ${result.error?.code}`);
    } else await vendor.failsWith("NOT_JSON");
    if (vendor.struck() === 0) throw new Error("nothing was struck");
    await vendor.nothingGone();
    return vendor.recover();
  },
};
