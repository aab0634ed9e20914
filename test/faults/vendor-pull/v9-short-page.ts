/** V9: a page holds fewer items than the vendor announces. What is missing is not gone, and it is read again. */
import type { Fault } from "../fault";
import { openVendor } from "../kit/vendors";

export const fault: Fault = {
  id: "V9",
  shortSeeds: 4,
  async run(arena) {
    // The third vendor's contract announces nothing: its answers hold one person's records each.
    const vendor = await openVendor(arena, { of: ["moodle", "fhir"] });
    if (arena.random() < 0.6) await vendor.beforehand();
    vendor.strike("short-page");
    const result = await vendor.sync();
    if (vendor.struck() === 0) throw new Error("nothing was struck");
    const said = await vendor.hub.problems(vendor.connectionId);
    if (result.error?.code !== "PAGE_TRUNCATED" && !said.some(({ code }) => code === "PAGE_TRUNCATED"))
      throw new Error(`a short page passed for a whole one: ${result.outcome} ${result.error?.code ?? ""}`);
    await vendor.nothingGone();
    return vendor.recover();
  },
};
