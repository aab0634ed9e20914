import { isoDate, text } from "../field";
import { record, StoredRecord } from "../record";

const GO = "ESR Generic Outbound, PRA";

@record({
  kind: "personal-details",
  table: "staff.personal_details",
  access: "R1",
  subject: "staff-member",
  says: "What one source says about somebody: names, date of birth, dates of service. Date-tracked in ESR.",
})
export class PersonalDetails extends StoredRecord {
  @text.optional({ says: "Title, as the source writes it.", source: `${GO} Title` }) title?: string;
  @text.optional({ says: "Given (first) name.", source: `${GO} First Name` }) givenName?: string;
  @text.optional({ says: "Middle names.", source: `${GO} Middle Names` }) middleNames?: string;
  @text({ says: "Family (last) name.", source: `${GO} Last Name` }) familyName!: string;
  @text.optional({ says: "Maiden name.", source: `${GO} Maiden Name` }) maidenName?: string;
  @text.optional({ says: "Previous family name.", source: `${GO} Previous Last Name` }) previousFamilyName?: string;
  @text.optional({ says: "Name by which the person prefers to be called.", source: `${GO} Preferred Name` }) preferredName?: string;
  @isoDate.optional({ says: "Date of birth.", source: `${GO} Date of Birth` }) birthDate?: string;
  @text.optional({ says: "Office e-mail address.", source: `${GO} Office E-mail Address` }) email?: string;
  @text.optional({ says: "ESR's person type, for example EMP or APL.", source: `${GO} System Person Type` }) personType?: string;
  @isoDate.optional({ says: "Day of hire by this employer.", source: `${GO} Hire Date` }) hiredOn?: string;
  @isoDate.optional({ says: "Last day of service, when it has ended.", source: `${GO} Actual Termination Date` }) terminatedOn?: string;
}
