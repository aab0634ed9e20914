/** D1: the server stops as in a crash and starts again, several times, while a vendor pushes. */
import type { Fault } from "../fault";
import { ownServer, pause, sending, takenAgain } from "../kit/own-server";

export const fault: Fault = {
  id: "D1",
  shortSeeds: 1,
  timeoutMs: 180_000,
  async run(arena) {
    const { server, world } = await ownServer(arena);
    const under = sending(arena, world);
    let recoveryMs = 0;
    for (let times = 0; times < (arena.long ? 2 : 1); times++) {
      await pause(150 + arena.random() * 400);
      await server.stop("immediate");
      await pause(arena.random() * 300);
      const begun = performance.now();
      await server.start();
      recoveryMs = Math.max(recoveryMs, await takenAgain(world, begun));
    }
    const taken = await under.end();
    arena.note(`${taken} batches; answers ${JSON.stringify([...under.answers])}`);
    if (taken === 0) throw new Error("nothing was under way");
    return { ...(await world.compare()), recoveryMs };
  },
};
