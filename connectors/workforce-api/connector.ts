/** Workforce systems (learning, occupational health, recruitment) that speak the NHS staff passport's contract. */

import { hostOf } from "../../platform/addresses";
import type { Delivery } from "../connector";
import { anyMapOf } from "../kit/code-maps";
import { defineConnector } from "../kit/define";
import { personKeyOf, workforcePages, workforcePerson } from "./client";
import { normaliseWorkforce } from "./normalise";
import { workforceCheckpoint, workforceSettings } from "./settings";
import { workforceRecord, workforceRecordWith } from "./vendor";

const provenance = { verifier: "Provider", method: "Record Verification" } as const;
/** The contract lists what somebody has now: a record that is no longer listed has not been revoked. */
const absence = "notAtSource" as const;

const delivers: readonly (Delivery & { readonly reads: readonly string[] })[] = [
  { kind: "competence-award", system: "lms", absence, provenance, reads: ["core-skills"] },
  { kind: "immunisation", system: "oh", absence, provenance, reads: ["vaccinations"] },
  { kind: "clinical-test", system: "oh", absence, provenance, reads: ["clinical-tests"] },
  { kind: "observation", system: "oh", absence, provenance, reads: ["observations"] },
  { kind: "employment-check", system: "recruitment", absence, provenance, reads: ["dbs", "right-to-work"] },
  { kind: "professional-registration", system: "recruitment", absence, provenance, reads: ["registrations"] },
];

export const workforceApi = defineConnector({
  name: "workforce-api",
  version: 1,
  title: "Workforce API (staff passport contract)",
  delivers,
  deliversWith: (settings) =>
    delivers.filter((delivery) => delivery.reads.some((read) => (settings.reads as readonly string[]).includes(read))),
  settings: workforceSettings,
  checkpoint: workforceCheckpoint,
  raw: workforceRecord,
  rawWith: (context) => workforceRecordWith(anyMapOf(context)),
  poll: {
    everyMinutes: 60,
    // The contract names no limit: two requests a person, so that a trust of 10,000 is swept within a quarter of an hour.
    requestsPerSecond: 25,
    pages: workforcePages,
    person: {
      key: personKeyOf,
      // The two that the contract names.
      events: { "employee-elearning-completed": "competence-award", "employee-dbs-check-completed": "employment-check" },
      pages: workforcePerson,
    },
  },
  hosts: (settings) => [...new Set([hostOf(settings.baseUrl), hostOf(settings.tokenUrl)])],
  normalise: normaliseWorkforce,
});
