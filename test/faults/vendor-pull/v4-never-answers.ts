/** V4: the vendor accepts the connection and never says a word: from the first byte on, or in the middle of a run. */
import type { Fault } from "../fault";
import { type Relay, startProxy } from "../kit/proxy";
import { openVendor } from "../kit/vendors";

export const fault: Fault = {
  id: "V4",
  shortSeeds: 3,
  async run(arena) {
    let proxy: Relay | undefined;
    const vendor = await openVendor(arena, {
      limits: { headerMs: 150, totalMs: 2_000 },
      async through(url) {
        proxy = await startProxy({ port: Number(new URL(url).port) });
        arena.after(() => proxy?.close());
        return proxy.through(url);
      },
    });
    if (arena.random() < 0.5) await vendor.beforehand();
    if (arena.random() < 0.5) proxy!.behave({ silent: true });
    else vendor.strike("silence");
    await vendor.failsWith("TIMED_OUT");
    await vendor.nothingGone();
    proxy!.behave(undefined);
    // What was held open on the vendor's side ends as well.
    proxy!.cut();
    return vendor.recover();
  },
};
