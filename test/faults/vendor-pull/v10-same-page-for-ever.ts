/** V10: the same page whatever is asked for, or a next link that leads to its own page. The run ends, and nothing grows. */
import type { Fault } from "../fault";
import { openVendor, pick } from "../kit/vendors";

export const fault: Fault = {
  id: "V10",
  shortSeeds: 4,
  async run(arena) {
    const vendor = await openVendor(arena, { of: ["moodle", "fhir"] });
    if (arena.random() < 0.5) await vendor.beforehand();
    const pagesBefore = await vendor.hub.count("ops.page");
    vendor.strike(pick(arena, ["same-page", "same-next"] as const), { after: 0 });
    await vendor.failsWith("PAGE_LOOP");
    const grown = (await vendor.hub.count("ops.page")) - pagesBefore;
    if (grown > 3) throw new Error(`${grown} pages were stored of one`);
    await vendor.nothingGone();
    return vendor.recover();
  },
};
