import { isoDate, text } from "../field";
import { record, StoredRecord } from "../record";

const GO = "ESR Generic Outbound, LCA";

@record({
  kind: "location",
  table: "staff.location",
  access: "R2",
  subject: "organisation",
  says: "A place of work.",
})
export class Location extends StoredRecord {
  @text({ says: "Location code.", source: `${GO} Location Code` }) code!: string;
  @text.optional({ says: "Description.", source: `${GO} Location Description` }) description?: string;
  @text.optional({ says: "Town.", source: `${GO} Town` }) town?: string;
  @text.optional({ says: "Site code.", source: `${GO} Site Code` }) siteCode?: string;
  @isoDate.optional({ says: "Day from which it is no longer used.", source: `${GO} Inactive Date` }) inactiveOn?: string;
}
