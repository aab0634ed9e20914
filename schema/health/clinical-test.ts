import { registerEnumType } from "type-graphql";
import { code, decimal, flag, oneOf, partialDate, text } from "../field";
import { record, StoredRecord } from "../record";

export enum Interpretation {
  DETECTED = "DETECTED",
  NOT_DETECTED = "NOT_DETECTED",
  EQUIVOCAL = "EQUIVOCAL",
}
registerEnumType(Interpretation, {
  name: "Interpretation",
  description: "Outcome of a clinical test, in the words of the passport contract.",
  valuesConfig: {
    DETECTED: { description: "Detected." },
    NOT_DETECTED: { description: "Not detected." },
    EQUIVOCAL: { description: "Equivocal." },
  },
});
const interpretation = oneOf("interpretation", Object.values(Interpretation) as [Interpretation, ...Interpretation[]], Interpretation);

@record({
  kind: "clinical-test",
  table: "oh.clinical_test",
  access: "R5",
  subject: "staff-member",
  says: "A serology or screening result. Value and unit exist for hepatitis B antibody only; HIV, hepatitis C and HBsAg never enter.",
})
export class ClinicalTest extends StoredRecord {
  @code({ says: "Test, by the hub's test list.", source: "schema/codes/clinical-tests.json", set: "clinical-test" }) test!: string;
  @text({ says: "Name of the test.", source: "schema/codes/clinical-tests.json" }) name!: string;
  @partialDate.optional({ says: "Day of the sample; partial when no more is known.", source: "effectiveDateTime; date" }) testedOn?: string;
  @interpretation.optional({ says: "Outcome.", source: "interpretation" }) interpretation?: Interpretation;
  @decimal.optional({ says: "Value: hepatitis B surface antibody only.", source: "valueQuantity; result" }) value?: number;
  @text.optional({ says: "Sign before the value, for example >.", source: "valueQuantity.comparator" }) comparator?: string;
  @text.optional({ says: "Unit of the value: hepatitis B surface antibody only.", source: "valueQuantity.unit" }) unit?: string;
  @flag.optional({ says: "Whether it was an identified validated sample.", source: "OH practice; domain.md 3.2" })
  identifiedValidatedSample?: boolean;
  @text.optional({ says: "Laboratory.", source: "performer" }) laboratory?: string;
}
