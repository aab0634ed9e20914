/** Q3: a worker's event loop stands still in the middle of its runs: it is measured, and whoever takes over is not disturbed. */
import type { Fault } from "../fault";
import { until } from "../kit/processes";
import { workerWorld } from "../kit/worker-world";

export const fault: Fault = {
  id: "Q3",
  shortSeeds: 1,
  async run(arena) {
    const world = await workerWorld(arena);
    const blocked = await world.worker();
    let asked = 0;
    const at = 2 + Math.floor(arena.random() * 4);
    // In the middle of a sweep; the other takes over as if the lease had run out meanwhile.
    const begun = new Promise<void>((resolve) => {
      world.meddler.meddle(() => {
        asked += 1;
        if (asked === at) {
          process.kill(blocked.pid, "SIGUSR2");
          resolve();
        }
        return "pass";
      });
    });
    await world.news();
    await begun;
    await world.leasesEnd();
    await world.worker();
    await until("the standstill is measured", () => /event loop was blocked/.test(blocked.said));
    await blocked.waitFor(/health [^\n]*"blockedMs":[2-9]\d{3}/);
    await world.caughtUp();
    return world.compare();
  },
};
