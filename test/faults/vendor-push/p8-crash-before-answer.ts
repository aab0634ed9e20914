/** P8: the intake is killed at a crash point between the vendor's bytes and our answer: asking again gives one effect, and an answer. */
import { systemClock } from "../../../platform/clock";
import { testFolder, testHub } from "../../builders/hub";
import type { Fault } from "../fault";
import { startLanyard, until } from "../kit/processes";
import { batchOf, compareVendors, exchange, expect, item, one, pushConnections, Vendor, whole } from "../kit/push-world";
import { freePort } from "../kit/redis";

const points = ["intake:before-commit", "intake:after-commit", "intake:before-answer"] as const;

export const fault: Fault = {
  id: "P8",
  shortSeeds: 3,
  timeoutMs: 180_000,
  async run(arena) {
    const database = await arena.database();
    const hub = await testHub({ yaml: pushConnections, folder: arena.folder, databaseUrl: database.url, clock: systemClock });
    arena.after(() => hub.close());
    const { secret } = await hub.store.intake.issueKey({ connectionId: "zqa-lms", organisation: "ZQA", by: "test" });
    const vendor = new Vendor("zqa-lms", secret, systemClock);
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const start = async (crashPoint: string | undefined) => {
      const process = startLanyard(["start", "--config", `${arena.folder}/lanyard.yaml`, "--role", "intake", "--port", String(port)], {
        env: {
          DATABASE_URL: database.url,
          REDIS_URL: "",
          LANYARD_KEY: Buffer.alloc(32, 7).toString("base64"),
          LANYARD_DATA: `${testFolder()}`,
          LANYARD_CRASH_POINT: crashPoint,
        },
      });
      arena.after(() => process.kill());
      const up = async () => (await exchange(origin, "/livez", "GET", {}))?.status === 200;
      await until(
        "the intake answers",
        () =>
          Promise.race([
            up(),
            process.exited.then(({ code }) => {
              throw new Error(`it ended with ${code}: ${process.said}`);
            }),
          ]),
        60_000,
      );
      return process;
    };
    let count = 0;
    const some = () => batchOf(Array.from({ length: whole(arena, 1, 40) }, () => item(`TW-${count++}`)));
    const point = points[(arena.seed - 1) % points.length]!;
    const nth = whole(arena, 1, 3);
    const doomed = await start(`${point}:${nth}`);
    let open = some();
    for (let at = 1; at <= nth; at++) {
      open = some();
      const told = await vendor.send(origin, open);
      expect(at < nth ? "taken" : "no answer", at < nth ? told?.status === 200 : told === undefined, told?.status);
    }
    expect("it was killed", (await doomed.exited).signal === "SIGKILL");
    const began = performance.now();
    await start(undefined);
    // The dead one's lease is given back at the start, or is waited for.
    const told = await vendor.deliver(origin, open, () => new Promise((resolve) => setTimeout(resolve, 200)), 300);
    expect("it is answered", told.status === 200, told.status);
    expect("and stays so", (await vendor.send(origin, open))?.text === told.text);
    expect("one effect of each batch", (await hub.count("ops.intake_request")) === nth && (await hub.count("ops.page")) === nth);
    const recoveryMs = performance.now() - began;
    // The run that was cut off is ended by the next.
    expect("the next is taken", (await vendor.send(origin, one(arena, [some(), batchOf([])])))?.status === 200);
    return { ...(await compareVendors(arena, hub, [vendor])), recoveryMs };
  },
};
