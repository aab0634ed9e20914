/** V22: JSON that hurts a careless reader. One item of a page has it; the others are not held up, and nothing leaks into objects. */
import type { Fault } from "../fault";
import { openVendor, pick } from "../kit/vendors";

export const fault: Fault = {
  id: "V22",
  shortSeeds: 6,
  async run(arena) {
    const vendor = await openVendor(arena);
    if (arena.random() < 0.5) await vendor.beforehand();
    const kind = pick(arena, ["hostile-keys", "hostile-numbers", "hostile-text"] as const);
    vendor.strike(kind, { times: 1 });
    const result = await vendor.sync();
    if (vendor.struck() === 0) throw new Error("nothing was struck");
    for (const name of ["polluted", "isAdmin", "again"]) {
      if (name in {}) throw new Error(`${name} stands on every object now`);
    }
    if (result.error?.cause instanceof Error) arena.note(result.error.cause.stack ?? "");
    if (result.outcome !== "COMPLETED" && result.outcome !== "HELD")
      throw new Error(`one item ended the run: ${result.error?.code} ${JSON.stringify(result.error?.detail)}`);
    // One item may have become another, or none; its neighbours are all there.
    const stored = await vendor.hub.rows("select sum(applied + unchanged + waiting) as n from ops.sync_run where connection_id = $1", [
      vendor.connectionId,
    ]);
    if (Number(stored[0]!.n) < vendor.truth().length - 1) throw new Error(`${stored[0]!.n} of ${vendor.truth().length} arrived`);
    return vendor.recover();
  },
};
