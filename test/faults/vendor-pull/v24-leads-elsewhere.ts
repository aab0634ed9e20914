/** V24: a redirect or a next link to another host, a metadata address, a file. Refused; and nothing is ever sent there. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fault } from "../fault";
import { openVendor, pick } from "../kit/vendors";

export const fault: Fault = {
  id: "V24",
  shortSeeds: 5,
  async run(arena) {
    let visits = 0;
    const trap = createServer((_, response) => {
      visits += 1;
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
    await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
    arena.after(() => new Promise((resolve) => trap.close(resolve)));
    const { port } = trap.address() as AddressInfo;
    const vendor = await openVendor(arena);
    if (arena.random() < 0.5) await vendor.beforehand();
    // A port of the same machine that is not on the allow-list is as foreign as another host.
    const to = pick(arena, [
      `http://127.0.0.1:${port}/`,
      `http://localhost:${port}/x`,
      `http://[::ffff:127.0.0.1]:${port}/`,
      undefined,
      undefined,
    ]);
    vendor.strike(pick(arena, ["redirect-elsewhere", "link-elsewhere"] as const), { to });
    await vendor.failsWith("FOREIGN_HOST");
    if (visits > 0) throw new Error(`the hub went there: ${visits} requests`);
    await vendor.nothingGone();
    return vendor.recover();
  },
};
