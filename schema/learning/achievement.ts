import { registerEnumType } from "type-graphql";
import { instant, isoDate, oneOf, sourceReference, text } from "../field";
import { record, StoredRecord } from "../record";

/** Whether a finished piece of learning names a competence. */
export enum Mapping {
  MAPPED = "MAPPED",
  UNMAPPED = "UNMAPPED",
  LOCAL = "LOCAL",
}
registerEnumType(Mapping, {
  name: "Mapping",
  description: "Whether a finished piece of learning names a competence.",
  valuesConfig: {
    MAPPED: { description: "The course, or the organisation's course map, names at least one competence." },
    UNMAPPED: { description: "Nobody has said which competence it is: on the organisation's worklist." },
    LOCAL: { description: "The organisation has said that it is local learning without a competence." },
  },
});
const mapping = oneOf("mapping", Object.values(Mapping) as [Mapping, ...Mapping[]], Mapping);

@record({
  kind: "achievement",
  table: "learning.achievement",
  access: "R3",
  subject: "staff-member",
  says: "A finished piece of learning. It may award competences through the organisation's course map.",
})
export class Achievement extends StoredRecord {
  @text({ says: "Title of the course.", source: "course full name" }) title!: string;
  @sourceReference({ says: "Course at the source.", source: "course id" }) courseSourceId!: string;
  @text.optional({ says: "Code of the course at the source.", source: "course idnumber" }) courseCode?: string;
  @isoDate({ says: "Day it was completed.", source: "completion time in the connection's time zone" }) completedOn!: string;
  @instant.optional({ says: "Instant of completion, when the source gives one.", source: "completion time" }) completedAt?: string;
  @mapping({ says: "Whether it names a competence.", source: "course idnumber or course map" }) mapping!: Mapping;
}
