/** Q5: Redis is restarted, killed, or away for a while, with work in between: it is all done soon after. The 10 minutes of the catalogue are shortened to 20 s. */
import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "../fault";
import { startRedisServer, whyNoRedis } from "../kit/redis";
import { workerWorld } from "../kit/worker-world";

export const fault: Fault = {
  id: "Q5",
  shortSeeds: 1,
  cannotRun: whyNoRedis,
  async run(arena) {
    const redis = await startRedisServer({ folder: arena.folder });
    arena.after(() => redis.kill());
    const world = await workerWorld(arena);
    await world.worker({ redisUrl: redis.url });
    await world.caughtUp();
    const away = [0, 0, 8_000, 20_000][arena.seed % 4]!;
    if (arena.random() < 0.5) await redis.kill();
    else await redis.stop();
    await world.news();
    await pause(away);
    await redis.start();
    const began = performance.now();
    await world.caughtUp(30_000);
    const recoveryMs = performance.now() - began;
    arena.note(`away for ${away / 1000} s`);
    return { ...(await world.compare()), recoveryMs };
  },
};
