/** Q2: a worker is frozen past its lease, another takes over, and the first wakes up: nothing that it still writes counts. */
import type { Fault } from "../fault";
import { standsStill, until } from "../kit/processes";
import { workerWorld } from "../kit/worker-world";

const places = ["page:before-write", "page:before-commit", "page:after-commit", "run:started", "run:before-end"] as const;

export const fault: Fault = {
  id: "Q2",
  shortSeeds: 2,
  async run(arena) {
    const world = await workerWorld(arena);
    const place = places[arena.seed % places.length]!;
    const nth = place.startsWith("page") ? 1 + Math.floor(arena.random() * 3) : 1;
    arena.note(`${place}:${nth}`);
    const frozen = await world.worker({ crash: `freeze=${place}:${nth}` });
    await standsStill(frozen.pid, 60_000);
    const began = performance.now();
    // The minute of a lease is not waited for. What it holds (open transactions, the lock of matching) PostgreSQL takes, after 15 and 30 s.
    await world.leasesEnd();
    await world.news();
    await world.worker();
    await world.caughtUp();
    const recoveryMs = performance.now() - began;
    const before = JSON.stringify(await world.rows("select id, lease_number, checkpoint from ops.connection order by id"));
    frozen.thaw();
    await until("the one that was frozen finds out", () => /LEASE_LOST|DATABASE_UNAVAILABLE/.test(frozen.said), 30_000);
    await world.caughtUp();
    const after = JSON.stringify(await world.rows("select id, lease_number, checkpoint from ops.connection order by id"));
    if (before !== after) throw new Error("the checkpoint or the lease was moved by the worker that was frozen");
    await world.news();
    await world.caughtUp();
    return { ...(await world.compare()), recoveryMs };
  },
};
