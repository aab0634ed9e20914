import { code, isoDate, text } from "../field";
import { record, StoredRecord } from "../record";

@record({
  kind: "employment-check",
  table: "checks.employment_check",
  access: "R7",
  subject: "staff-member",
  says: "One of the six NHS employment checks: outcome and date only. Never a certificate number or what was disclosed.",
})
export class EmploymentCheck extends StoredRecord {
  @code({ says: "Standard: one of the six.", source: "NHS Employers check standards", set: "check-standard" }) standard!: string;
  @text({ says: "Outcome: COMPLETED, or what the source states of the step.", source: "contract" }) outcome!: string;
  @isoDate.optional({ says: "Day of the check.", source: "disclosureIssueDate" }) checkedOn?: string;
  @text.optional({ says: "Type of DBS check; absent means unknown.", source: "typeOfDbsCheck" }) dbsType?: string;
  @text.optional({ says: "DBS workforce; absent means unknown.", source: "workforceType" }) workforce?: string;
}
