/** P5: bad, missing, stale and future signatures: one and the same 401, and the body is not read as JSON. */
import { randomBytes } from "node:crypto";
import type { Fault } from "../fault";
import { type Batch, batchOf, exchange, expect, item, one, pushWorld, whole } from "../kit/push-world";

type Headers = Record<string, string>;
const spoilers: readonly ((headers: Headers, random: () => number) => Headers)[] = [
  ({ "webhook-signature": _, ...rest }) => rest,
  ({ "webhook-id": _, ...rest }) => rest,
  ({ "webhook-timestamp": _, ...rest }) => rest,
  (headers) => ({ ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 301) }),
  (headers) => ({ ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 301) }),
  (headers) => ({ ...headers, "webhook-timestamp": "soon" }),
  (headers) => ({ ...headers, "webhook-id": "msg_another" }),
  (headers) => ({ ...headers, "webhook-signature": `v1,${randomBytes(32).toString("base64")}` }),
  (headers) => ({ ...headers, "webhook-signature": `v1a,${randomBytes(64).toString("base64")}` }),
  (headers) => ({ ...headers, "webhook-signature": headers["webhook-signature"]!.replace("v1,", "v1a,") }),
  (headers) => ({ ...headers, "webhook-signature": "v1," }),
  (headers, random) => {
    const bytes = Buffer.from(headers["webhook-signature"]!.slice(3), "base64");
    const at = Math.floor(random() * bytes.length);
    bytes[at] = bytes[at]! ^ (1 << Math.floor(random() * 8));
    return { ...headers, "webhook-signature": `v1,${bytes.toString("base64")}` };
  },
];

export const fault: Fault = {
  id: "P5",
  shortSeeds: 2,
  async run(arena) {
    const { vendor, other, intake, hub, clock, compare } = await pushWorld(arena);
    const batch = batchOf([item("TW-1")]);
    const unreadable: Batch = { ...batch, payload: "{ not json" };
    const path = "/intake/zqa-lms/records";
    const answers = new Set<string>();
    for (let at = 0; at < 30; at++) {
      const sent = one(arena, [batch, unreadable]);
      const headers = one(arena, spoilers)(vendor.headers(sent), arena.random);
      const told = await exchange(intake.origin, path, "POST", headers, sent.payload);
      answers.add(`${told?.status} ${told?.text}`);
    }
    const foreign = await exchange(intake.origin, path, "POST", vendor.headers(batch, other.secret), batch.payload);
    answers.add(`${foreign?.status} ${foreign?.text}`);
    // Signed well, and held back by somebody for more than five minutes.
    const late = vendor.headers(batch);
    clock.advance(whole(arena, 302, 9_999) * 1000);
    const stale = await exchange(intake.origin, path, "POST", late, batch.payload);
    answers.add(`${stale?.status} ${stale?.text}`);
    expect(
      "one and the same answer",
      answers.size === 1 && [...answers][0]!.startsWith("401 "),
      [...answers].map((text) => text.slice(0, 3)),
    );
    expect("nothing of it is stored", (await hub.count("ops.sync_run")) === 0);
    expect("a good one is taken", (await vendor.send(intake.origin, batchOf([item("TW-2")])))?.status === 200);
    return compare();
  },
};
