/** Q10: several workers, each with its schedules and its reconciler, ask for the same connections at once: one runs each. */
import type { Fault } from "../fault";
import { startRedisServer, whyNoRedis } from "../kit/redis";
import { backendOf, workerWorld } from "../kit/worker-world";

export const fault: Fault = {
  id: "Q10",
  shortSeeds: 2,
  async run(arena) {
    const redis = (await whyNoRedis()) ? undefined : await startRedisServer({ folder: arena.folder });
    if (redis) arena.after(() => redis.kill());
    const redisUrl = backendOf(arena, redis?.url);
    const world = await workerWorld(arena);
    await Promise.all([world.worker({ redisUrl }), world.worker({ redisUrl })]);
    await world.caughtUp();
    const rounds = arena.long ? 6 : 2;
    for (let round = 0; round < rounds; round++) {
      await world.news();
      await world.caughtUp();
    }
    const overlapping = await world.rows(
      `select a.id from ops.sync_run a join ops.sync_run b on b.connection_id = a.connection_id and b.id > a.id
       where b.started_at < a.ended_at`,
    );
    if (overlapping.length > 0) throw new Error(`${overlapping.length} runs of one connection at the same time`);
    const fenced = await world.rows("select 1 from ops.sync_run where outcome = 'ABANDONED'");
    if (fenced.length > 0) throw new Error(`${fenced.length} runs were taken away from a living worker`);
    return world.compare();
  },
};
