import { code, sourceReference, text } from "../field";
import { record, StoredRecord } from "../record";

const GO = "ESR Generic Outbound, POA";

@record({
  kind: "position",
  table: "staff.position",
  access: "R2",
  subject: "organisation",
  says: "A post that can be held, with staff group and job role.",
})
export class Position extends StoredRecord {
  @text.optional({ says: "Position number.", source: `${GO} Position Number` }) number?: string;
  @text({ says: "Position name: number|title|sequence|.", source: `${GO} Position Name` }) name!: string;
  @code.optional({ says: "Staff group.", source: `${GO} Job Staff Group`, set: "staff-group" }) staffGroup?: string;
  @text.optional({ says: "Job role.", source: `${GO} Job Role` }) jobRole?: string;
  @text.optional({ says: "Occupation code.", source: `${GO} Occupation Code` }) occupationCode?: string;
  @text.optional({ says: "Hiring status, for example Active.", source: `${GO} Hiring Status` }) hiringStatus?: string;
  @sourceReference.optional({ says: "Organisational unit at the source.", source: `${GO} Organisation ID`, storedOnly: true })
  unitSourceId?: string;
}
