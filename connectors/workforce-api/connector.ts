/** Workforce systems (learning, occupational health, recruitment) that speak the NHS staff passport's contract. */
import { hostOf } from "../kit/addresses";
import { defineConnector } from "../kit/define";
import { workforcePages } from "./client";
import { normaliseWorkforce } from "./normalise";
import { workforceCheckpoint, workforceSettings } from "./settings";
import { workforceRecord } from "./vendor";

const provenance = { verifier: "Provider", method: "Record Verification" } as const;
/** The contract lists what somebody has now: a record that is no longer listed has not been revoked. */
const absence = "notAtSource" as const;

export const workforceApi = defineConnector({
  name: "workforce-api",
  version: 1,
  title: "Workforce API (staff passport contract)",
  delivers: [
    { kind: "competence-award", system: "lms", absence, provenance },
    { kind: "immunisation", system: "oh", absence, provenance },
    { kind: "clinical-test", system: "oh", absence, provenance },
    { kind: "observation", system: "oh", absence, provenance },
    { kind: "employment-check", system: "recruitment", absence, provenance },
    { kind: "professional-registration", system: "recruitment", absence, provenance },
  ],
  settings: workforceSettings,
  checkpoint: workforceCheckpoint,
  raw: workforceRecord,
  poll: {
    everyMinutes: 60,
    // The contract names no limit: two requests a person, so that a trust of 10,000 is swept within a quarter of an hour.
    requestsPerSecond: 25,
    pages: workforcePages,
  },
  hosts: (settings) => [...new Set([hostOf(settings.baseUrl), hostOf(settings.tokenUrl)])],
  normalise: normaliseWorkforce,
});
