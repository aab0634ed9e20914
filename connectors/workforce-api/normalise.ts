/** The passport contract's records -> our words. Pure: the same record gives the same facts for ever. */

import { professionalBodyOf, registrationNumber } from "../../schema/codes/organisation-lists";
import type { ProvenanceFacts } from "../../schema/provenance";
import type { FactsOfKind, NormaliseContext, Normalised, RecordKind } from "../connector";
import { dayOf, partialDayOf } from "../kit/days";
import { claimOf, personKeyOf } from "./client";
import {
  competenceOf,
  interpretationOf,
  keepsValue,
  mappedTest,
  mappedVaccine,
  observationOf,
  quantityOf,
  shownCode,
  testOf,
  vaccineOf,
} from "./codes";
import type { WorkforceSettings } from "./settings";
import type { ReadRecord, Shapes, WorkforceRecord } from "./vendor";

type Context = NormaliseContext<WorkforceSettings>;

/** Parts of a natural key: spacing and case are not a difference. */
const keyPart = (text: string | undefined): string => (text ?? "").trim().replace(/\s+/g, " ").toLowerCase();

const invalid = (pointer: string, expected: string, got: string | undefined) => ({
  refused: "RECORD_INVALID",
  pointer,
  expected,
  got: got === undefined ? "nothing" : "something else",
});

export function normaliseWorkforce(raw: WorkforceRecord, context: Context): Normalised[] {
  if ("neverHeld" in raw && raw.neverHeld) return [{ ignored: "result-never-held" }];
  if (raw.recordType === "NotRead" || raw.recordType === "Other" || raw.recordType === "DBSCheckSupportingInformation") {
    return [{ ignored: "record-type-not-read" }];
  }
  return [readRecord(raw as ReadRecord, context)];
}

function readRecord(record: ReadRecord, context: Context): Normalised {
  const { organisation, person } = record;
  const id = person?.id;
  const kind = kinds[record.recordType];
  if (organisation === undefined || !context.organisations.some(({ odsCode }) => odsCode === organisation)) {
    return { refused: "OTHER_ORGANISATION", kind, sourceId: `?|${record.recordType}`, pointer: "/organisation" };
  }
  const personKey = personKeyOf(organisation, id ?? "");
  const base = { organisation, sourceId: sourceIdOf(personKey, record) };
  if (id === undefined || person === undefined) return { ...base, kind, refused: "NO_PERSON", pointer: "/id" };
  const whose = { ...base, claim: claimOf(organisation, person) };

  switch (record.recordType) {
    case "CoreSkillsTraining":
      return coreSkill(record, base, whose);
    case "Vaccination": {
      const vaccine = vaccineOf(record.code) ?? mappedVaccine(mappedCode(context, organisation, "vaccines", record.code));
      if (!vaccine) return { ...whose, kind, refused: "CODE_UNKNOWN", pointer: "/code", got: shownCode(record.code), expected: "vaccines" };
      const givenOn = record.date === undefined ? undefined : partialDayOf(record.date);
      if (givenOn === undefined) return { ...base, kind, ...invalid("/date", "YYYY-MM-DD, YYYY-MM or YYYY", record.date) };
      return {
        ...whose,
        kind: "immunisation",
        facts: { vaccine: vaccine.code, diseases: vaccine.diseases, givenOn, sentCode: `${contractSystem}|${record.code}` },
      };
    }
    case "ClinicalTest":
      return clinicalTest(record, base, whose, context);
    case "Observation": {
      const known = observationOf(record.code);
      if (!known)
        return { ...base, kind, refused: "CODE_UNKNOWN", pointer: "/code", got: shownCode(record.code), expected: "observations" };
      if (record.result === undefined) return { ...base, kind, ...invalid("/result", "Yes or No", undefined) };
      const observedOn = record.date === undefined ? undefined : partialDayOf(record.date);
      return {
        ...whose,
        kind: "observation",
        facts: { observation: known.code, name: known.name, result: record.result, ...(observedOn === undefined ? {} : { observedOn }) },
      };
    }
    case "DBSCheckOutcome": {
      const checkedOn = record.disclosureIssueDate === undefined ? undefined : dayOf(record.disclosureIssueDate);
      if (record.disclosureIssueDate !== undefined && checkedOn === undefined)
        return { ...base, kind, ...invalid("/disclosureIssueDate", "YYYY-MM-DD", "?") };
      return {
        ...whose,
        kind: "employment-check",
        facts: {
          standard: "CRIMINAL_RECORD",
          // The contract has a record only when a certificate was issued.
          outcome: "COMPLETED",
          ...(checkedOn === undefined ? {} : { checkedOn }),
          ...(record.typeOfDbsCheck === undefined ? {} : { dbsType: record.typeOfDbsCheck }),
          ...(record.workforceType === undefined ? {} : { workforce: record.workforceType }),
        },
      };
    }
    case "RightToWork": {
      if (record.identityVerified === false) return { ignored: "identity-not-verified" };
      const checkedOn = record.dateOfIdCheck === undefined ? undefined : dayOf(record.dateOfIdCheck);
      if (checkedOn === undefined) return { ignored: "check-without-date" };
      // The contract: information that supports the check, not its outcome. So the step is stated, never COMPLETED.
      return { ...whose, kind: "employment-check", facts: { standard: "RIGHT_TO_WORK", outcome: "IDENTITY_VERIFIED", checkedOn } };
    }
    case "ProfessionalRegistration":
      return registration(record, base, whose);
  }
}

