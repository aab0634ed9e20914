/** Each condition dropped from each cell: the table that results must differ from the one that is written, or the sweep is blind. */
import { actTable } from "../../access/acts";
import { type Act, decider, type Tables } from "../../access/decide";
import { readTable } from "../../access/tables";
import type { Actor, Cell, Condition, RecordType } from "../../access/vocabulary";
import { type Count, emptyCount, only, sweepAct, sweepRead } from "./sweep";

export interface Mutant {
  readonly name: string;
  /** What the sweep finds of it. */
  differs(): Count;
}

const without = (cell: Cell, condition: Condition): Cell => ({
  ...cell,
  paths: cell.paths.map((path) => ({ ...path, conditions: path.conditions.filter((one) => one !== condition) })),
});
const conditionsOf = (cell: Cell) => [...new Set(cell.paths.flatMap(({ conditions }) => conditions))];

export function* mutants(): Generator<Mutant> {
  for (const [actor, row] of Object.entries(readTable) as [Actor, Tables["read"][Actor]][]) {
    for (const [type, cell] of Object.entries(row) as [RecordType, Cell][]) {
      for (const condition of conditionsOf(cell)) {
        yield {
          name: `${actor} reads ${type} without ${condition}`,
          differs: () => {
            const column = { [type]: without(cell, condition) };
            const count = emptyCount();
            sweepRead(decider({ read: { ...only("").read, [actor]: column }, acts: actTable }), actor, type, count, true);
            return count;
          },
        };
      }
    }
  }
  for (const [act, row] of Object.entries(actTable) as [Act, Tables["acts"][Act]][]) {
    for (const [actor, cell] of Object.entries(row) as [Actor, Cell][]) {
      for (const condition of conditionsOf(cell)) {
        yield {
          name: `${actor} does ${act} without ${condition}`,
          differs: () => {
            const acts = { ...only(actor).acts, [act]: { [actor]: without(cell, condition) } };
            const count = emptyCount();
            sweepAct(decider({ read: readTable, acts }), actor, act, count, true);
            return count;
          },
        };
      }
    }
  }
}
