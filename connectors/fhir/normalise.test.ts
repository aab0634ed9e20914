import type { Normalised } from "../connector";
import { fhir } from "./connector";
import immunizations from "./fixtures/immunizations.json";
import observations from "./fixtures/observations.json";

interface Case {
  says: string;
  settings: unknown;
  organisations: { odsCode: string; vpd: string | undefined }[];
  raw: unknown;
  expect: { kinds: string[]; ignored?: string; refused?: string };
}
const cases = [...immunizations, ...observations] as unknown as Case[];
const maps = { version: "test", coursesToCompetences: () => undefined };

function run(one: Pick<Case, "settings" | "organisations" | "raw">): { raw: unknown; results: readonly Normalised[] } {
  const raw = fhir.raw.parse(one.raw);
  return { raw, results: fhir.normalise(raw, { settings: fhir.settings.parse(one.settings), maps, organisations: one.organisations }) };
}
const first = immunizations[0] as unknown as Case & { raw: Record<string, unknown> };
const changed = (change: Record<string, unknown>, settings: Record<string, unknown> = {}) =>
  run({ ...first, settings: { ...(first.settings as object), ...settings }, raw: { ...first.raw, ...change } }).results[0];
const test = observations[0] as unknown as Case & { raw: Record<string, unknown> };
const changedTest = (change: Record<string, unknown>) => run({ ...test, raw: { ...test.raw, ...change } });

describe("what a resource becomes", () => {
  it.each(cases)("$says", (one) => {
    const { results } = run(one);
    expect(results.flatMap((result) => ("kind" in result && !("refused" in result) ? [result.kind] : []))).toEqual(one.expect.kinds);
    expect(results.flatMap((result) => ("ignored" in result ? [result.ignored] : []))).toEqual(
      one.expect.ignored ? [one.expect.ignored] : [],
    );
    expect(results.flatMap((result) => ("refused" in result ? [result.refused] : []))).toEqual(
      one.expect.refused ? [one.expect.refused] : [],
    );
  });

  it.each(cases)("the same from what is kept of it: $says", (one) => {
    const { raw, results } = run(one);
    expect(run({ ...one, raw: JSON.parse(JSON.stringify(raw)) }).results).toEqual(results);
  });

  it.each(cases)("nothing that may not be used is kept of: $says", (one) => {
    expect(JSON.stringify(run(one))).not.toMatch(/canary|9000000009|ZZ99|lotNumber|gender/);
  });

  it("takes the vaccine from the procedure before the product", () => {
    expect(changed({})).toMatchObject({ facts: { sentCode: "http://snomed.info/sct|170370000" } });
  });

  it("keeps of an unknown code neither the person nor the dose", () => {
    const unknown = cases.find((one) => one.says === "An unknown code.") as Case;
    const { raw, results } = run(unknown);
    expect(JSON.stringify(raw)).not.toMatch(/Testwell|20100001|doseNumber|Patient\/p1/);
    expect(results[0]).toMatchObject({
      refused: "CODE_UNKNOWN",
      sourceId: "Immunization/im-1",
      got: "http://snomed.info/sct|999999999999",
    });
  });

  it("keeps of a result on the deny list nothing, not even its id", () => {
    const denied = cases.find((one) => one.says.startsWith("A result on the deny list")) as Case;
    expect(run(denied).raw).toEqual({ resourceType: "Observation", neverHeld: true });
  });

  it("keeps of a panel with a part on the deny list nothing, and of a test that may be held the test without its parts", () => {
    const component = [
      { code: { coding: [{ system: "http://loinc.org", code: "75622-1", display: "HIV 1 and 2 tests" }] }, valueString: "canary" },
    ];
    expect(changedTest({ code: { coding: [{ system: "urn:local", code: "BBV" }] }, component }).raw).toEqual({
      resourceType: "Observation",
      neverHeld: true,
    });
    const { raw, results } = changedTest({ component });
    expect(results).toMatchObject([{ kind: "clinical-test" }]);
    expect(JSON.stringify(raw)).not.toMatch(/HIV|75622|canary/);
  });

  it("never takes a patient of another server for the one of its own with the same number", () => {
    const keyOf = (reference: string) =>
      (changed({ patient: { reference }, resolvedPatient: undefined }) as { claim?: { personKey: string } }).claim?.personKey;
    expect(keyOf("Patient/p1/_history/3")).toBe("Patient/p1");
    expect(keyOf("https://elsewhere.example/fhir/Patient/p1/_history/3")).toBe("https://elsewhere.example/fhir/Patient/p1");
  });

  it("drops the value of every test but the hepatitis B surface antibody", () => {
    const { raw } = changedTest({
      code: { coding: [{ system: "http://loinc.org", code: "5403-1" }] },
      valueQuantity: { value: 4242.5, unit: "canary" },
    });
    expect(JSON.stringify(raw)).not.toMatch(/4242|canary/);
  });

  it.each([
    ["POS", "DETECTED"],
    ["NEG", "NOT_DETECTED"],
    ["ND", "NOT_DETECTED"],
    ["IND", "EQUIVOCAL"],
  ])("reads the interpretation %s", (code, expected) => {
    const { results } = changedTest({
      valueCodeableConcept: undefined,
      interpretation: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", code }] }],
    });
    expect(results).toMatchObject([{ facts: { interpretation: expected } }]);
  });

  it("never repeats an unknown outcome: the code of a result is the result", () => {
    const { results } = changedTest({ valueCodeableConcept: { coding: [{ system: "http://snomed.info/sct", code: "4242424242" }] } });
    expect(results[0]).toMatchObject({ refused: "CODE_UNKNOWN" });
    expect(JSON.stringify(results)).not.toContain("4242424242");
  });

  it("finds the organisation in a tag, a location or the patient's own organisation", () => {
    const ods = "https://fhir.nhs.uk/Id/ods-organization-code";
    const patient = { ...(first.raw.resolvedPatient as object), managingOrganization: { identifier: { system: ods, value: "ZQB" } } };
    expect(changed({ meta: { tag: [{ system: "urn:trust", code: "ZQB" }] } }, { organisationFrom: "meta.tag:urn:trust" })).toMatchObject({
      organisation: "ZQB",
    });
    expect(changed({ location: { identifier: { system: ods, value: "zqb" } } }, { organisationFrom: "location" })).toMatchObject({
      organisation: "ZQB",
    });
    expect(changed({ resolvedPatient: patient }, { organisationFrom: "managingOrganization" })).toMatchObject({ organisation: "ZQB" });
  });

  it("claims only the staff number's system, whatever else the patient carries", () => {
    expect(changed({})).toMatchObject({ claim: { identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", value: "20100001" }] } });
  });
});
