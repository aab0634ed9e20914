import { mutants } from "../../access/mutants";
import type { SecurityGroup } from "../group";

export const group: SecurityGroup = {
  what: "no condition can be dropped from any cell without the sweep finding it",
  async run() {
    const alive: string[] = [];
    let tried = 0;
    for (const mutant of mutants()) {
      tried++;
      const { leaked, missed } = mutant.differs();
      if (leaked + missed === 0) alive.push(mutant.name);
    }
    const found = tried - alive.length;
    return [
      {
        check: `conditions dropped from their cells, one at a time: ${found} of ${tried} found`,
        tried,
        refused: found,
        leaked: 0,
        missed: alive.length,
        ...(alive.length > 0 ? { examples: alive.slice(0, 10) } : {}),
      },
    ];
  },
};
