/** FHIR R4 servers of occupational health systems: Immunization, and Observation for serology. */

import { hostOf } from "../../platform/addresses";
import { anyMapOf } from "../kit/code-maps";
import { defineConnector } from "../kit/define";
import { fhirPages } from "./client";
import { normaliseFhir } from "./normalise";
import { fhirCheckpoint, fhirSettings } from "./settings";
import { fhirRecord, fhirRecordWith } from "./vendor";

const provenance = { verifier: "Provider", method: "Record Verification" } as const;

export const fhir = defineConnector({
  name: "fhir",
  version: 1,
  title: "FHIR R4 (Immunization, Observation)",
  delivers: [
    { kind: "immunisation", system: "oh", absence: "withdraws", provenance, dataSet: "immunisations" },
    { kind: "clinical-test", system: "oh", absence: "withdraws", provenance, dataSet: "clinical tests" },
  ],
  settings: fhirSettings,
  checkpoint: fhirCheckpoint,
  raw: fhirRecord,
  rawWith: (context) => fhirRecordWith(anyMapOf(context)),
  poll: {
    everyMinutes: 30,
    // The servers seen announce 60,000 a minute in their RateLimit header; a trust's own system deserves less.
    requestsPerSecond: 10,
    increments: true,
    pages: fhirPages,
  },
  hosts: (settings) => [...new Set([hostOf(settings.baseUrl), ...(settings.auth.kind === "none" ? [] : [hostOf(settings.auth.tokenUrl)])])],
  normalise: normaliseFhir,
});
