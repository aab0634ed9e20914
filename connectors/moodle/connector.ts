import { defineConnector } from "../kit/define";
import { normalise } from "./normalise";
import { settings } from "./settings";
import { checkpoint, sweepPages } from "./sweep";
import { raw } from "./vendor";

/** Moodle and Totara, by their REST web services. */
export const moodle = defineConnector({
  name: "moodle",
  version: 1,
  title: "Moodle or Totara (web services)",
  delivers: [
    // A course that is reset for the next round forgets its completions: what was achieved stays achieved.
    {
      kind: "personal-details",
      system: "lms",
      absence: "notAtSource",
      provenance: { verifier: "Provider", pedigree: "Sourced" },
      dataSet: "people",
    },
    {
      kind: "achievement",
      system: "lms",
      absence: "notAtSource",
      provenance: { verifier: "Provider", method: "Record Verification", pedigree: "Authoritative" },
      dataSet: "completions",
    },
    {
      kind: "competence-award",
      system: "lms",
      absence: "notAtSource",
      provenance: { verifier: "Provider", method: "Record Verification", pedigree: "Authoritative" },
      dataSet: "completions",
    },
  ],
  settings,
  checkpoint,
  raw,
  poll: {
    everyMinutes: 15,
    // Moodle states no limit. Every call holds one PHP worker; small sites have ten of them, and people need most.
    requestsPerSecond: 10,
    pages: sweepPages,
  },
  hosts: ({ baseUrl }) => [new URL(baseUrl).host],
  normalise,
});
