/** D9: the database is restored as it was an hour ago: what the hub reads is read again from the restored cursors. */
import path from "node:path";
import { createDatabase } from "../../../platform/database";
import type { Fault } from "../fault";
import { startClinic, upTo } from "../kit/moving-clinic";
import { startPostgresServer } from "../kit/postgres";
import { startProxy } from "../kit/proxy";

const hourMs = 3_600_000;

export const fault: Fault = {
  id: "D9",
  shortSeeds: 1,
  timeoutMs: 240_000,
  async run(arena) {
    const server = await startPostgresServer({ folder: arena.folder });
    arena.after(() => server.stop("immediate"));
    const direct = await createDatabase(server.url(), "hub");
    const target = { port: server.port };
    const proxy = await startProxy(target);
    arena.after(() => proxy.close());
    const settings = `pageSize: ${upTo(arena, 3, 8)}, resources: [Immunization]`;
    const clinic = await startClinic(arena, { settings, databaseUrl: proxy.through(direct) });
    const now = () => clinic.vendorClock.now().toISOString();
    let made = 0;
    const grow = (count: number) => {
      for (let n = 0; n < count; n += 1) clinic.resources.push(clinic.dose(`d${made++}`, now()));
    };
    const later = () => {
      clinic.clock.advance(hourMs);
      clinic.vendorClock.advance(hourMs);
    };
    grow(upTo(arena, 6, 15));
    await clinic.sync();
    const backup = await server.copyTo(path.join(arena.folder, "backup"), "backup");
    arena.after(() => backup.stop("immediate"));
    // An hour of the vendor's news, changes and removals, read by the hub that is lost afterwards.
    later();
    grow(upTo(arena, 3, 8));
    clinic.resources[0] = clinic.dose(clinic.resources[0]!.id, now(), "2024-05-05");
    const [gone] = arena.random() < 0.5 ? clinic.resources.splice(1, 1) : [];
    await clinic.sync();
    later();
    grow(upTo(arena, 0, 3));
    await server.stop("immediate");
    const begun = performance.now();
    proxy.cut();
    target.port = backup.port;
    await clinic.sync();
    const recoveryMs = Math.round(performance.now() - begun);
    // A removal is seen by the night's full read.
    if (gone) await clinic.nights(2);
    return { ...(await clinic.compare()), recoveryMs };
  },
};
