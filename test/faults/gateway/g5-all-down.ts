import type { Fault } from "../fault";
import { gatewayWorld, mustBeWhole, type Part } from "../kit/gateway";

const all: readonly Part[] = ["staff", "learning", "health", "checks", "movement", "operations"];
const answerWithinMs = 5_000;

/** Nobody answers behind the gateway: an answer with null and an error at once, never a hang and never an empty record. */
export const fault: Fault = {
  id: "G5",
  shortSeeds: 1,
  async run(arena) {
    const parts: readonly Part[] = arena.long ? ["staff", "learning"] : ["staff"];
    const world = await gatewayWorld(arena, { parts });
    mustBeWhole(await world.ask());
    // A second gateway that has them all elsewhere, where nobody is: refused by some, and by one that is there and silent.
    const nowhere = Object.fromEntries(all.map((part) => [part, "http://127.0.0.1:9/graphql"]));
    const alone = await world.another(nowhere);
    for (const process of world.processes.values()) await (arena.random() < 0.5 ? process.kill() : process.freeze());
    for (const address of [alone.address, world.address]) {
      for (const told of await Promise.all(Array.from({ length: 5 }, () => world.ask(address)))) {
        if (told.person !== null && told.person !== undefined) throw new Error(`somebody was answered: ${told.text.slice(0, 300)}`);
        if (told.errors.length === 0) throw new Error(`nothing, and no error: ${told.text.slice(0, 300)}`);
        if (told.errors.some(({ extensions }) => extensions?.code !== "UPSTREAM_UNAVAILABLE")) throw new Error(told.text.slice(0, 300));
        if (told.status !== 200) throw new Error(`status ${told.status}`);
        if (told.ms > answerWithinMs) throw new Error(`after ${Math.round(told.ms)} ms`);
      }
    }
    return { lost: 0, doubled: 0, uncertain: 0 };
  },
};
