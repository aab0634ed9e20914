import { hostOf } from "../../platform/addresses";
import { defineConnector } from "../kit/define";
import { statementPages } from "./client";
import { normalise } from "./normalise";
import { checkpoint, settings } from "./settings";
import { raw } from "./vendor";

const provenance = { verifier: "Provider", method: "Record Verification", pedigree: "Sourced" } as const;
/** A store may clear away what is old; what it takes back, it voids. */
const absence = "notAtSource" as const;

/** Any learning record store: statements by xAPI, of which the finished courses are read. */
export const xapi = defineConnector({
  name: "xapi",
  version: 1,
  title: "Learning record store (xAPI)",
  delivers: [
    { kind: "achievement", system: "lms", absence, provenance },
    { kind: "competence-award", system: "lms", absence, provenance },
  ],
  settings,
  checkpoint,
  raw,
  poll: {
    everyMinutes: 15,
    // No store states a limit; most stand behind a learning system that people are using.
    requestsPerSecond: 5,
    increments: true,
    pages: statementPages,
  },
  hosts: ({ baseUrl }) => [hostOf(baseUrl)],
  normalise,
});
