/** V5: the answer comes a byte at a time. The deadline is that of the whole answer, or a patient vendor holds a worker for ever. */
import type { Fault } from "../fault";
import { type Relay, startProxy } from "../kit/proxy";
import { openVendor, whole } from "../kit/vendors";

export const fault: Fault = {
  id: "V5",
  shortSeeds: 3,
  async run(arena) {
    let proxy: Relay | undefined;
    const vendor = await openVendor(arena, {
      limits: { headerMs: 300, totalMs: 300, attempts: 2 },
      async through(url) {
        proxy = await startProxy({ port: Number(new URL(url).port) });
        arena.after(() => proxy?.close());
        return proxy.through(url);
      },
    });
    if (arena.random() < 0.5) await vendor.beforehand();
    const byVendor = arena.random() < 0.5;
    if (byVendor) vendor.strike("drip");
    // The head comes late as well: either deadline may be the one that ends it.
    else proxy!.behave({ bytesPerSecond: whole(arena, 10, 200) });
    const begun = performance.now();
    await vendor.failsWith("TIMED_OUT");
    // Two attempts of a few requests, and never the time that the bytes would take.
    if (performance.now() - begun > 30_000) throw new Error("the drip held the run for more than 30 s");
    await vendor.nothingGone();
    proxy!.behave(undefined);
    proxy!.cut();
    return vendor.recover();
  },
};
