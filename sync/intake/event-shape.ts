/** A CloudEvent as the passport contract has it: that something has changed about one employee, and nothing of what. */
import { z } from "zod";

const printable = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[\x20-\x7e]+$/, `1 to ${longest} printable ASCII characters`);

export const eventShape = z.object({
  specversion: z.literal("1.0"),
  id: printable(200).describe("Unique at your source; a repeat under the same id is answered like the first."),
  source: printable(500).describe("The system that produced it."),
  type: printable(200).describe("employee-elearning-completed or employee-dbs-check-completed."),
  time: z.iso.datetime({ offset: true }),
  subject: printable(200).describe("Your id of the employee."),
  filtering: z.object({ organisation: printable(20).describe("ODS code of the employing organisation.") }),
  dataref: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .describe("Where the employee's records are: .../organisations/{organisation}/employees/{subject}/records. Compared, never called."),
});
export type VendorEvent = z.infer<typeof eventShape>;
