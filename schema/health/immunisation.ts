import { code, codes, partialDate, text, whole } from "../field";
import { record, StoredRecord } from "../record";

@record({
  kind: "immunisation",
  table: "oh.immunisation",
  access: "R5",
  subject: "staff-member",
  says: "A vaccination that was given.",
})
export class Immunisation extends StoredRecord {
  @code({ says: "Vaccine, by the hub's vaccine list.", source: "schema/codes/vaccines.json", set: "vaccine" }) vaccine!: string;
  @codes({ says: "Diseases it protects against.", source: "national Immunisation FHIR API, disease mapping", set: "disease" })
  diseases!: readonly string[];
  @partialDate({ says: "Day it was given; partial when no more is known.", source: "occurrenceDateTime; date" }) givenOn!: string;
  @whole.optional({ says: "Number of the dose in its series.", source: "protocolApplied.doseNumber" }) dose?: number;
  @text.optional({ says: "Code as sent, as system|code.", source: "vaccineCode, vaccination procedure" }) sentCode?: string;
}
