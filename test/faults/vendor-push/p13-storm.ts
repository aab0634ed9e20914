/** P13: one vendor sends ten times what it may: 429 to that vendor only, and in the end everything of both is there. */
import type { Fault } from "../fault";
import { batchOf, expect, item, pushWorld, whole } from "../kit/push-world";

export const fault: Fault = {
  id: "P13",
  shortSeeds: 2,
  async run(arena) {
    const burst = whole(arena, 4, 12);
    const { vendor, other, intake, clock, compare } = await pushWorld(arena, { limits: { pace: { burst, perSecond: 1 } } });
    let count = 0;
    const some = (name: string) => batchOf(Array.from({ length: whole(arena, 1, 5) }, () => item(`${name}-${count++}`)));
    const storm = Array.from({ length: burst * 10 }, () => some("TW"));
    const stormed = Promise.all(storm.map((batch) => vendor.send(intake.origin, batch)));
    for (let at = 0; at < burst; at++) {
      const told = await other.send(intake.origin, some("ZB"));
      expect("the other vendor has its answer", told?.status === 200, told?.status);
    }
    const answers = await stormed;
    const of = (status: number) => answers.filter((told) => told?.status === status);
    expect(
      "every answer is 200 or 429",
      of(200).length + of(429).length === storm.length,
      answers.map((told) => told?.status),
    );
    expect("some are taken, no more than may", of(200).length > 0 && of(200).length <= burst, of(200).length);
    expect(
      "429 says when to come again",
      of(429).every((told) => Number(told!.headers["retry-after"]) > 0),
    );
    for (const [at, told] of answers.entries())
      if (told?.status === 429)
        await vendor.deliver(intake.origin, storm[at]!, async (again) => clock.advance(Number(again?.headers["retry-after"] ?? 1) * 1000));
    return compare();
  },
};
