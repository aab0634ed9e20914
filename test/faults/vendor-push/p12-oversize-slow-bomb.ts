/** P12: bodies that are too large, never end or blow up: refused early, while others are served as if nothing were. */
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import type { Fault } from "../fault";
import { startProxy } from "../kit/proxy";
import { batchOf, exchange, expect, item, pushWorld, whole } from "../kit/push-world";

export const fault: Fault = {
  id: "P12",
  shortSeeds: 2,
  async run(arena) {
    const { vendor, other, intake, compare } = await pushWorld(arena, { limits: { uploadMs: 400 } });
    const proxy = await startProxy({ port: Number(new URL(intake.origin).port) });
    arena.after(() => proxy.close());
    const through = proxy.through(intake.origin);
    // From somewhere in the body on nothing arrives any more.
    proxy.behave({ onRequest: (_, conversation) => (conversation.asked > 2_000 ? "drop" : "pass") });
    const path = "/intake/zqa-lms/records";
    const large = batchOf(Array.from({ length: 200 }, (_, at) => item(`TW-slow-${at}`)));
    const bomb = { ...large, payload: gzipSync(Buffer.alloc(whole(arena, 6, 60) * 1024 * 1024, " ")) };
    const attacks = [
      ...Array.from(
        { length: 6 },
        () => () => exchange(through, path, "POST", { ...vendor.headers(large), "content-length": "1000000" }, large.payload),
      ),
      ...Array.from(
        { length: 3 },
        () => () => exchange(intake.origin, path, "POST", { ...vendor.headers(large), "content-encoding": "gzip" }, bomb.payload),
      ),
      () => exchange(intake.origin, path, "POST", { ...vendor.headers(large), "content-length": String(500 * 1024 * 1024) }, "{"),
      () => exchange(intake.origin, path, "POST", vendor.headers(large), Buffer.alloc(6 * 1024 * 1024, " ")),
    ];
    // Headers that never end hold a place and nothing else.
    const lazy = Array.from({ length: whole(arena, 5, 40) }, () => {
      const socket = connect(Number(new URL(intake.origin).port), "127.0.0.1");
      socket.on("error", () => undefined).write("POST /intake/zqa-lms/records HTTP/1.1\r\nhost: hub\r\n");
      return socket;
    });
    arena.after(() => {
      for (const socket of lazy) socket.destroy();
    });
    const attacked = Promise.all(attacks.map((attack) => attack()));
    for (let at = 0; at < 8; at++) {
      const told = await other.send(intake.origin, batchOf(Array.from({ length: 5 }, (_, n) => item(`ZB-${at}-${n}`))));
      expect("the other vendor is served at once", told?.status === 200, told?.status);
    }
    const statuses = (await attacked).map((told) => told?.status);
    expect(
      "slow: 408",
      statuses.slice(0, 6).every((status) => status === 408),
      statuses,
    );
    expect(
      "bombs and giants: 413",
      statuses.slice(6).every((status) => status === 413),
      statuses,
    );
    proxy.behave(undefined);
    expect("then it is taken", (await vendor.send(through, large))?.status === 200);
    return compare();
  },
};
