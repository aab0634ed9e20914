/** Q1: kill -9 of a real worker at a named place; another process goes on from there, with no gap and nothing twice. */
import type { Fault } from "../fault";
import { workerWorld } from "../kit/worker-world";

const places = [
  "lease:taken",
  "run:started",
  "page:before-write",
  "page:before-commit",
  "page:after-commit",
  "run:before-end",
  "run:after-end",
] as const;

export const fault: Fault = {
  id: "Q1",
  shortSeeds: 2,
  async run(arena) {
    const world = await workerWorld(arena);
    const place = places[arena.seed % places.length]!;
    const nth = 1 + Math.floor(arena.random() * (place.startsWith("page") ? 4 : 2));
    arena.note(`${place}:${nth}`);
    const dead = await world.worker({ crash: `${place}:${nth}` });
    const { signal } = await dead.exited;
    if (signal !== "SIGKILL") throw new Error(`the process ended by ${signal}, not at ${place}: ${dead.said.slice(-500)}`);
    const began = performance.now();
    await world.worker();
    await world.caughtUp();
    return { ...(await world.compare()), recoveryMs: performance.now() - began };
  },
};
