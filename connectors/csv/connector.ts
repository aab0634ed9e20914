import { defineConnector } from "../kit/define";
import { clearancePages } from "./client";
import { normalise } from "./normalise";
import { checkpoint, settings } from "./settings";
import { raw } from "./vendor";

/** Occupational health's clearances from a folder. Provisional: one mapping, until a vendor's own layout is known. */
export const csv = defineConnector({
  name: "csv",
  version: 1,
  title: "Clearances from CSV files (provisional)",
  delivers: [
    {
      kind: "clearance",
      system: "oh",
      absence: "withdraws",
      provenance: { verifier: "Provider", method: "Record Verification", pedigree: "Authoritative" },
    },
  ],
  settings,
  checkpoint,
  raw,
  poll: {
    // Exports are made once a day; looking into a folder costs nothing.
    everyMinutes: 15,
    requestsPerSecond: 1,
    pages: clearancePages,
  },
  hosts: () => [],
  normalise,
});
