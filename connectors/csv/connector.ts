import type { Delivery } from "../connector";
import { defineConnector } from "../kit/define";
import { normaliseClearance } from "./clearances";
import { filePages } from "./client";
import { normalisePlacement } from "./placements";
import { checkpoint, settings } from "./settings";
import { clearance, layouts, raw } from "./vendor";

const provenance = { verifier: "Provider", method: "Record Verification", pedigree: "Authoritative" };

const delivers: readonly Delivery[] = [
  { kind: "clearance", system: "oh", absence: "withdraws", provenance },
  // A placement opens the host's view of the person. One that the lead employer no longer lists must not keep it open.
  { kind: "placement", system: "recruitment", absence: "withdraws", provenance },
];

/** Lists from a folder: OH's clearances, a lead employer's placements. Provisional: layouts of our own, until a vendor's is known. */
export const csv = defineConnector({
  name: "csv",
  version: 1,
  title: "Clearances or placements from CSV files (provisional)",
  delivers,
  deliversWith: ({ mapping }) => delivers.filter(({ kind }) => kind === layouts[mapping].kind),
  settings,
  checkpoint,
  raw,
  poll: {
    // Exports are made once a day; looking into a folder costs nothing.
    everyMinutes: 15,
    requestsPerSecond: 1,
    pages: filePages,
  },
  hosts: () => [],
  normalise: (row, context) => {
    if (context.settings.mapping === "placements") return normalisePlacement(row, context);
    return normaliseClearance(clearance.parse(row), context);
  },
});
