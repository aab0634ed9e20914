import { z } from "zod";
import { rawText } from "../kit/raw";
import type { CsvSettings } from "./settings";

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

/** A row with a placement id and no decision is a placement, any other a clearance: no column of the one enters with the other. */
export const raw = z.union([placement, clearance]);
export type Raw = z.infer<typeof raw>;

/** What each mapping calls its list, and the columns without which a file is not one. */
export const layouts = {
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
} as const satisfies Record<CsvSettings["mapping"], unknown>;
