import { z } from "zod";
import { rawText } from "../kit/raw";
import { fieldNames, kinds } from "./kinds";
import type { OwnLayout } from "./settings";

/** Columns of the provisional clearance file. Whatever else a file holds (reasons, conditions, notes) is dropped here. */
export const clearance = z.object({
  staff_number: rawText(),
  family_name: rawText(),
  given_name: rawText(),
  date_of_birth: rawText(),
  cleared_for_role: rawText(),
  role: rawText(),
  decided_on: rawText(),
  valid_until: rawText(),
  exposure_prone: rawText(),
  organisation: rawText(),
});
export type ClearanceRow = z.infer<typeof clearance>;

/** Placement types that are kept; TIS writes an en dash. Source: domain facts on TIS, "placement types sent". */
const inPost: Readonly<Record<string, string>> = {
  "in post": "In post",
  "in post - acting up": "In post - Acting Up",
  "in post - extension": "In post - Extension",
};
/** Of every other type (sickness, parental leave, suspension) only this enters: why somebody is away is nobody's business here. */
export const notInPost = "Not in post";

/** Columns of the provisional placement file, in the manner of TIS's notifications. Other columns are dropped here. */
const placement = z.object({
  placement_id: rawText().refine((value) => value !== undefined, "a placement id"),
  gmc_number: rawText(),
  family_name: rawText(),
  given_name: rawText(),
  date_of_birth: rawText(),
  national_post_number: rawText(),
  placement_type: rawText().transform((value) =>
    value === undefined ? undefined : (inPost[value.toLowerCase().replace(/\s*[\u2013-]\s*/g, " - ")] ?? notInPost),
  ),
  grade: rawText(),
  specialty: rawText(),
  host_organisation: rawText(),
  lead_employer: rawText(),
  start_date: rawText(),
  end_date: rawText(),
  /** TIS's notificationTitleCode: 1 current or next, 2 withdrawn, 4 change of dates, 5 new position (nobody in it). */
  notification: rawText(),
  /** Without this column: with it the file is of the other kind, whatever else is in it. */
  cleared_for_role: z.undefined().optional(),
});

const cell = rawText();
/**
 * A row under a mapping: the cells that are mapped, under the names of our fields and in the words of the file. Which column each
 * of them came from stands in the settings; every other column has been left where it was.
 */
export const mapped = z.object({
  mapped: z.object({
    record: z.enum(kinds),
    /** File and line. */
    at: z.string(),
    key: z.array(z.string()),
    organisation: cell,
    identifiers: z.array(z.object({ scheme: z.string(), value: z.string() })),
    familyName: cell,
    givenName: cell,
    birthDate: cell,
    action: cell,
    changedAt: cell,
    /** Why the row is left aside. */
    skipped: cell,
    /** Code that contradicts the one that is read: the product of another vaccine than the procedure. */
    otherCode: cell,
    fields: z.object(Object.fromEntries(fieldNames.map((name) => [name, cell]))) as z.ZodType<Readonly<Record<string, string | undefined>>>,
  }),
});
export type MappedRow = z.infer<typeof mapped>["mapped"];

const ownRow = z.union([placement, clearance]);
export type OwnRow = z.infer<typeof ownRow>;
/** A row with a placement id and no decision is a placement, any other a clearance: no column of the one enters with the other. */
export const raw = z.union([mapped, placement, clearance]);

/** What each mapping calls its list, and the columns without which a file is not one. */
export const ownLayouts = {
  clearances: {
    dataSet: "clearances",
    kind: "clearance",
    required: ["staff_number", "family_name", "date_of_birth", "cleared_for_role", "decided_on"],
  },
  placements: {
    dataSet: "placements",
    kind: "placement",
    required: [
      "placement_id",
      "gmc_number",
      "family_name",
      "date_of_birth",
      "host_organisation",
      "lead_employer",
      "start_date",
      "end_date",
    ],
  },
} as const satisfies Record<OwnLayout, unknown>;
