/** Q6: FLUSHALL, or the queue's schema dropped, under a running worker: within a minute every job is there again. */
import type { Fault } from "../fault";
import { until } from "../kit/processes";
import { startRedisServer, whyNoRedis } from "../kit/redis";
import { backendOf, workerWorld } from "../kit/worker-world";

export const fault: Fault = {
  id: "Q6",
  shortSeeds: 2,
  async run(arena) {
    const redis = (await whyNoRedis()) ? undefined : await startRedisServer({ folder: arena.folder });
    if (redis) arena.after(() => redis.kill());
    const redisUrl = arena.seed % 2 === 0 ? undefined : backendOf({ ...arena, random: () => 0 }, redis?.url);
    const world = await workerWorld(arena);
    await world.worker({ redisUrl });
    // At rest, or in the middle of a sweep.
    const midway = arena.random() < 0.5;
    if (midway)
      await new Promise<void>((resolve) =>
        world.meddler.meddle(() => {
          resolve();
          return "pass";
        }),
      );
    else await world.caughtUp();
    const wipe = async () => {
      if (redisUrl) await redis!.command("FLUSHALL");
      else await world.rows("drop schema bullmq cascade");
    };
    await wipe();
    const began = performance.now();
    await world.news();
    await world.caughtUp(60_000);
    const recoveryMs = performance.now() - began;
    // The schedules are there again, so that the next turn comes by itself.
    await until(
      "the schedules are there again",
      async () =>
        redisUrl
          ? Number(await redis!.command("ZCARD", "lanyard:sync:repeat")) === 2
          : // Its tables may not be there yet.
            (await world.rows("select count(*)::int as n from bullmq.scheduler where queue = 'sync'").catch(() => []))[0]?.n === 2,
      60_000,
    );
    return { ...(await world.compare()), recoveryMs };
  },
};
