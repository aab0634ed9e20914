import { z } from "zod";

export const settings = z
  .strictObject({
    /** What the files are lists of; each has its own columns (vendor.ts). */
    mapping: z.enum(["clearances", "placements"]).default("clearances"),
    /** Folder into which the files are dropped. */
    folder: z.string().min(1),
    /** Files whose names begin and end like this are read; the newest is the snapshot. `*` stands for anything. */
    files: z
      .string()
      .regex(/^[A-Za-z0-9._*-]{1,80}$/, "letters, digits, dots, hyphens and *")
      .default("*.csv"),
    encoding: z.enum(["utf-8", "iso-8859-1"]).default("utf-8"),
    /** Clearances: column that names the organisation (ODS code) of each row; without it every row is of the connection's only one. */
    organisationFrom: z.literal("organisation").optional(),
    /** Clearances: what the staff number is; its format is judged by matching, not here. */
    staffKey: z.enum(["ESR_EMPLOYEE_NUMBER", "ESR_ASSIGNMENT_NUMBER", "ESR_PERSON_ID", "LOCAL"]).default("ESR_EMPLOYEE_NUMBER"),
  })
  .refine(({ mapping, organisationFrom }) => mapping === "clearances" || organisationFrom === undefined, {
    path: ["organisationFrom"],
    error: "left out with mapping placements: lead_employer says whose row it is",
  });
export type CsvSettings = z.infer<typeof settings>;

export const checkpoint = z.strictObject({
  /** Name and content of the last file that was read to its end. */
  file: z.string(),
  sha256: z.string(),
});
export type CsvCheckpoint = z.infer<typeof checkpoint>;
