import "reflect-metadata";
import { scenarioMovement } from "../graph-sweep/expect";
import { sweepFields } from "../graph-sweep/fields";
import { openSweepHub } from "../graph-sweep/hub";
import type { SecurityGroup } from "../group";

export const group: SecurityGroup = {
  what: "every field of the graph x every actor x own and foreign organisations, over HTTP with signed tokens",
  async run(run) {
    const sweep = await openSweepHub();
    try {
      return await sweepFields(sweep, run, scenarioMovement);
    } finally {
      await sweep.close();
    }
  },
};
