import type { Fault } from "../fault";
import { type AskedPart, askedParts, gatewayWorld, mustBeWhole, mustLackOnly, wholeAgain } from "../kit/gateway";

/** A subgraph is killed under load: every answer has the other parts, and says which one is missing. */
export const fault: Fault = {
  id: "G1",
  shortSeeds: 1,
  async run(arena) {
    const part: AskedPart = askedParts[Math.floor(arena.random() * askedParts.length)]!;
    const world = await gatewayWorld(arena, { parts: [part] });
    mustBeWhole(await world.ask());
    // Some questions are on their way when it dies: each is answered in one of the two ways.
    const before = Math.floor(arena.random() * 10);
    const asked = Array.from({ length: 20 }, (_, n) =>
      n === before
        ? world.processes
            .get(part)!
            .kill()
            .then(() => world.ask())
        : world.ask(),
    );
    let wrong = 0;
    for (const told of await Promise.all(asked)) {
      if (told.errors.length === 0) mustBeWhole(told);
      else mustLackOnly(told, [part]);
      if (told.person?.[part]?.competences?.length === 0) wrong += 1;
    }
    for (let n = 0; n < 5; n++) mustLackOnly(await world.ask(), [part]);
    await world.restart(part);
    return { lost: wrong, doubled: 0, uncertain: 0, recoveryMs: await wholeAgain(world) };
  },
};
