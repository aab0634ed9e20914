/** P11: 500 items, one of them bad: 499 are taken, and the one is named in the vendor's own words. */
import type { Fault } from "../fault";
import { batchOf, expect, item, one, pushWorld, whole } from "../kit/push-world";

const bad: readonly (readonly [pointer: string, spoil: Readonly<Record<string, unknown>>])[] = [
  ["/dateLastAwarded", { dateLastAwarded: "2026-02-31" }],
  ["/dateLastAwarded", { dateLastAwarded: null }],
  ["/competencyName", { subjectName: "Juggling", competencyName: "Juggling" }],
  ["/person/staffNumber", { person: {} }],
  ["/withdrawn", { withdrawn: "perhaps" }],
  ["/changedAt", { changedAt: "yesterday" }],
  ["/subjectLevel", { subjectLevel: ["1"] }],
  ["/competencyFramework", { competencyFramework: "XYZ" }],
  ["/competencyName", { competencyName: "a\u0000b" }],
];

export const fault: Fault = {
  id: "P11",
  shortSeeds: 2,
  async run(arena) {
    const { vendor, intake, hub, compare } = await pushWorld(arena);
    const [pointer, spoil] = one(arena, bad);
    const at = whole(arena, 0, 499);
    const items = Array.from({ length: 500 }, (_, n) => item(`TW-${n}`, n === at ? spoil : {}));
    const told = await vendor.send(intake.origin, batchOf(items));
    expect("taken", told?.status === 200 && told.body.accepted === 499 && told.body.refused === 1, [told?.status, told?.body?.refused]);
    const { outcome, yourId, problem } = told!.body.receipts[at];
    expect("the one is named", outcome === "refused" && yourId === `TW-${at}` && problem.pointer === `/records/${at}${pointer}`, problem);
    expect("it is one refusal", (await hub.count("ops.refused", "resolved_at is null")) === 1);
    const again = await vendor.send(intake.origin, batchOf([item(`TW-${at}`)]));
    expect("corrected it is taken", again?.body.accepted === 1 && (await hub.count("ops.refused", "resolved_at is null")) === 0);
    return compare();
  },
};
