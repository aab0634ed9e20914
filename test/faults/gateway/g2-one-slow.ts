import type { Fault } from "../fault";
import { type AskedPart, askedParts, gatewayWorld, mustBeWhole, mustLackOnly, wholeAgain } from "../kit/gateway";

/** The gateway gives a subgraph one second; the rest is what two busy cores need to say so. */
const cutWithinMs = 4_000;

/** A subgraph stands still: its part is cut after a second, the others are served, and it is back when it wakes. */
export const fault: Fault = {
  id: "G2",
  shortSeeds: 1,
  async run(arena) {
    const part: AskedPart = askedParts[Math.floor(arena.random() * askedParts.length)]!;
    const world = await gatewayWorld(arena, { parts: [part] });
    mustBeWhole(await world.ask());
    const process = world.processes.get(part)!;
    await process.freeze();
    const together = 1 + Math.floor(arena.random() * 8);
    for (const told of await Promise.all(Array.from({ length: together }, () => world.ask()))) {
      mustLackOnly(told, [part]);
      if (told.ms > cutWithinMs) throw new Error(`cut after ${Math.round(told.ms)} ms only`);
      if (told.ms < 900) throw new Error(`given up after ${Math.round(told.ms)} ms: a second is its due`);
    }
    process.thaw();
    return { lost: 0, doubled: 0, uncertain: 0, recoveryMs: await wholeAgain(world) };
  },
};
