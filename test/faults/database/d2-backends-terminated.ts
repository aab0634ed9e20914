/** D2: every connection of the hub is terminated, again and again, while a vendor pushes and another system is read. */
import type { Fault } from "../fault";
import { pause, sending, takenAgain } from "../kit/own-server";
import { pushWorld } from "../kit/push-world";

export const fault: Fault = {
  id: "D2",
  shortSeeds: 2,
  async run(arena) {
    const database = await arena.database();
    const world = await pushWorld(arena, { databaseUrl: database.url });
    const under = sending(arena, world);
    let ended = 0;
    for (let times = 0; times < (arena.long ? 6 : 3); times++) {
      await pause(60 + arena.random() * 250);
      const { rows } = await database.pool.query(
        `select count(*) filter (where pg_terminate_backend(pid)) as n from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'lanyard-test'`,
      );
      ended += Number(rows[0].n);
    }
    const recoveryMs = await takenAgain(world, performance.now());
    await under.end();
    arena.note(`${ended} connections terminated; answers ${JSON.stringify([...under.answers])}`);
    if (ended === 0) throw new Error("no connection was terminated");
    return { ...(await world.compare()), recoveryMs };
  },
};