/** Stands before a code in `sentCode`: the contract has no code system of its own. */
const contractSystem = "workforce-screening-and-vaccination";

const kinds: Readonly<Record<keyof Shapes, RecordKind>> = {
  CoreSkillsTraining: "competence-award",
  Vaccination: "immunisation",
  ClinicalTest: "clinical-test",
  Observation: "observation",
  DBSCheckOutcome: "employment-check",
  RightToWork: "employment-check",
  ProfessionalRegistration: "professional-registration",
};

/** The contract gives no ids: the natural keys, behind the person's key. */
function sourceIdOf(personKey: string, record: ReadRecord): string {
  switch (record.recordType) {
    case "CoreSkillsTraining": {
      const one = record as Shapes["CoreSkillsTraining"];
      // The competence in the vendor's own words (three levels share one competencyName): our map may change, the key may not.
      const competence = [keyPart(one.competencyName), keyPart(one.subjectLevel ?? "1")].join(" level ");
      return [personKey, keyPart(one.competencyFramework), competence, keyPart(one.dateLastAwarded)].join("|");
    }
    case "Vaccination":
    case "ClinicalTest": {
      const one = record as { recordType: string; code?: string; date?: string };
      return [personKey, record.recordType, keyPart(shownCode(one.code)), keyPart(one.date)].join("|");
    }
    case "Observation":
      return [personKey, "Observation", keyPart(shownCode((record as { code?: string }).code))].join("|");
    case "DBSCheckOutcome":
      return [personKey, "dbs", keyPart(record.disclosureIssueDate)].join("|");
    case "RightToWork":
      return [personKey, "right-to-work", keyPart(record.dateOfIdCheck)].join("|");
    case "ProfessionalRegistration":
      return [personKey, "registration", keyPart(record.professionalBody), keyPart(record.registrationNumber)].join("|");
  }
}

type Base = { organisation: string; sourceId: string };
type Whose = Base & { claim: ReturnType<typeof claimOf> };

