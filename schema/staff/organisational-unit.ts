import { sourceReference, text } from "../field";
import { record, StoredRecord } from "../record";

const GO = "ESR Generic Outbound, ORA";

@record({
  kind: "organisational-unit",
  table: "staff.organisational_unit",
  access: "R2",
  subject: "organisation",
  says: "A unit of an employer's hierarchy in ESR (ward, department). The organisation itself comes from lanyard.yaml.",
})
export class OrganisationalUnit extends StoredRecord {
  @text({ says: "Name of the unit.", source: `${GO} Organisation Name` }) name!: string;
  @text.optional({ says: "Type of the unit.", source: `${GO} Organisation Type` }) type?: string;
  @text.optional({ says: "NACS (now ODS) code of the unit.", source: `${GO} NACS Code` }) nacsCode?: string;
  @sourceReference.optional({ says: "Parent unit at the source.", source: `${GO} Parent Organisation ID`, storedOnly: true })
  parentSourceId?: string;
}
