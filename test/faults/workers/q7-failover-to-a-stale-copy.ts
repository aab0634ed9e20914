/** Q7: Redis fails over to a copy that lacks the last writes: what was lost with them is asked for again from the ledger. */
import type { Fault } from "../fault";
import { until } from "../kit/processes";
import { startProxy } from "../kit/proxy";
import { startRedisServer, whyNoRedis } from "../kit/redis";
import { workerWorld } from "../kit/worker-world";

export const fault: Fault = {
  id: "Q7",
  shortSeeds: 1,
  cannotRun: whyNoRedis,
  async run(arena) {
    const primary = await startRedisServer({ folder: arena.folder });
    const copy = await startRedisServer({ folder: arena.folder });
    for (const one of [primary, copy]) arena.after(() => one.kill());
    await copy.command("REPLICAOF", "127.0.0.1", String(primary.port));
    const target = { port: primary.port };
    const before = await startProxy(target);
    arena.after(() => before.close());
    const world = await workerWorld(arena);
    const first = await world.worker({ redisUrl: before.through(primary.url) });
    // The copy stops following at some point of the work.
    if (arena.random() < 0.7) await until("the copy has something", async () => Number(await copy.command("DBSIZE")) > 0);
    await copy.command("REPLICAOF", "NO", "ONE");
    await world.caughtUp();
    await world.news();
    await primary.kill();
    // The address stays, and leads to the copy.
    target.port = copy.port;
    before.cut();
    const began = performance.now();
    await world.caughtUp(60_000);
    if (!first.said.includes("worker up")) throw new Error("the worker was not up");
    return { ...(await world.compare()), recoveryMs: performance.now() - began };
  },
};
