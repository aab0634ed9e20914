/** P9: PostgreSQL is stopped: 503 with Retry-After, never a 2xx; back again, the same batch is taken once. */
import { createDatabase } from "../../../platform/database";
import type { Fault } from "../fault";
import { startPostgresServer } from "../kit/postgres";
import { batchOf, expect, item, one, pushWorld, whole } from "../kit/push-world";

export const fault: Fault = {
  id: "P9",
  shortSeeds: 1,
  timeoutMs: 180_000,
  async run(arena) {
    const server = await startPostgresServer({ folder: arena.folder });
    arena.after(() => server.stop("immediate"));
    const databaseUrl = await createDatabase(server.url(), "hub");
    const { vendor, intake, compare } = await pushWorld(arena, { databaseUrl });
    let count = 0;
    const some = () => batchOf(Array.from({ length: whole(arena, 1, 60) }, () => item(`TW-${count++}`)));
    expect("taken before", (await vendor.send(intake.origin, some()))?.status === 200);
    // It goes while batches are on their way, or before they come.
    const batches = Array.from({ length: whole(arena, 2, 5) }, some);
    const early = arena.random() < 0.5 ? batches.map((batch) => vendor.send(intake.origin, batch)) : [];
    await server.stop(one(arena, ["immediate", "fast"]));
    for (const told of await Promise.all(early))
      expect("answered 200 or 503", told !== undefined && [200, 503].includes(told.status), told?.status);
    for (const batch of batches) {
      const told = await vendor.send(intake.origin, batch);
      expect("503, and when to come again", told?.status === 503 && Number(told.headers["retry-after"]) > 0, told?.status);
      expect(
        "in words, and with nothing of the inside",
        told?.body.code === "INTAKE_UNAVAILABLE" && !/postgres|connect/i.test(told.text),
        told?.body,
      );
    }
    const began = performance.now();
    await server.start();
    for (const batch of batches) await vendor.deliver(intake.origin, batch, () => new Promise((resolve) => setTimeout(resolve, 100)), 200);
    return { ...(await compare()), recoveryMs: performance.now() - began };
  },
};
