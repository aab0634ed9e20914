/** D8: a migration wants a lock that a long transaction holds, while a vendor pushes: it gives way, and no request fails. */
import { Client } from "pg";
import type { MigrationInterface, QueryRunner } from "typeorm";
import { createDataSource, runGivingWay } from "../../../store/migrate";
import type { Fault } from "../fault";
import { pause, sending } from "../kit/own-server";
import { expect, pushWorld } from "../kit/push-world";

/** Expands only: a column that may be empty, which needs the table for a moment. */
class Expand1999000000000 implements MigrationInterface {
  name = "Expand1999000000000";
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table learning.competence_award add column of_a_later_version text");
    await runner.query("create index on learning.competence_award (of_a_later_version) where of_a_later_version is not null");
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table learning.competence_award drop column of_a_later_version");
  }
}

export const fault: Fault = {
  id: "D8",
  shortSeeds: 1,
  async run(arena) {
    const database = await arena.database();
    const world = await pushWorld(arena, { databaseUrl: database.url });
    const under = sending(arena, world);
    await pause(100 + arena.random() * 200);
    // Somebody's long report: it shares the table with every write, and with no migration.
    const report = new Client({ connectionString: database.url });
    report.on("error", () => undefined);
    await report.connect();
    arena.after(() => report.end().catch(() => undefined));
    await report.query("begin");
    await report.query("select count(*) from learning.competence_award");
    const source = createDataSource(database.url, [Expand1999000000000]);
    await source.initialize();
    arena.after(() => source.destroy());
    let waited = 0;
    const migrating = runGivingWay(source, async (ms) => {
      waited += 1;
      await pause(ms);
    });
    const heldMs = 1_500 + arena.random() * 2_500;
    const slow: number[] = [];
    for (const end = performance.now() + heldMs; performance.now() < end; ) {
      const begun = performance.now();
      await database.pool.query("select count(*) from learning.competence_award where source_id = 'TW-0'");
      slow.push(performance.now() - begun);
      await pause(20);
    }
    await report.query("commit");
    const applied = await migrating;
    await under.end();
    const statuses = [...under.answers].filter(([status]) => status !== 200);
    arena.note(`gave way ${waited} times; slowest read ${Math.round(Math.max(...slow))} ms; ${JSON.stringify([...under.answers])}`);
    expect("applied", applied.length === 1);
    expect("it had to give way", waited > 0);
    expect("no request failed", statuses.length === 0, statuses);
    expect("nobody queued behind it for long", Math.max(...slow) < 4_000, Math.round(Math.max(...slow)));
    return world.compare();
  },
};
