import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { request as send } from "undici";
import type { Fault } from "../fault";
import { gatewayWorld, mustBeWhole } from "../kit/gateway";

/** Fields of the answer that may fail alone, each with where it stands. */
const fields: readonly (readonly (string | number)[])[] = [
  ["learning", "competences", 0, "subject"],
  ["learning", "competences", 0, "awardedOn"],
  ["learning", "sources", 0, "state"],
  ["learning", "competences"],
];

/** An error inside one field of a subgraph that is well otherwise: that field is null, and nothing beside it. */
export const fault: Fault = {
  id: "G4",
  shortSeeds: 1,
  async run(arena) {
    let real = "";
    let broken: readonly (string | number)[] | undefined;
    // Between the gateway and the real subgraph: its answer, with one field as a failing resolver would leave it.
    const between = createServer((incoming, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk as Buffer);
        const { authorization = "" } = incoming.headers;
        const answer = await send(real, {
          method: "POST",
          headers: { "content-type": "application/json", authorization },
          body: Buffer.concat(chunks),
        });
        const body = (await answer.body.json()) as any;
        if (broken && body.data?._entities) {
          let holder = body.data._entities[0];
          for (const step of broken.slice(0, -1)) holder = holder[step];
          holder[broken.at(-1)!] = null;
          body.errors = [{ message: "relation learning.secret", path: ["_entities", 0, ...broken] }];
        }
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      })().catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
    arena.after(() => {
      between.closeAllConnections();
      between.close();
    });
    const own = await gatewayWorld(arena, { parts: ["learning"] });
    real = own.learningUrl;
    const { address } = await own.another({ learning: `http://127.0.0.1:${(between.address() as AddressInfo).port}/graphql` });
    const whole = await own.ask(address);
    mustBeWhole(whole);
    for (const path of [...fields].sort(() => arena.random() - 0.5)) {
      broken = path;
      const told = await own.ask(address);
      const expected = structuredClone(whole.person) as any;
      let holder = expected;
      for (const step of path.slice(0, -1)) holder = holder[step];
      holder[path.at(-1)!] = null;
      const asExpected = JSON.stringify(told.person) === JSON.stringify(expected);
      if (told.status !== 200 || !asExpected || told.errors.length !== 1 || told.text.includes("secret"))
        throw new Error(`${path.join(".")}: ${told.text.slice(0, 600)}`);
    }
    return { lost: 0, doubled: 0, uncertain: 0 };
  },
};
