import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isDeniedTest, observationOfContractCode, testOfContractCode, testOfLoinc } from "./clinical-tests";
import { competenceOf, competences, identityOfCoreSkill, nationalRenewalMonths, parseCompetenceName } from "./competences";
import { codeFile } from "./data";
import { assignmentNumberPattern, gmcNumber, goFilePattern, isJunk, niNumber, odsCode, tisFilePattern } from "./formats";
import {
  checkStandards,
  engagementOf,
  professionalBodies,
  professionalBodyOf,
  registrationNumber,
  staffGroupOf,
} from "./organisation-lists";
import { diseaseName, vaccineOf, vaccineOfContractCode, vaccineOfDiseases, vaccineOfSnomed, vaccines } from "./vaccines";

describe("every data file", () => {
  const files = readdirSync(__dirname).filter((file) => file.endsWith(".json"));
  test.each(files)("%s states version, source, first day and what is assumed", (file) => {
    const text = JSON.parse(readFileSync(path.join(__dirname, file), "utf8"));
    expect(codeFile.safeParse(text).error).toBeUndefined();
    const codes = text.rows.map((row: { code?: string }) => row.code).filter(Boolean);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test("gives a code of a laboratory or a vaccine one meaning only", () => {
    const all = vaccines.flatMap((row) => [...row.procedures.map(({ code }) => code), ...row.products, ...row.contractCodes]);
    expect(new Set(all).size).toBe(all.length);
    for (const row of vaccines) for (const disease of row.diseases) expect(diseaseName(disease)).toBeDefined();
  });
});

describe("a competence name", () => {
  test("of the two sourced titles is read as the public contract reads it", () => {
    expect(parseCompetenceName("NHS|CSTF|Resuscitation - Level 2 - Adult Basic Life Support - 1 Year|")).toEqual({
      authority: "NHS",
      type: "CSTF",
      title: "Resuscitation - Level 2 - Adult Basic Life Support - 1 Year",
      framework: "CSTF",
      subject: "Resuscitation",
      level: "2",
      variant: "Adult Basic Life Support",
      renewalMonths: 12,
      identity: "CSTF|Resuscitation|2|Adult Basic Life Support",
      national: true,
    });
    expect(parseCompetenceName("NHS|CSTF|Fire Safety - 2 Years|")).toMatchObject({ identity: "CSTF|Fire Safety|1|", renewalMonths: 24 });
  });

  test("names one competence whatever its period, version or spacing", () => {
    const identity = (name: string) => parseCompetenceName(name)?.identity;
    expect(identity("NHS|CSTF|Fire Safety - 1 Year|")).toBe(identity("NHS|CSTF|Fire  safety – 2 Years|"));
    expect(identity("NHS|CSTF|Safeguarding Children (Version 2) - Level 3 - 3 Years|")).toBe(
      identity("NHS|CSTF|Safeguarding Children - Level 3 - 1 Year|"),
    );
    expect(identity("NHS|CSTF|Safeguarding Children - Level 3 - 1 Year|")).not.toBe(
      identity("NHS|CSTF|Safeguarding Children - Level 2 - 1 Year|"),
    );
  });

  test("takes the level from the list where the title has none", () => {
    expect(parseCompetenceName("NHS|CSTF|Preventing Radicalisation - Prevent Awareness - 3 Years|")).toMatchObject({
      level: "3",
      variant: "Prevent Awareness",
    });
    expect(parseCompetenceName("NHS|CSTF|Preventing Radicalisation - Basic Prevent Awareness - 3 Years|")).toMatchObject({ level: "1" });
  });

  test("of an organisation is its own, and not national", () => {
    expect(parseCompetenceName("457|LOCAL|Title|")).toMatchObject({
      national: false,
      framework: "LOCAL-457",
      identity: "LOCAL-457|Title|1|",
    });
    expect(parseCompetenceName("458|LOCAL|Title|")?.identity).not.toBe(parseCompetenceName("457|LOCAL|Title|")?.identity);
    expect(parseCompetenceName("277|CNST")).toMatchObject({ type: "CNST", national: false });
    expect(parseCompetenceName("NHS|KSF|Health, Safety and Security C3|Core")).toMatchObject({ national: false, variant: "Core" });
  });

  test.each(["", "Fire Safety", "nhs|CSTF|Fire Safety|", "NHS|CSTF||", "NHS||Fire|", "NHS|CSTF|a|b|c", "NHS|C STF|a|", "|||"])(
    "is not one: %p",
    (name) => {
      expect(parseCompetenceName(name)).toBeUndefined();
    },
  );

  test("of the list leads back to its own row", () => {
    expect(competences).toHaveLength(25);
    for (const row of competences) for (const { name } of row.esrNames) expect(parseCompetenceName(name)?.identity).toBe(row.identity);
    expect(nationalRenewalMonths("CSTF|Fire Safety|1|")).toBe(24);
    expect(competenceOf("CSTF|Nothing|1|")).toBeUndefined();
  });

  test("in the passport contract is the same competence", () => {
    for (const row of competences) {
      const skill = {
        framework: row.framework,
        subjectName: row.subject,
        subjectLevel: row.level,
        competencyName: `${row.subject} ${row.variant}`.trim(),
      };
      expect(identityOfCoreSkill(skill)).toBe(row.identity);
    }
    expect(identityOfCoreSkill({ framework: "CSTF", subjectName: "Fire Safety", competencyName: "NHS|CSTF|Fire Safety - 1 Year|" })).toBe(
      "CSTF|Fire Safety|1|",
    );
    expect(
      identityOfCoreSkill({
        framework: "CSTF",
        subjectName: "Safeguarding Children (Version 2)",
        subjectLevel: "3",
        competencyName: "Safeguarding Children (Version 2)",
      }),
    ).toBe("CSTF|Safeguarding Children|3|");
    expect(
      identityOfCoreSkill({
        framework: "CSTF",
        subjectName: "Resuscitation",
        competencyName: "Resuscitation - Level 2 - Adult Basic Life Support - 1 Year",
      }),
    ).toBe("CSTF|Resuscitation|2|Adult Basic Life Support");
  });
});

describe("health codes", () => {
  test("lead to a vaccine from procedure, product, disease and contract", () => {
    expect(vaccineOfSnomed("170370000")?.code).toBe("HEPB");
    expect(vaccineOfSnomed("13968211000001108")?.code).toBe("MMR");
    expect(vaccineOfContractCode("HEPB001")).toBe(vaccineOf("HEPB"));
    expect(vaccineOfDiseases(["36653000", "14189004", "36989005"])?.code).toBe("MMR");
    expect(vaccineOfDiseases(["1"])).toBeUndefined();
    expect(vaccineOfSnomed("999")).toBeUndefined();
  });

  test("keep a value for hepatitis B antibody only", () => {
    expect(testOfLoinc("16935-9")).toMatchObject({ code: "ANTI_HBS", keepsValue: true });
    expect(testOfLoinc("22322-2")?.code).toBe("ANTI_HBS");
    expect(testOfContractCode("DTP002")?.keepsValue).toBe(false);
    expect(observationOfContractCode("TB001")?.code).toBe("BCG_SCAR");
  });

  test.each([
    "HIV 1+2 Ab",
    "Human immunodeficiency virus antibody",
    "anti-HCV",
    "Hepatitis C antibody",
    "HBsAg",
    "Hepatitis B virus surface Ag [Presence]",
    "Hepatitis B surface antigen",
    "HBV DNA",
    "56888-1",
    "165816005",
  ])("on the deny list are recognised: %s", (word) => expect(isDeniedTest([undefined, word])).toBe(true));
  test.each([
    "Hepatitis B virus surface Ab [Units/volume] in Serum",
    "Hepatitis B surface antibody",
    "16935-9",
    "Measles IgG",
    "BCG scar evident",
    "Hepatitis B vaccine",
  ])("that may be held are not denied: %s", (word) => expect(isDeniedTest([word])).toBe(false));
});

describe("formats", () => {
  test("tell National Insurance numbers from samples", () => {
    for (const good of ["AB012201B", "ky 82 54 61 c", "JG103759A"]) expect(niNumber(good)).toBeDefined();
    for (const bad of ["QQ123456A", "BG123456A", "AO123456A", "DA123456A", "ZZ123456A", "AB123456E", "", "0"])
      expect(niNumber(bad)).toBeUndefined();
  });
  test("tell registration numbers of the five bodies", () => {
    expect(professionalBodies).toHaveLength(5);
    expect(professionalBodyOf("Nursing and Midwifery Council")?.code).toBe("NMC");
    expect(registrationNumber("General Medical Council", "C1234568")).toBe("1234568");
    expect(registrationNumber("NMC", " 94i0864e")).toBe("94I0864E");
    expect(registrationNumber("GPhC", "2012345")).toBe("2012345");
    expect(registrationNumber("HCPC", "PH123456")).toBe("PH123456");
    expect(registrationNumber("NMC", "TBC")).toBeUndefined();
    expect(gmcNumber("0000000")).toBeUndefined();
  });
  test("tell file names, assignment numbers, organisations and junk", () => {
    expect(goFilePattern.exec("GO_991_GDW_GOC_20261121_00000102.DAT")?.slice(1)).toEqual(["991", "GOC", "20261121", "00000102"]);
    expect(tisFilePattern.test("DE_TIS_APC_20180625_0000142.DAT")).toBe(true);
    expect(assignmentNumberPattern.test("30679710-2")).toBe(true);
    expect(odsCode(" rhq ")).toBe("RHQ");
    for (const nothing of ["0", "tbc", "Retired", "11111111", " "]) expect(isJunk(nothing)).toBe(true);
    expect(isJunk("10602402")).toBe(false);
  });
  test("give staff groups, checks and engagements", () => {
    expect(checkStandards).toHaveLength(6);
    expect(staffGroupOf("medical and dental")).toBe("Medical and Dental");
    expect(engagementOf({ assignmentType: "A" })).toBe("PRE_HIRE");
    expect(engagementOf({ assignmentType: "E", employeeCategory: "Bank" })).toBe("BANK");
    expect(engagementOf({ assignmentType: "E", employeeCategory: "Permanent" })).toBe("SUBSTANTIVE");
  });
});
