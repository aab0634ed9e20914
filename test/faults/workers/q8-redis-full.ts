/** Q8: Redis is full and refuses to take more: vendors are answered all the same, and the work is done when there is room. */
import { mkdirSync } from "node:fs";
import type { Fault } from "../fault";
import { batchOf, expect, item, pushWorld } from "../kit/push-world";
import { startRedisServer, whyNoRedis } from "../kit/redis";
import { workerWorld } from "../kit/worker-world";

export const fault: Fault = {
  id: "Q8",
  shortSeeds: 1,
  cannotRun: whyNoRedis,
  async run(arena) {
    const redis = await startRedisServer({ folder: arena.folder });
    arena.after(() => redis.kill());
    const world = await workerWorld(arena);
    await world.worker({ redisUrl: redis.url });
    await world.caughtUp();
    // Not a byte more may be stored.
    await redis.command("CONFIG", "SET", "maxmemory", String(1_000 + Math.floor(arena.random() * 100_000)));
    const refused = await redis.command("SET", "x", "y").then(
      () => false,
      () => true,
    );
    expect("Redis refuses", refused);
    await world.news();
    mkdirSync(`${arena.folder}/push`);
    const { vendor, intake, compare } = await pushWorld({ ...arena, folder: `${arena.folder}/push` });
    expect("taken while Redis is full", (await vendor.send(intake.origin, batchOf([item("TW-1"), item("TW-2")])))?.status === 200);
    await redis.command("CONFIG", "SET", "maxmemory", "0");
    const began = performance.now();
    await world.caughtUp(60_000);
    const pushed = await compare();
    const polled = await world.compare();
    return {
      lost: polled.lost + pushed.lost,
      doubled: polled.doubled + pushed.doubled,
      uncertain: polled.uncertain + pushed.uncertain,
      recoveryMs: performance.now() - began,
    };
  },
};
