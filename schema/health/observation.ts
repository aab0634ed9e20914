import { code, flag, partialDate, text } from "../field";
import { record, StoredRecord } from "../record";

@record({
  kind: "observation",
  table: "oh.observation",
  access: "R5",
  subject: "staff-member",
  says: "Something seen or stated by occupational health, for example a BCG scar.",
})
export class Observation extends StoredRecord {
  @code({ says: "Observation, by the hub's list.", source: "schema/codes/observations.json", set: "observation" }) observation!: string;
  @text({ says: "Name of the observation.", source: "schema/codes/observations.json" }) name!: string;
  @flag({ says: "Yes or no.", source: "result" }) result!: boolean;
  @partialDate.optional({ says: "Day it was made, when known.", source: "effectiveDateTime" }) observedOn?: string;
}
