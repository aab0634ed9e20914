import { code, isoDate, text, whole } from "../field";
import { record, StoredRecord } from "../record";

const GO = "ESR Generic Outbound, CDA";

@record({
  kind: "competence-definition",
  table: "learning.competence_definition",
  access: "R3",
  subject: "organisation",
  says: "A competence as one VPD of ESR defines it: the name it uses and its own renewal period.",
})
export class CompetenceDefinition extends StoredRecord {
  @text({ says: "Competence name in ESR: AUTHORITY|TYPE|TITLE|QUALIFIER.", source: `${GO} Competence Name` }) name!: string;
  @code({ says: "Identity: framework|subject|level|variant.", source: "parsed from the name (domain.md 2.3)", set: "competence" })
  competence!: string;
  @isoDate.optional({ says: "First day of use.", source: `${GO} Date From` }) startsOn?: string;
  @isoDate.optional({ says: "Last day of use.", source: `${GO} Date To` }) endsOn?: string;
  @whole.optional({ says: "Renewal period, in months; absent when the source states none.", source: `${GO} Renewal Period Freq, Units` })
  renewalMonths?: number;
}
