import type { Delivery, RecordKind } from "../connector";
import { defineConnector } from "../kit/define";
import { goPages } from "./client";
import { normalise } from "./normalise";
import { checkpoint, settings } from "./settings";
import { raw } from "./vendor";

/** ESR keeps history and says what it deletes: what a full file no longer holds has been withdrawn. */
const delivered = (kind: RecordKind): Delivery => ({
  kind,
  system: "esr",
  absence: "withdraws",
  provenance: {
    origin: "Substantive NHS Employing Organisation",
    verifier: "Provider",
    method: "Record Verification",
    pedigree: kind === "professional-registration" ? "Sourced" : "Authoritative",
  },
});

/** ESR's Generic Outbound files (GOF, GOC) from a folder. */
export const esr = defineConnector({
  name: "esr",
  version: 1,
  title: "ESR (Generic Outbound files)",
  delivers: (
    [
      "personal-details",
      "assignment",
      "position",
      "organisational-unit",
      "location",
      "competence-definition",
      "competence-award",
      "professional-registration",
    ] as const
  ).map(delivered),
  settings,
  checkpoint,
  raw,
  poll: {
    // Files come once a day; looking into a folder costs nothing.
    everyMinutes: 15,
    requestsPerSecond: 1,
    pages: goPages,
  },
  hosts: () => [],
  normalise,
});
