/** What a connection to a learning record store needs to know, and where it goes on. */
import { z } from "zod";
import { secretReference } from "../kit/define";

const iri = z.string().regex(/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/, "an IRI, for example https://lms.example.nhs.uk/xapi");

export const settings = z.strictObject({
  /** The xAPI base, to which /statements is added: https://lrs.example.nhs.uk/xapi */
  baseUrl: z.url({ protocol: /^https?$/ }),
  auth: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("basic"), username: z.string().min(1), password: secretReference }),
    z.strictObject({ kind: z.literal("bearer"), token: secretReference }),
  ]),
  /** Sent as X-Experience-API-Version. */
  version: z
    .string()
    .regex(/^(1\.0\.[0-3]|2\.0\.0)$/, "1.0.0 to 1.0.3, or 2.0.0")
    .default("1.0.3"),
  /** Home page of the accounts whose name is the staff number; an account of any other home page names nobody by a number. */
  staffHomePage: iri.optional(),
  /** What that number is; its format is judged by matching, not here. */
  staffIdentifier: z.enum(["ESR_EMPLOYEE_NUMBER", "ESR_ASSIGNMENT_NUMBER", "ESR_PERSON_ID", "LOCAL"]).default("ESR_EMPLOYEE_NUMBER"),
  /** Verbs of a finished piece of learning. */
  verbs: z.array(iri).min(1).default(["http://adlnet.gov/expapi/verbs/completed", "http://adlnet.gov/expapi/verbs/passed"]),
  /** Types of activity that are courses; an activity of another stated type (a module, a question) is left aside. */
  activityTypes: z.array(iri).min(1).default(["http://adlnet.gov/expapi/activities/course"]),
  /** Extension of the activity that holds the course's code; else the last part of the activity's id is its code. */
  courseCodeExtension: iri.optional(),
  /** Extension of the context that holds the ODS code; needed when one store serves several organisations. */
  organisationExtension: iri.optional(),
  /** Languages of titles, best first. */
  languages: z
    .array(z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "language tags, for example en-GB"))
    .min(1)
    .default(["en-GB", "en"]),
  pageSize: z.number().int().min(1).max(1000).default(250),
  /** Look-back of every pass of changes: a store may show a statement later than it dates it. */
  overlapHours: z.number().min(0).max(720).default(24),
});
export type XapiSettings = z.infer<typeof settings>;

/** Ids of statements that were voided before they were seen: so many are remembered between pages. */
export const mostAwaited = 200;

const pass = z.strictObject({
  /** Everything, or what was stored since `from`. */
  full: z.boolean(),
  from: z.string().optional(),
  /** Up to here the store was complete when the pass began: where the next one starts. */
  through: z.string(),
  /** The store's own link to the rest. */
  more: z.string(),
  done: z.number().int(),
});
export const checkpoint = z.strictObject({
  /** Statements stored up to here have been read. */
  through: z.string().optional(),
  pass: pass.optional(),
  awaited: z.array(z.string()).max(mostAwaited).optional(),
});
export type XapiCheckpoint = z.infer<typeof checkpoint>;
