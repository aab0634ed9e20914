import { z } from "zod";
import { secretReference } from "../kit/define";

/** Where an account keeps the staff number: a field of the account, or a profile field by its short name. */
const accountField = z
  .string()
  .regex(/^(idnumber|username|email|profile:[A-Za-z0-9_]{1,100})$/, "idnumber, username, email or profile:<short name>");

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * Headers of the report, by name: columns can be moved and renamed in Moodle, and the position means nothing. Renamed
 * columns are named here.
 */
const columns = z.strictObject({
  username: z.string().min(1).default("Username"),
  courseShortName: z.string().min(1).default("Course short name"),
  courseIdNumber: z.string().min(1).default("Course ID number"),
  completed: z.string().min(1).default("Completed"),
  timeCompleted: z.string().min(1).default("Time completed"),
});

export const settings = z.strictObject({
  /** Address of the site, with its path when Moodle does not live at the root. */
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** Token of the web service account. */
  token: secretReference,
  staffKey: accountField.default("idnumber"),
  /** What the staff key is; its format is judged by matching, not here. */
  staffIdentifier: z.enum(["ESR_EMPLOYEE_NUMBER", "ESR_ASSIGNMENT_NUMBER", "LOCAL"]).default("ESR_EMPLOYEE_NUMBER"),
  /** Shared site: the account field that holds the ODS code of the person's organisation. */
  organisationFrom: z
    .string()
    .regex(/^(institution|department|profile:[A-Za-z0-9_]{1,100})$/, "institution, department or profile:<short name>")
    .optional(),
  /** Time zone of the token's account: the report writes times in it, and completion days are days in it. */
  timeZone: z.string().refine(isTimeZone, "a time zone such as Europe/London").default("Europe/London"),
  /** Language of the token's account: the report writes words and dates in it. */
  language: z.literal("en").default("en"),
  /** Id of the custom report (source: course participants); without it every person is asked about one by one. */
  completionReport: z.number().int().positive().optional(),
  columns: columns.default(() => columns.parse({})),
  /** Rows per page of the report. */
  pageSize: z.number().int().min(1).max(5000).default(500),
  /** Questions about single people that are under way at once (only without a report). */
  concurrency: z.number().int().min(1).max(16).default(4),
  /** An account that is shown less than it needs stops the connection; false: it goes on with a line in `problems`. */
  expectFullRights: z.boolean().default(true),
});
export type MoodleSettings = z.infer<typeof settings>;
