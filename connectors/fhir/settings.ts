/** What a FHIR connection needs to know, and where it goes on. */
import { z } from "zod";
import { secretReference } from "../kit/define";

const resourceName = z.enum(["Immunization", "Observation"]);
export type ResourceName = z.infer<typeof resourceName>;

export const fhirSettings = z.strictObject({
  /** For example https://oh.example.nhs.uk/fhir/R4 */
  baseUrl: z.url({ protocol: /^https?$/ }),
  auth: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("none") }),
    z.strictObject({
      kind: z.literal("client-credentials"),
      tokenUrl: z.url({ protocol: /^https?$/ }),
      clientId: z.string().min(1),
      clientSecret: secretReference,
      scope: z.string().min(1).optional(),
    }),
  ]),
  /** Identifier system under which a patient carries the staff number; no other identifier is read. */
  staffIdentifierSystem: z.string().min(1),
  /** What that number is. */
  staffIdentifier: z.enum(["ESR_EMPLOYEE_NUMBER", "ESR_PERSON_ID", "ESR_ASSIGNMENT_NUMBER", "LOCAL"]).default("ESR_EMPLOYEE_NUMBER"),
  /** Where the person's details are: in the record, beside it in the answer, or to be read one by one. */
  patientLookup: z.enum(["embedded", "include", "read"]).default("embedded"),
  /** Which field says whose row it is; needed when one system serves several organisations. */
  organisationFrom: z
    .union([
      z.enum(["performer", "location", "managingOrganization"]),
      z.string().regex(/^meta\.tag:.+$/, "performer, location, managingOrganization or meta.tag:<system>"),
    ])
    .optional(),
  pageSize: z.number().int().min(1).max(1000).default(100),
  /** Look-back of every pass of changes: a server may commit a record later than it dates it. ISO 8601 duration. */
  overlap: z
    .string()
    .regex(/^P(?=\d|T\d)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?)?$/, "an ISO 8601 duration of days, hours and minutes, for example PT24H")
    .default("PT24H"),
  resources: z.array(resourceName).min(1).default(["Immunization", "Observation"]),
  /** `system|code` (or code) list asked for; without it every observation is asked for and dropped at the door if unknown. */
  observationCodes: z.array(z.string().regex(/^[^,\s]+$/, "a code, or system|code, without commas and blanks")).default([]),
  /** Everything is read again after so many days at the latest, also where the nightly full read is off: only that shows a deletion. */
  sweepEveryDays: z.number().min(0).default(7),
});
export type FhirSettings = z.infer<typeof fhirSettings>;

const state = z.strictObject({
  /** The latest `meta.lastUpdated` that was read; none yet of a server that holds nothing. */
  lastUpdated: z.string().optional(),
  /** Start of the last complete sweep. */
  sweptAt: z.string().optional(),
});

export const fhirCheckpoint = z.strictObject({
  read: z.strictObject({ Immunization: state.optional(), Observation: state.optional() }),
  /** An unfinished pass. */
  pass: z
    .strictObject({
      resource: resourceName,
      sweep: z.boolean(),
      startedAt: z.string(),
      /** The server's own link, opaque. */
      next: z.string(),
      done: z.number().int(),
      incomplete: z.boolean(),
      /** The latest `meta.lastUpdated` so far. */
      latest: z.string().optional(),
    })
    .optional(),
  /** Of a full read under way: what has been read to its end. */
  full: z.array(resourceName).optional(),
});
export type FhirCheckpoint = z.infer<typeof fhirCheckpoint>;
