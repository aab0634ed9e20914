/** Q13: workers, and whole hubs (`lanyard start`), are stopped and started again and again in the middle of their work: each drains in time, and nothing is lost. */
import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "../fault";
import { until } from "../kit/processes";
import { freePort, startRedisServer, whyNoRedis } from "../kit/redis";
import { backendOf, workerWorld } from "../kit/worker-world";

export const fault: Fault = {
  id: "Q13",
  shortSeeds: 1,
  async run(arena) {
    const redis = (await whyNoRedis()) ? undefined : await startRedisServer({ folder: arena.folder });
    if (redis) arena.after(() => redis.kill());
    const redisUrl = backendOf(arena, redis?.url);
    const world = await workerWorld(arena);
    // A vendor that takes its time, so that every stop falls into a page.
    world.meddler.meddle(async () => {
      await pause(100);
      return "pass" as const;
    });
    let slowestMs = 0;
    // Every third seed the whole hub: its doors, its graph and its worker in one process, with a first sync under way at first.
    const whole = arena.seed % 3 === 0;
    const start = async () => {
      if (!whole) return world.worker({ redisUrl });
      const port = String(await freePort());
      return world.lanyard(["start", "--role", "all", "--port", port, "--json"], redisUrl);
    };
    for (let round = 0; round < (arena.long ? 4 : 2); round++) {
      await world.news();
      const asked = world.meddler.seen.length;
      const worker = await start();
      // In the middle of a page: it reads, and then some of it has been read.
      await until("it reads", () => world.meddler.seen.length > asked);
      await pause(arena.random() * 1_500);
      const began = performance.now();
      const { code } = await worker.kill("SIGTERM");
      slowestMs = Math.max(slowestMs, performance.now() - began);
      if (code !== 0) throw new Error(`it ended with ${code}: ${worker.said.slice(-300)}`);
      const left = await world.rows("select outcome from ops.sync_run where ended_at is null or outcome in ('FAILED', 'ABANDONED')");
      if (left.length > 0) throw new Error(`a graceful stop left ${left.length} runs that were not ended as they should`);
      const leased = await world.rows("select id from ops.connection where lease_until > now()");
      if (leased.length > 0) throw new Error("a graceful stop kept a lease");
    }
    if (slowestMs > 30_000) throw new Error(`it took ${Math.round(slowestMs / 1000)} s to drain`);
    arena.note(`slowest stop ${Math.round(slowestMs)} ms`);
    await start();
    await world.news();
    await world.caughtUp();
    return world.compare();
  },
};
