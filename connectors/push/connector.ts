import { defineConnector } from "../kit/define";
import { recordsOf } from "./body";
import { normalise } from "./normalise";
import { checkpoint, settings } from "./settings";
import { raw } from "./vendor";

const provenance = { verifier: "Provider", method: "Record Verification", pedigree: "Sourced" } as const;
/** A vendor that sends says so when it takes something back; what it does not send again has not gone. */
const absence = "notAtSource" as const;

/** Any learning system that sends its records itself, signed, in one shape for all vendors. */
export const push = defineConnector({
  name: "push",
  version: 1,
  title: "Learning records that a vendor pushes",
  delivers: [
    { kind: "achievement", system: "lms", absence, provenance },
    { kind: "competence-award", system: "lms", absence, provenance },
  ],
  settings,
  checkpoint,
  raw,
  push: { dataSet: "learning", records: recordsOf },
  hosts: () => [],
  normalise,
});
