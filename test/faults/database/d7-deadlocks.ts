/** D7: others lock the same rows the other way round: PostgreSQL ends one of them, and the whole unit is tried again. */
import { Client } from "pg";
import type { Fault } from "../fault";
import { pause } from "../kit/own-server";
import { batchOf, expect, item, pushWorld, whole } from "../kit/push-world";

export const fault: Fault = {
  id: "D7",
  shortSeeds: 2,
  async run(arena) {
    const database = await arena.database();
    await database.pool.query(
      `do $$ begin execute format('alter database %I set deadlock_timeout = ''20ms''', current_database()); end $$`,
    );
    const world = await pushWorld(arena, { databaseUrl: database.url });
    const ids = Array.from({ length: whole(arena, 6, 20) }, (_, n) => `TW-${String(n).padStart(3, "0")}`);
    const changed = (round: number) =>
      batchOf(
        ids.map((id) =>
          item(id, {
            dateLastAwarded: `2026-09-${String(1 + (round % 28)).padStart(2, "0")}`,
            changedAt: new Date(Date.UTC(2026, 8, 1, 0, round)).toISOString(),
          }),
        ),
      );
    expect("taken before", (await world.vendor.send(world.intake.origin, changed(0)))?.status === 200);
    let stop = false;
    let ended = 0;
    // Updates in the order opposite to the hub's, two rows at a time, committed at once: a colleague's careless script.
    const adversaries = Array.from({ length: 2 }, async () => {
      const client = new Client({ connectionString: database.url });
      client.on("error", () => undefined);
      await client.connect();
      try {
        while (!stop) {
          try {
            await client.query("begin");
            const two = [...ids]
              .sort(() => arena.random() - 0.5)
              .slice(0, 2)
              .sort()
              .reverse();
            for (const id of two) await client.query("update learning.competence_award set name = name where source_id = $1", [id]);
            await client.query("commit");
          } catch (error) {
            if ((error as { code?: string }).code === "40P01") ended += 1;
            await client.query("rollback").catch(() => undefined);
          }
        }
      } finally {
        await client.end();
      }
    });
    const rounds = arena.long ? 25 : 12;
    for (let round = 1; round <= rounds; round++) await world.vendor.deliver(world.intake.origin, changed(round), () => pause(20), 100);
    stop = true;
    await Promise.all(adversaries);
    const { rows } = await database.pool.query("select deadlocks from pg_stat_database where datname = current_database()");
    arena.note(`${rows[0].deadlocks} deadlocks, ${ended} of them ended the other side`);
    return world.compare();
  },
};
