/** D5: the primary is lost and a synchronous standby promoted: nothing that was acknowledged is lost. */
import path from "node:path";
import type { Fault } from "../fault";
import { ownServer, pause, sending, takenAgain } from "../kit/own-server";
import { until } from "../kit/processes";
import { startProxy } from "../kit/proxy";
import { expect } from "../kit/push-world";

export const fault: Fault = {
  id: "D5",
  shortSeeds: 1,
  timeoutMs: 240_000,
  async run(arena) {
    // The hub's address stays; what stands behind it changes, as with any virtual address.
    const target = { port: 0 };
    const { server, world } = await ownServer(arena, {
      settings: { wal_level: "replica", max_wal_senders: "4", hot_standby: "on" },
      through: async (url) => {
        target.port = Number(new URL(url).port);
        const proxy = await startProxy(target);
        arena.after(() => proxy.close());
        return proxy.through(url);
      },
    });
    const standby = await server.copyTo(path.join(arena.folder, "standby"), "standby");
    arena.after(() => standby.stop("immediate"));
    await until(
      "the standby follows",
      async () => (await server.sql("select 1 from pg_stat_replication where state = 'streaming'")).length > 0,
    );
    await server.sql("alter system set synchronous_standby_names = 'standby'");
    await server.sql("select pg_reload_conf()");
    await until(
      "it is synchronous",
      async () => (await server.sql("select 1 from pg_stat_replication where sync_state = 'sync'")).length > 0,
    );
    const under = sending(arena, world);
    await pause(150 + arena.random() * 500);
    await server.stop("immediate");
    const begun = performance.now();
    await standby.promote();
    await standby.sql("alter system reset synchronous_standby_names");
    await standby.sql("alter system set synchronous_standby_names = ''");
    await standby.sql("select pg_reload_conf()");
    target.port = standby.port;
    const recoveryMs = await takenAgain(world, begun);
    const taken = await under.end();
    expect("batches were under way", taken > 0);
    arena.note(`${taken} batches; answers ${JSON.stringify([...under.answers])}`);
    return { ...(await world.compare()), recoveryMs };
  },
};
