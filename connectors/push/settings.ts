import { z } from "zod";

export const settings = z.strictObject({
  /** What the vendor's staff number is; its format is judged by matching, not here. */
  staffKey: z.enum(["ESR_EMPLOYEE_NUMBER", "ESR_ASSIGNMENT_NUMBER", "ESR_PERSON_ID", "LOCAL"]).default("ESR_EMPLOYEE_NUMBER"),
});
export type PushSettings = z.infer<typeof settings>;

/** A vendor that sends has no place to go on from: the key of each batch, and of each record, does that work. */
export const checkpoint = z.strictObject({});
