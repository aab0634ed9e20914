/** Q9: Redis stands still for 10 s in the middle of the work: nothing happens twice, and the work goes on. */
import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "../fault";
import { startRedisServer, whyNoRedis } from "../kit/redis";
import { workerWorld } from "../kit/worker-world";

export const fault: Fault = {
  id: "Q9",
  shortSeeds: 1,
  cannotRun: whyNoRedis,
  async run(arena) {
    const redis = await startRedisServer({ folder: arena.folder });
    arena.after(() => redis.kill());
    const world = await workerWorld(arena);
    const at = 1 + Math.floor(arena.random() * 8);
    let asked = 0;
    const midway = new Promise<void>((resolve) => {
      world.meddler.meddle(() => {
        asked += 1;
        if (asked === at) resolve();
        return "pass";
      });
    });
    await world.worker({ redisUrl: redis.url });
    await world.worker({ redisUrl: redis.url });
    await midway;
    await redis.freeze();
    await world.news();
    await pause(10_000);
    redis.thaw();
    const began = performance.now();
    await world.caughtUp();
    return { ...(await world.compare()), recoveryMs: performance.now() - began };
  },
};
