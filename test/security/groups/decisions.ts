import { actTable } from "../../../access/acts";
import { type Act, decide, decider } from "../../../access/decide";
import { actors } from "../../../access/vocabulary";
import { runDays } from "../../access/days";
import { runFlips } from "../../access/flips";
import { mainActors, mainSweep } from "../../access/main-sweep";
import { runMetamorphic } from "../../access/metamorphic";
import { type Count, emptyCount, only, sweepAct, sweepRead, sweepTogether, types } from "../../access/sweep";
import type { Row, SecurityGroup } from "../group";

const row = (check: string, { examples, ...counts }: Count): Row => ({ check, ...counts, ...(examples.length > 0 ? { examples } : {}) });
function sum(counts: Iterable<Count>): Count {
  const all = emptyCount();
  for (const count of counts) {
    for (const name of ["tried", "refused", "leaked", "missed"] as const) all[name] += count[name];
    all.examples.push(...count.examples);
  }
  return all;
}
/** Of checks that only say what went wrong: something open that must be shut has leaked. */
function counted(check: string, tried: number, wrong: readonly string[]): Row {
  const missed = wrong.filter((one) => /: (shut|deny)$/.test(one)).length;
  return { check, tried, refused: 0, leaked: wrong.length - missed, missed, ...(wrong.length > 0 ? { examples: wrong.slice(0, 5) } : {}) };
}

export const group: SecurityGroup = {
  what: "every decision is what the specification's table says, written down apart from the code",
  async run({ long, seed, note }) {
    const main = mainSweep(note);
    const reads = actors.flatMap((actor) =>
      types.map((type) => {
        const count = emptyCount();
        sweepRead(decider(only(actor)), actor, type, count);
        return count;
      }),
    );
    const acts = actors.flatMap((actor) =>
      (Object.keys(actTable) as Act[]).map((act) => {
        const count = emptyCount();
        sweepAct(decider(only(actor)), actor, act, count);
        return count;
      }),
    );
    const together = emptyCount();
    for (const pair of [["LEHR", "HOHR"] as const, ["OHL", "OHR"] as const])
      for (const type of types) sweepTogether(decide, pair, type, together);
    const flips = runFlips();
    const days = runDays();
    const any = runMetamorphic(long ? 20_000 : 1_500, seed);
    return [
      row(`${mainActors.length} actors, 12 types, 3 actions, every state of the main conditions`, sum(main.values())),
      row(`${actors.length} actors, ${types.length} types and projections, every situation of the conditions that count`, sum(reads)),
      row(`${actors.length} actors, ${Object.keys(actTable).length} acts, every situation of the conditions that count`, sum(acts)),
      row("roles that are the employer's and the host's at once: the union, and no more", together),
      { ...counted("each fact altered alone", flips.opens + flips.shut, flips.wrong), refused: flips.shut },
      counted("first and last days at midnight in London, both days of the clocks among them", days.instants, days.wrong),
      counted(
        `any situation, a grant less (${any.open} of the answers open)`,
        any.tried.removals,
        any.wrong.filter((one) => one.includes("removals")),
      ),
      counted(
        "any situation, time gone by",
        any.tried.later,
        any.wrong.filter((one) => one.includes("later")),
      ),
      counted(
        "any situation, equal in all that counts",
        any.tried.equals,
        any.wrong.filter((one) => one.includes("equals")),
      ),
    ];
  },
};
