/** P14: whose records they are the credential says: rows for another trust, or of a kind the key is not for, are refused and written down. */
import type { Fault } from "../fault";
import { batchOf, expect, item, one, pushWorld, whole } from "../kit/push-world";

export const fault: Fault = {
  id: "P14",
  shortSeeds: 2,
  async run(arena) {
    const { vendor, other, intake, hub, compare } = await pushWorld(arena);
    let denials = 0;
    let count = 0;
    const good = () => item(`TW-${count++}`);
    for (let at = 0; at < 6; at++) {
      const foreign = one(arena, ["ZQB", "zqb", "ZQZ", "RXX"]);
      if (arena.random() < 0.5) {
        const told = await vendor.send(intake.origin, batchOf([good()], { organisation: foreign }));
        expect("the whole is 403", told?.status === 403 && told.body.code === "OTHER_ORGANISATION", told?.status);
      } else {
        const alien = item(`TW-alien-${at}`, { organisation: foreign });
        const told = await vendor.send(intake.origin, batchOf([good(), alien, good()]));
        expect("the item is refused, the others are taken", told?.body.refused === 1 && told.body.accepted === 2, told?.body);
      }
      denials += 1;
    }
    // The other trust's key opens nothing here, nor its receipts there.
    expect("another trust's key is no key", (await vendor.send(intake.origin, batchOf([good()]), other.secret))?.status === 401);
    const narrow = await hub.store.intake.issueKey({
      connectionId: "zqa-lms",
      organisation: "ZQA",
      by: "test",
      scope: { organisations: undefined, kinds: ["achievement"] },
    });
    const told = await vendor.send(intake.origin, batchOf(Array.from({ length: whole(arena, 1, 9) }, good)), narrow.secret);
    expect("another kind is refused", told?.status === 422 && told.body.receipts[0].problem.code === "KIND_NOT_ALLOWED", told?.body);
    denials += 1;
    expect("nothing is the other trust's", (await hub.count("learning.competence_award", "controller_org <> 'ZQA'")) === 0);
    expect("each is an audited denial", (await hub.count("audit.event", "operation = 'intake push' and decision = 'DENY'")) === denials);
    return compare();
  },
};
