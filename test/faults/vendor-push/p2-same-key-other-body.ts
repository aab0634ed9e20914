/** P2: the same Idempotency-Key for another body: 409, a security event, and the first one counts. */
import type { Fault } from "../fault";
import { type Batch, batchOf, expect, item, one, pushWorld, whole } from "../kit/push-world";

export const fault: Fault = {
  id: "P2",
  shortSeeds: 2,
  async run(arena) {
    const { vendor, intake, hub, compare } = await pushWorld(arena);
    const batch = batchOf(Array.from({ length: whole(arena, 1, 30) }, (_, at) => item(`TW-${at}`)));
    const first = await vendor.send(intake.origin, batch);
    const changed = one(arena, [
      batch.payload.replace("2026-10-01", "2026-09-01"),
      `${batch.payload} `,
      JSON.stringify({ records: [] }),
      "{ not json",
    ]);
    const tries = whole(arena, 1, 4);
    for (let at = 0; at < tries; at++) {
      const other: Batch = { ...batch, payload: changed };
      const told = await vendor.send(intake.origin, other);
      expect("409, with the header named", told?.status === 409 && told.body.errors[0].pointer === "Idempotency-Key", told?.body);
    }
    const again = await vendor.send(intake.origin, batch);
    expect("the first keeps its answer", again?.text === first?.text);
    const audited = await hub.rows("select reason from audit.event where operation = 'intake push' and decision = 'DENY'");
    expect(
      "each try is an audited denial",
      audited.length === tries && audited.every(({ reason }) => reason === "IDEMPOTENCY_KEY_REUSED"),
      audited,
    );
    const [problem] = await hub.rows("select detail from ops.problem where code = 'IDEMPOTENCY_KEY_REUSED'");
    expect("its problem points at the header", problem?.detail.pointer === "Idempotency-Key", problem);
    return compare();
  },
};
