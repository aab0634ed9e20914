import { z } from "zod";
import { sftpSettings } from "../kit/sftp";
import { type Mapping, mapping } from "./mapping";
import { esrCompetences } from "./mappings/esr-competences";
import { nationalVaccinations } from "./mappings/national-vaccinations";

/** Mappings that are data; clearances and placements are layouts of our own with rules of their own (clearances.ts, placements.ts). */
const shipped: Readonly<Record<string, Mapping>> = { "national-vaccinations": nationalVaccinations, "esr-competences": esrCompetences };
const names = ["clearances", "placements", ...Object.keys(shipped)];
export type OwnLayout = "clearances" | "placements";

/** The name of a mapping that ships, or one that is written out. Faults are told with their place in it, all at once. */
const anyMapping = z.unknown().transform((given, context): OwnLayout | Mapping => {
  if (given === "clearances" || given === "placements") return given;
  if (typeof given === "string") {
    if (Object.hasOwn(shipped, given)) return shipped[given]!;
    context.addIssue({ code: "custom", message: `one of ${names.join(", ")}, or a mapping with record, key, person and fields` });
    return z.NEVER;
  }
  const parsed = mapping.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) context.issues.push(issue as (typeof context.issues)[number]);
  return z.NEVER;
});

const suffix = z.string().regex(/^\.[A-Za-z0-9._-]{1,20}$/, "a suffix, for example .done");

export const settings = z
  .strictObject({
    /** What the files are lists of. */
    mapping: anyMapping.default("clearances"),
    /** Folder of this machine into which the files are dropped; or `sftp`. */
    folder: z.string().min(1).optional(),
    sftp: sftpSettings.optional(),
    /** Files whose names begin and end like this are read. `*` stands for anything, `{number}` for the running number of the file. */
    files: z
      .string()
      .regex(/^[A-Za-z0-9._*-]*(\{number\}[A-Za-z0-9._*-]*)?$/, "letters, digits, dots, hyphens and *, and {number} once")
      .min(1)
      .max(120)
      .default("*.csv"),
    /** detect: the one in which the whole file can be read. */
    encoding: z.enum(["utf-8", "iso-8859-1", "windows-1252", "detect"]).default("utf-8"),
    /** A file is whole when it has not been written to for so long; 60 over SFTP, in a folder it is read at once. */
    settledSeconds: z.number().int().min(0).max(86_400).optional(),
    /** A file is whole when one with this ending stands beside it. */
    doneMarker: suffix.optional(),
    /** <file>.sha256 beside a file: checked where it is there, demanded, or never looked at. */
    checksum: z.enum(["if-there", "required", "never"]).default("if-there"),
    /** A file that lists the others: SHA-256, name and, if it is told, number of rows. What it does not list is not whole yet. */
    manifest: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,80}$/, "the name of a file")
      .optional(),
    /** The last row: its fields as they are, * for anything, {count} for the number of rows before it. "TRL|{count}" */
    trailer: z.string().min(1).max(200).optional(),
    /** Number of the first file to be read: those before it are given up. */
    from: z.number().int().min(0).optional(),
    /** What becomes of a file that has been read and stored: at the source nothing is touched unless this says so. */
    afterReading: z.enum(["keep", "delete"]).default("keep"),
    /** Column that names the organisation (ODS code) of each row; without it every row is of the connection's only one. */
    organisationFrom: z.string().min(1).max(100).optional(),
    /** Clearances: what the staff number is; its format is judged by matching, not here. */
    staffKey: z.enum(["ESR_EMPLOYEE_NUMBER", "ESR_ASSIGNMENT_NUMBER", "ESR_PERSON_ID", "LOCAL"]).default("ESR_EMPLOYEE_NUMBER"),
  })
  .superRefine(({ mapping: chosen, folder, sftp, organisationFrom, files, from }, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if ((folder === undefined) === (sftp === undefined)) fault("folder", "a folder, or sftp, and not both");
    if (chosen === "placements" && organisationFrom !== undefined)
      fault("organisationFrom", "left out with mapping placements: lead_employer says whose row it is");
    if (chosen === "clearances" && organisationFrom !== undefined && organisationFrom !== "organisation")
      fault("organisationFrom", "organisation");
    if (from !== undefined && !files.includes("{number}")) fault("from", "left out, unless files has {number}");
  });
export type CsvSettings = z.infer<typeof settings>;

/** Of so many files that have been read, it is known which ones they were. */
export const mostRemembered = 50;
const readFile = z.strictObject({ file: z.string(), sha256: z.string(), bytes: z.number().int(), modifiedAt: z.string() });

export const checkpoint = z.strictObject({
  /** Name and content of the last file that was read, or is being read. */
  file: z.string(),
  sha256: z.string(),
  number: z.number().int().optional(),
  /** Rows of it that are stored; without it all of them are. */
  rows: z.number().int().optional(),
  /** Of these, so many were refused: a list with refused rows says nothing about what is absent. */
  refused: z.number().int().optional(),
  /** Its columns, to tell what is new. */
  columns: z.array(z.string()).max(300).optional(),
  read: z.array(readFile).max(mostRemembered).optional(),
});
export type CsvCheckpoint = z.infer<typeof checkpoint>;
