import "reflect-metadata";
import { Boundary } from "../graph-sweep/boundaries";
import { passport, self, staff } from "../graph-sweep/callers";
import { scenarioMovement } from "../graph-sweep/expect";
import { flips } from "../graph-sweep/flips";
import { aroundTheGateway, forgedRepresentations } from "../graph-sweep/hostile";
import { openSweepHub } from "../graph-sweep/hub";
import { people } from "../graph-sweep/scenario";
import { each, Tally } from "../graph-sweep/tally";
import type { SecurityGroup } from "../group";

const callers = [
  ...["hr", "oh"].flatMap((role) => [
    staff(role, "ZQA"),
    staff(role, "ZQB"),
    { ...staff(role, "ZQA"), aal: 2 },
    { ...staff(role, "ZQA"), aal: 0 },
  ]),
  { ...staff("hr", "ZQA"), purpose: "AUDIT" },
  { ...staff("oh", "ZQA"), purpose: "" },
  staff("learning", "ZQA"),
  self("doctor"),
  self("stranger"),
  passport("doctor"),
  passport("stranger"),
];

/** In under half a minute what the sweeps do in several: what has to notice a leak that somebody plants. */
export const group: SecurityGroup = {
  what: "the graph at a glance: who sees whom, one flip of each fact, and the ways around the front door",
  async run() {
    const sweep = await openSweepHub();
    try {
      const boundary = await Boundary.open(sweep);
      const seen = new Tally("everything about each person for a caller of each kind");
      await each(
        callers.flatMap((caller) => people.map(({ name }) => ({ caller, name }))),
        async ({ caller, name }) => {
          seen.tried += 1;
          if (boundary.amount(caller, name, scenarioMovement) === 0) seen.refused += 1;
          await boundary.check(seen, caller, name, scenarioMovement, "as it is");
        },
      );
      // What leaks as it is leaks when something is flipped too: said once, and soon.
      if (seen.leaked > 0) return [seen.row()];
      const around = [await forgedRepresentations(sweep, callers.slice(0, 4)), await aroundTheGateway(sweep)];
      if (around.some(({ leaked }) => leaked > 0)) return [seen.row(), ...around];
      const flipped = new Tally("each fact flipped alone, for those whom it concerns most");
      for (const flip of flips.filter(({ shuts }) => shuts)) {
        const id = sweep.population.ids.get(flip.person)!;
        await flip.apply(sweep, id);
        try {
          await each(
            [staff("hr", "ZQA"), staff("hr", "ZQB"), staff("oh", "ZQB"), self(flip.person), passport(flip.person)],
            async (caller) => {
              flipped.tried += 1;
              await boundary.check(flipped, caller, flip.person, flip.facts(scenarioMovement), flip.name);
            },
          );
        } finally {
          await flip.undo(sweep, id);
        }
        if (flipped.leaked > 0) break;
      }
      return [seen.row(), ...around, flipped.row()];
    } finally {
      await sweep.close();
    }
  },
};
