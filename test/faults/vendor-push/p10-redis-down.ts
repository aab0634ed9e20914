/** P10: Redis is stopped: the vendor is answered all the same, and what should follow follows when Redis is back. */

import { createHubServer } from "../../../cli/compose/http";
import { composeIntake, followByQueue } from "../../../cli/compose/intake";
import { outboundStage } from "../../../outbound/schedule";
import { closeServer, listen } from "../../../platform/listen";
import { silentLog } from "../../../platform/log";
import { openQueue } from "../../../platform/queue";
import type { Fault } from "../fault";
import { until } from "../kit/processes";
import { batchOf, expect, item, pushWorld, whole } from "../kit/push-world";
import { startRedisServer, whyNoRedis } from "../kit/redis";

const yaml = `  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }
  - { id: zqa-lms, connector: push, organisations: [ZQA], freshWithin: 7d, esr: { competenceAwards: { mode: shadow, fedBy: hub } } }
  - { id: zqb-lms, connector: push, organisations: [ZQB], freshWithin: 7d }
`;

export const fault: Fault = {
  id: "P10",
  shortSeeds: 1,
  cannotRun: whyNoRedis,
  async run(arena) {
    const redis = await startRedisServer({ folder: arena.folder });
    arena.after(() => redis.kill());
    const { hub, vendor, clock, compare } = await pushWorld(arena, { yaml });
    const following = followByQueue(hub.foundation, redis.url);
    const server = createHubServer(hub.foundation, [composeIntake(hub.foundation, undefined, following)], () => true);
    const { port } = await listen(server, "127.0.0.1", 0);
    arena.after(async () => {
      server.closeAllConnections();
      await closeServer(server);
      await following.close();
    });
    const origin = `http://127.0.0.1:${port}`;
    let count = 0;
    const some = () => batchOf(Array.from({ length: whole(arena, 1, 20) }, () => item(`TW-${count++}`)));
    const took = async (when: string) => {
      const told = await vendor.send(origin, some());
      expect(`taken ${when}`, told?.status === 200, told?.status);
    };
    // Gone from the start, or after the queue has been used; killed, or frozen.
    if (arena.random() < 0.5) await took("with Redis");
    const freezes = arena.random() < 0.3;
    if (freezes) await redis.freeze();
    else await redis.kill();
    for (let at = 0; at < whole(arena, 2, 4); at++) await took("without Redis");
    if (freezes) redis.thaw();
    else await redis.start();
    const queue = openQueue({ backend: { redisUrl: redis.url }, log: silentLog });
    arena.after(() => queue.close());
    await until("the run towards ESR is asked for again", async () => {
      await took("with Redis again");
      clock.advance(1_000);
      // Its own job is never delayed; what follows a push is.
      await queue.add(outboundStage, "look", {});
      return (await queue.counts())[outboundStage]!.delayed > 0;
    });
    return compare();
  },
};
