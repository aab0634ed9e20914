/**
 * Moodle's words: what we read of its answers, and the raw record that normalise gets. Fields that are not named here are
 * dropped when the answer is read; phone numbers, pictures, departments and e-mail addresses never get further.
 */
import { z } from "zod";
import { HubError } from "../../platform/errors";

const wholeNumber = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

export const siteInfo = z.object({
  release: z.string().optional(),
  functions: z.array(z.object({ name: z.string() })),
  advancedfeatures: z.array(z.object({ name: z.string(), value: wholeNumber })).optional(),
});

/** `idnumber` and `enablecompletion` are left out by Moodle when the account may not see them. */
export const course = z.object({
  id: wholeNumber,
  shortname: z.string(),
  fullname: z.string(),
  idnumber: z.string().optional(),
  enablecompletion: wholeNumber.optional(),
});
export const courses = z.array(course);

/** Every field but the id is left out by Moodle when it is empty or the account may not see it. */
export const user = z.object({
  id: wholeNumber,
  username: z.string().optional(),
  firstname: z.string().optional(),
  lastname: z.string().optional(),
  idnumber: z.string().optional(),
  email: z.string().optional(),
  institution: z.string().optional(),
  department: z.string().optional(),
  customfields: z.array(z.object({ shortname: z.string(), value: z.string().nullish() })).optional(),
});
export const users = z.array(user);
export type User = z.infer<typeof user>;

/** `aggregation`: 1 all criteria, 2 any. There is no date of the completion itself, only of its criteria. */
export const completionStatus = z.object({
  completionstatus: z.object({
    completed: z.boolean(),
    aggregation: wholeNumber,
    completions: z.array(z.object({ timecompleted: wholeNumber.nullish() })),
  }),
});

export const report = z.object({
  data: z.object({
    headers: z.array(z.string()),
    rows: z.array(z.object({ columns: z.array(z.union([z.string(), z.number()]).nullable()) })),
    totalrowcount: wholeNumber.optional(),
  }),
});

/** An answer in another shape is a change of the interface: named by pointer and expectation, never by value. */
export function read<T>(schema: z.ZodType<T>, answer: unknown, operation: string): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const expected = issue?.code === "invalid_type" ? issue.expected : (issue?.code ?? "?");
  const pointer = `/${(issue?.path ?? []).map(String).join("/")}`;
  throw new HubError({ code: "UNEXPECTED_ANSWER", class: "schema", detail: { operation, pointer, expected, got: "something else" } });
}

// --- the raw record --------------------------------------------------------------------------------------------------

/** An account, reduced to what names a person. `staffKey` is the field that the settings point to, as Moodle wrote it. */
export const account = z.object({
  username: z.string().min(1).max(400),
  firstname: z.string().max(400).optional(),
  lastname: z.string().max(400).optional(),
  staffKey: z.string().max(400).optional(),
  organisation: z.string().max(400).optional(),
});
export type Account = z.infer<typeof account>;

const rawCourse = z.object({
  id: z.number().int().optional(),
  shortname: z.string().max(400),
  idnumber: z.string().max(400),
  fullname: z.string().max(2000).optional(),
});
export type RawCourse = z.infer<typeof rawCourse>;

/** Why Moodle has no completion to tell of: its own error codes, in our words. */
export const nothingToTell = ["no-criteria", "not-enrolled", "completion-off", "account-deleted", "course-deleted"] as const;

export const raw = z.discriminatedUnion("record", [
  z.object({ record: z.literal("account"), account }),
  /** One row of the report; text as Moodle wrote it, so that a corrected time zone can be applied again. */
  z.object({
    record: z.literal("report-row"),
    /** Absent: a row for an enrolment method that nobody uses. */
    account: account.optional(),
    course: rawCourse,
    completed: z.string().max(100),
    timeCompleted: z.string().max(100),
    /** The same person and course again: somebody is enrolled by two methods. */
    repeated: z.boolean().optional(),
  }),
  z.object({
    record: z.literal("status"),
    account,
    course: rawCourse,
    completed: z.boolean(),
    aggregation: z.number().int().optional(),
    /** Seconds since 1970 of the criteria that are met. */
    criteriaTimes: z.array(z.number().int()),
    why: z.enum(nothingToTell).optional(),
  }),
]);
export type Raw = z.infer<typeof raw>;
