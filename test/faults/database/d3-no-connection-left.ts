/** D3: somebody holds nearly every connection of the server: the doors say 503 in bounded time, health still answers. */
import { Client } from "pg";
import type { Fault } from "../fault";
import { ownServer, takenAgain } from "../kit/own-server";
import { batchOf, expect, item } from "../kit/push-world";

const answerWithinMs = 25_000;

export const fault: Fault = {
  id: "D3",
  shortSeeds: 1,
  timeoutMs: 180_000,
  async run(arena) {
    const { server, world } = await ownServer(arena, { settings: { max_connections: "20" } });
    expect("taken before", (await world.vendor.send(world.intake.origin, batchOf([item("TW-before")])))?.status === 200);
    await world.hub.store.ping();
    // The hub's own connections end, and others take every place before it comes back.
    const holders: Client[] = [];
    arena.after(() => Promise.all(holders.map((one) => one.end().catch(() => undefined))));
    const hold = async () => {
      for (;;) {
        const one = new Client({ connectionString: server.url() });
        one.on("error", () => undefined);
        try {
          await one.connect();
          holders.push(one);
        } catch {
          return;
        }
      }
    };
    await hold();
    await holders[0]!.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lanyard-store' and state = 'idle'",
    );
    await hold();
    const batches = Array.from({ length: 1 + Math.floor(arena.random() * 6) }, (_, n) => batchOf([item(`TW-${n}`)]));
    const begun = performance.now();
    const told = await Promise.all(batches.map((batch) => world.vendor.send(world.intake.origin, batch)));
    const tookMs = performance.now() - begun;
    for (const one of told) expect("200 or 503", one?.status === 200 || one?.status === 503, one?.status);
    const refused = told.filter((one) => one?.status === 503);
    for (const one of refused) expect("when to come again", Number(one!.headers["retry-after"]) > 0);
    expect("answered in bounded time", tookMs < answerWithinMs, Math.round(tookMs));
    // The reserved connection: health is told although nobody else gets in.
    await world.hub.store.ping();
    arena.note(`${holders.length} held; ${refused.length} of ${told.length} refused after ${Math.round(tookMs)} ms`);
    expect("the fault was there", refused.length > 0);
    const freed = performance.now();
    await Promise.all(holders.splice(0).map((one) => one.end()));
    for (const batch of batches)
      await world.vendor.deliver(world.intake.origin, batch, () => new Promise((done) => setTimeout(done, 50)), 500);
    return { ...(await world.compare()), recoveryMs: await takenAgain(world, freed) };
  },
};
