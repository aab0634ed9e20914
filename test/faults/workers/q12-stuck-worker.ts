/** Q12: a worker that lives and takes no work (its connections to the queue lead nowhere): it says so, and mends itself. 60 s are shortened to 4. */
import type { Fault } from "../fault";
import { until } from "../kit/processes";
import { startProxy } from "../kit/proxy";
import { startRedisServer, whyNoRedis } from "../kit/redis";
import { workerWorld } from "../kit/worker-world";

export const fault: Fault = {
  id: "Q12",
  shortSeeds: 1,
  cannotRun: whyNoRedis,
  async run(arena) {
    const redis = await startRedisServer({ folder: arena.folder });
    arena.after(() => redis.kill());
    const proxy = await startProxy({ port: redis.port });
    arena.after(() => proxy.close());
    const world = await workerWorld(arena);
    const worker = await world.worker({ redisUrl: proxy.through(redis.url), settings: { stuckAfterMs: 4_000 } });
    await world.caughtUp();
    const said = worker.said.length;
    const unhealthy = () => /health \{"healthy":false/.test(worker.said.slice(said));
    if (arena.seed % 2 === 0) {
      // The connections that are there stay open, and nothing comes back by them: no error ever tells.
      const { begun } = proxy;
      proxy.behave({ onAnswer: (_, { number }) => (number < begun ? "drop" : "pass") });
    } else await redis.command("CLIENT", "PAUSE", "30000", "ALL");
    await world.news();
    await until("it says that it is unhealthy", unhealthy, 60_000);
    const began = performance.now();
    if (arena.seed % 2 === 1) await redis.command("CLIENT", "UNPAUSE").catch(() => undefined);
    await world.caughtUp(60_000);
    const recoveryMs = performance.now() - began;
    const at = worker.said.length;
    await until("it is healthy again", () => /health \{"healthy":true/.test(worker.said.slice(at)));
    return { ...(await world.compare()), recoveryMs };
  },
};
