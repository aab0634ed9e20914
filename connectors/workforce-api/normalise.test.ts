import type { Normalised } from "../connector";
import { workforceApi } from "./connector";
import checks from "./fixtures/checks.json";
import health from "./fixtures/health.json";
import learning from "./fixtures/learning.json";

interface Case {
  says: string;
  settings: unknown;
  organisations: { odsCode: string; vpd: string | undefined }[];
  raw: Record<string, unknown>;
  expect: { kinds: string[]; ignored?: string; refused?: string };
}
const cases = [...learning, ...health, ...checks] as unknown as Case[];
const maps = { version: "test", coursesToCompetences: () => undefined };

function run(one: { settings: unknown; organisations: Case["organisations"]; raw: unknown }): {
  raw: unknown;
  results: readonly Normalised[];
} {
  const raw = workforceApi.raw.parse(one.raw);
  return {
    raw,
    results: workforceApi.normalise(raw, { settings: workforceApi.settings.parse(one.settings), maps, organisations: one.organisations }),
  };
}
const first = (cases[0] as Case).raw;
const of = (record: Record<string, unknown>) =>
  run({ ...(cases[0] as Case), raw: { organisation: first.organisation, person: first.person, ...record } });
const skill = first;

describe("what a vendor's record becomes", () => {
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

  it("keeps of a result on the deny list nothing but the type of record", () => {
    expect(
      of({
        recordType: "ClinicalTest",
        code: "BBV900",
        description: "HIV Ag/Ab",
        date: "2024-09-01",
        result: "canary",
        interpretation: "Detected",
      }).raw,
    ).toEqual({
      recordType: "ClinicalTest",
      neverHeld: true,
    });
  });

  it("keeps of an unknown code the code, the date and the person's id", () => {
    const { raw, results } = of({
      recordType: "ClinicalTest",
      code: "ZZZZ999",
      description: "canary",
      date: "2024-09-01",
      result: "canary",
      interpretation: "Detected",
    });
    expect(raw).toEqual({
      organisation: "ZQA",
      person: { id: "w-1001" },
      recordType: "ClinicalTest",
      code: "ZZZZ999",
      date: "2024-09-01",
    });
    expect(results).toMatchObject([{ refused: "CODE_UNKNOWN", got: "ZZZZ999" }]);
  });

  it("does not repeat a code that is no code", () => {
    expect(JSON.stringify(of({ recordType: "Vaccination", code: "Testwell, had a reaction", date: "2024" }).results)).not.toContain(
      "reaction",
    );
  });

  it("drops the value of a test whose value may not be held", () => {
    expect(
      JSON.stringify(
        of({ recordType: "ClinicalTest", code: "DTP002", date: "2024-09-01", result: "78 IU/mL", interpretation: "Detected" }),
      ),
    ).not.toContain("78");
  });

  it("keeps of a DBS outcome no certificate number, no name and not what was disclosed", () => {
    const dbs = cases.find((one) => one.raw.recordType === "DBSCheckOutcome") as Case;
    const { raw, results } = run(dbs);
    expect(Object.keys(raw as object).sort()).toEqual([
      "disclosureIssueDate",
      "organisation",
      "person",
      "recordType",
      "typeOfDbsCheck",
      "workforceType",
    ]);
    expect(results).toMatchObject([
      { facts: { outcome: "COMPLETED", checkedOn: "2026-01-15", dbsType: "Enhanced check", workforce: "Child and Adult" } },
    ]);
  });

  it("refuses a registration whose day of expiry cannot be read: it must not read as no expiry", () => {
    const registration = { recordType: "ProfessionalRegistration", professionalBody: "GMC", registrationNumber: 7654321 };
    expect(of({ ...registration, expiryDate: "next spring" }).results).toMatchObject([
      { refused: "RECORD_INVALID", pointer: "/expiryDate" },
    ]);
    expect(of({ ...registration, expiryDate: "2027-03-31" }).results).toMatchObject([
      { facts: { number: "7654321", expiresOn: "2027-03-31" } },
    ]);
  });

  it("drops free text about the person", () => {
    expect(JSON.stringify(run(cases[0] as Case))).not.toContain("Foundation doctor");
  });

  it("tells three levels of one subject apart in the source id", () => {
    const level = (subjectLevel: unknown) =>
      of({ ...skill, subjectName: "Safeguarding Adults", competencyName: "Safeguarding Adults", subjectLevel }).results[0];
    const ids = [1, "2", 3].map((one) => (level(one) as { sourceId: string }).sourceId);
    expect(new Set(ids).size).toBe(3);
    expect((level("2") as { sourceId: string }).sourceId).toBe((level(2) as { sourceId: string }).sourceId);
  });

  it("states who awarded it, and whether the provider vouches for its own", () => {
    const award = (awardingOrganisation: string) => of({ ...skill, awardingOrganisation }).results[0];
    expect(award("ZQA")).toMatchObject({
      facts: { awardedBy: "ZQA" },
      provenance: { pedigree: "Authoritative", assuranceOutcome: "CSTF applied" },
    });
    expect(award("ZQC")).toMatchObject({ facts: { awardedBy: "ZQC" }, provenance: { provider: "ZQC", pedigree: "Sourced" } });
  });
});
