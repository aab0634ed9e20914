import { z } from "zod";
import { rawText } from "../kit/raw";

/** Columns of the provisional clearance file. Whatever else a file holds (reasons, conditions, notes) is dropped here. */
export const raw = z.object({
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
export type Raw = z.infer<typeof raw>;

/** Without these a file is not a clearance file. */
export const requiredColumns = ["staff_number", "family_name", "date_of_birth", "cleared_for_role", "decided_on"] as const;
