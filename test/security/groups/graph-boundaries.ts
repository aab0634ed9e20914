import "reflect-metadata";
import { flipFacts, flipTokens } from "../graph-sweep/boundaries";
import { openSweepHub } from "../graph-sweep/hub";
import type { SecurityGroup } from "../group";

export const group: SecurityGroup = {
  what: "every condition flipped alone, in the database and in the token, judged over HTTP",
  async run(run) {
    const sweep = await openSweepHub();
    try {
      return [await flipFacts(sweep, run), await flipTokens(sweep, run)];
    } finally {
      await sweep.close();
    }
  },
};
