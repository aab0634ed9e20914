import "reflect-metadata";
import { aroundTheGateway, forgedRepresentations, otherWords } from "../graph-sweep/hostile";
import { openSweepHub } from "../graph-sweep/hub";
import { equalsAreEqual, hiddenRowsChangeNothing, nobodyLooksLikeSomebody } from "../graph-sweep/silence";
import type { SecurityGroup } from "../group";

export const group: SecurityGroup = {
  what: "nothing is learnt from what is not said, and nothing by another way: bytes, statements, _entities, aliases, fragments",
  async run(run) {
    const sweep = await openSweepHub();
    try {
      return [
        await forgedRepresentations(sweep),
        await aroundTheGateway(sweep),
        await otherWords(sweep),
        await equalsAreEqual(sweep),
        ...(await nobodyLooksLikeSomebody(sweep, run)),
        await hiddenRowsChangeNothing(sweep, run),
      ];
    } finally {
      await sweep.close();
    }
  },
};
