/** D4: the disk is full: writes are refused, reads go on while the server is up, and it recovers when there is room. */
import { statfsSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Fault } from "../fault";
import { ownServer, pause, sending, takenAgain } from "../kit/own-server";
import { whyNoTmpfs } from "../kit/postgres";
import { batchOf, expect, item } from "../kit/push-world";

export const fault: Fault = {
  id: "D4",
  shortSeeds: 1,
  timeoutMs: 240_000,
  cannotRun: async () => whyNoTmpfs(),
  async run(arena) {
    const { server, world } = await ownServer(arena, {
      tmpfsMegabytes: 160,
      settings: { min_wal_size: "32MB", max_wal_size: "48MB" },
    });
    expect("taken before", (await world.vendor.send(world.intake.origin, batchOf([item("TW-before")])))?.status === 200);
    const under = sending(arena, world);
    await pause(100 + arena.random() * 300);
    const filler = path.join(path.dirname(server.data), "filler");
    const fill = () => {
      const { bavail, bsize } = statfsSync(server.data);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize)), { flag: "a" });
    };
    // What the log still had to itself is used up, and then there is nothing.
    let refused: number | undefined;
    for (let tries = 0; tries < 200 && refused === undefined; tries++) {
      try {
        fill();
      } catch {
        // full
      }
      await pause(50);
      refused = [...under.answers].find(([status]) => status === 503)?.[1];
    }
    expect("writes are refused", refused !== undefined, [...under.answers]);
    const isUp = await server.sql("select 1").then(
      () => true,
      () => false,
    );
    if (isUp) {
      const { rows } = await world.hub.database.pool.query("select count(*) as n from learning.competence_award");
      expect("reads go on", Number(rows[0].n) > 0);
    }
    arena.note(`the server ${isUp ? "went on reading" : "was down"}; answers ${JSON.stringify([...under.answers])}`);
    const begun = performance.now();
    unlinkSync(filler);
    // PostgreSQL ends itself when it cannot write its log; whoever keeps it starts it again.
    if (!isUp) {
      await server.stop("immediate").catch(() => undefined);
      await server.start();
    }
    const recoveryMs = await takenAgain(world, begun);
    await under.end();
    return { ...(await world.compare()), recoveryMs };
  },
};