function coreSkill(record: Shapes["CoreSkillsTraining"], base: Base, whose: Whose): Normalised {
  const kind = "competence-award" as const;
  if (record.attainmentStatus !== undefined && record.attainmentStatus.toUpperCase() !== "ACHIEVED") return { ignored: "not-achieved" };
  const competence = competenceOf(record);
  if (competence === undefined)
    return {
      ...base,
      kind,
      refused: "CODE_UNKNOWN",
      pointer: "/competencyName",
      got: record.competencyName?.slice(0, 120),
      expected: "competences",
    };
  const awardedOn = record.dateLastAwarded === undefined ? undefined : dayOf(record.dateLastAwarded);
  if (awardedOn === undefined) return { ...base, kind, ...invalid("/dateLastAwarded", "YYYY-MM-DD", record.dateLastAwarded) };
  // Provenance only: the receiving organisation's period decides, so an unreadable one is no reason to refuse.
  const statedEndsOn = record.dateTo === undefined ? undefined : dayOf(record.dateTo);
  const awardedBy = record.awardingOrganisation?.toUpperCase();
  const facts: FactsOfKind<"competence-award"> = {
    competence,
    ...(record.competencyName === undefined ? {} : { name: record.competencyName }),
    awardedOn,
    ...(statedEndsOn === undefined ? {} : { statedEndsOn }),
    ...(record.attainmentStatus === undefined ? {} : { attainment: record.attainmentStatus.toUpperCase() }),
    ...(record.proficiencyLevel === undefined ? {} : { proficiency: record.proficiencyLevel }),
    ...(awardedBy === undefined ? {} : { awardedBy }),
  };
  const provenance: ProvenanceFacts = {
    ...(record.competencyFramework?.toUpperCase() === "CSTF"
      ? { assurancePolicy: "Core Skills Training Framework (CSTF)", assuranceOutcome: "CSTF applied" }
      : {}),
    // The provider's own award is named by the organisation's name, which the engine knows.
    ...(awardedBy === undefined
      ? {}
      : awardedBy === base.organisation
        ? { pedigree: "Authoritative" }
        : { provider: awardedBy, pedigree: "Sourced" }),
  };
  return { ...whose, kind, ...(Object.keys(provenance).length > 0 ? { provenance } : {}), facts };
}

function mappedCode({ maps }: Context, organisation: string, list: string, code: string | undefined): string | undefined {
  const shown = shownCode(code);
  return shown === undefined ? undefined : maps.codeOf?.(organisation, list, shown);
}

function clinicalTest(record: Shapes["ClinicalTest"], base: Base, whose: Whose, context: Context): Normalised {
  const kind = "clinical-test" as const;
  const test = testOf(record.code) ?? mappedTest(mappedCode(context, base.organisation, "clinical tests", record.code));
  if (!test) return { ...whose, kind, refused: "CODE_UNKNOWN", pointer: "/code", got: shownCode(record.code), expected: "clinical tests" };
  const interpretation = interpretationOf(record.interpretation);
  const quantity = keepsValue(test) ? quantityOf(record.result) : undefined;
  // The value is a result: it is not repeated in the refusal.
  if (interpretation === undefined && quantity === undefined)
    return { ...base, kind, ...invalid("/interpretation", "Detected, Not detected or Equivocal", record.interpretation) };
  const testedOn = record.date === undefined ? undefined : partialDayOf(record.date);
  if (testedOn === undefined) return { ...base, kind, ...invalid("/date", "YYYY-MM-DD, YYYY-MM or YYYY", record.date) };
  return {
    ...whose,
    kind,
    facts: { test: test.code, name: test.name, testedOn, ...(interpretation === undefined ? {} : { interpretation }), ...(quantity ?? {}) },
  };
}

function registration(record: Shapes["ProfessionalRegistration"], base: Base, whose: Whose): Normalised {
  const kind = "professional-registration" as const;
  const body = record.professionalBody === undefined ? undefined : professionalBodyOf(record.professionalBody)?.code;
  if (body === undefined)
    return {
      ...base,
      kind,
      refused: "CODE_UNKNOWN",
      pointer: "/professionalBody",
      got: record.professionalBody?.slice(0, 80),
      expected: "professional bodies",
    };
  const number = record.registrationNumber === undefined ? undefined : registrationNumber(body, record.registrationNumber);
  if (number === undefined) return { ...base, kind, ...invalid("/registrationNumber", `a number of ${body}`, record.registrationNumber) };
  // A day of expiry that cannot be read must not read as "never expires".
  if (record.expiryDate !== undefined && dayOf(record.expiryDate) === undefined)
    return { ...base, kind, ...invalid("/expiryDate", "YYYY-MM-DD", record.expiryDate) };
  const days = {
    registeredOn: record.registrationDate === undefined ? undefined : dayOf(record.registrationDate),
    expiresOn: record.expiryDate === undefined ? undefined : dayOf(record.expiryDate),
    revalidatesOn: record.revalidationDate === undefined ? undefined : dayOf(record.revalidationDate),
  };
  const facts: FactsOfKind<"professional-registration"> = { body, number };
  for (const [name, day] of Object.entries(days)) if (day !== undefined) Object.assign(facts, { [name]: day });
  return { ...whose, kind, facts };
}
