import "reflect-metadata";
import { mutationsOfOthers } from "../graph-sweep/acts";
import { flipFacts, flipTokens } from "../graph-sweep/boundaries";
import { openSweepHub } from "../graph-sweep/hub";
import type { SecurityGroup } from "../group";

export const group: SecurityGroup = {
  what: "every condition flipped alone, in the database and in the token, judged over HTTP; every mutation by everybody who may not",
  async run(run) {
    const sweep = await openSweepHub();
    try {
      return [await mutationsOfOthers(sweep), await flipFacts(sweep, run), await flipTokens(sweep, run)];
    } finally {
      await sweep.close();
    }
  },
};
