/** Q14: jobs of a newer build in the same queue: this one leaves them, untouched and unfailed, and does its own work. */
import { silentLog } from "../../../platform/log";
import { openQueue } from "../../../platform/queue";
import { syncStage } from "../../../sync/schedule";
import type { Fault } from "../fault";
import { startRedisServer, whyNoRedis } from "../kit/redis";
import { backendOf, workerWorld } from "../kit/worker-world";

export const fault: Fault = {
  id: "Q14",
  shortSeeds: 2,
  async run(arena) {
    const redis = (await whyNoRedis()) ? undefined : await startRedisServer({ folder: arena.folder });
    if (redis) arena.after(() => redis.kill());
    const redisUrl = backendOf(arena, redis?.url);
    const world = await workerWorld(arena);
    const newer = openQueue({ backend: redisUrl ? { redisUrl } : { postgresUrl: world.database.url }, log: silentLog });
    arena.after(() => newer.close());
    await newer.ready();
    const jobs = 1 + Math.floor(arena.random() * 20);
    for (let at = 0; at < jobs; at++) await newer.add(syncStage, undefined, { v: 2, connection: "zqa-moodle", at });
    await world.worker({ redisUrl });
    await world.caughtUp();
    await world.news();
    await world.caughtUp();
    const { waiting, active, delayed, failed } = (await newer.counts())[syncStage]!;
    if (failed > 0) throw new Error(`${failed} jobs of the newer build were failed`);
    // With the turns to come of the two schedules.
    if (waiting + active + delayed < jobs) throw new Error(`${waiting + active + delayed} jobs are left of ${jobs}`);
    return world.compare();
  },
};
