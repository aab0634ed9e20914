/**
 * The passport contract's records, in its words, reduced to what may be used, and tolerant of its contradictions: booleans
 * and numbers as strings or the reverse, `Yes`/`No` turned into booleans by YAML, spellings of the record type, fields that
 * its own examples leave out. What is not listed here never gets past the door.
 */
import { z } from "zod";
import { isDenied, keepsValue, knowsObservation, knowsVaccine, mappedTest, shownCode, testOf } from "./codes";

/** A word, however it was typed. */
const word = z
  .union([z.string().max(500), z.number(), z.boolean()])
  .nullish()
  .transform((value) => {
    const text = value === null || value === undefined ? "" : String(value).trim();
    return text === "" ? undefined : text;
  })
  .optional();

/** true, "true", Yes, "no" ... ; anything else is undefined. */
const yesOrNo = z.unknown().transform((value): boolean | undefined => {
  const text = String(value).trim().toLowerCase();
  return ["true", "yes", "y", "1"].includes(text) ? true : ["false", "no", "n", "0"].includes(text) ? false : undefined;
});

type RecordType = keyof typeof shapes | "DBSCheckSupportingInformation" | "Other";

/** Spellings seen or likely, letters only. */
const recordTypes: Readonly<Record<string, RecordType>> = {
  coreskillstraining: "CoreSkillsTraining",
  coreskilltraining: "CoreSkillsTraining",
  coreskills: "CoreSkillsTraining",
  coreskill: "CoreSkillsTraining",
  vaccination: "Vaccination",
  vaccinations: "Vaccination",
  immunisation: "Vaccination",
  immunization: "Vaccination",
  clinicaltest: "ClinicalTest",
  clinicaltests: "ClinicalTest",
  observation: "Observation",
  observations: "Observation",
  dbscheckoutcome: "DBSCheckOutcome",
  dbscheck: "DBSCheckOutcome",
  professionalregistration: "ProfessionalRegistration",
  professionalregistrations: "ProfessionalRegistration",
  righttowork: "RightToWork",
  righttoworkcheck: "RightToWork",
  dbschecksupportinginformation: "DBSCheckSupportingInformation",
};

export function recordTypeOf(value: unknown): RecordType {
  const letters = typeof value === "string" ? value.toLowerCase().replace(/[^a-z]/g, "") : "";
  return Object.hasOwn(recordTypes, letters) ? (recordTypes[letters] as RecordType) : "Other";
}

const coreSkill = z.object({
  recordType: z.literal("CoreSkillsTraining"),
  competencyFramework: word,
  subjectName: word,
  competencyName: word,
  subjectLevel: word,
  proficiencyLevel: word,
  attainmentStatus: word,
  awardingOrganisation: word,
  dateLastAwarded: word,
  dateTo: word,
});
const vaccination = z.object({ recordType: z.literal("Vaccination"), code: word, date: word });
const clinicalTest = z.object({
  recordType: z.literal("ClinicalTest"),
  code: word,
  date: word,
  interpretation: word,
  /** Hepatitis B surface antibody only; dropped for every other code. */
  result: word,
});
const observation = z.object({ recordType: z.literal("Observation"), code: word, date: word, result: yesOrNo.optional() });
/** Never: certificate number, applicant's names and date of birth, what was disclosed, registered body. */
const dbs = z.object({ recordType: z.literal("DBSCheckOutcome"), typeOfDbsCheck: word, disclosureIssueDate: word, workforceType: word });
const registration = z.object({
  recordType: z.literal("ProfessionalRegistration"),
  professionalBody: word,
  registrationNumber: word,
  registrationDate: word,
  expiryDate: word,
  revalidationDate: word,
});
/** Never: images, document numbers, names, nationality. */
const rightToWork = z.object({ recordType: z.literal("RightToWork"), identityVerified: yesOrNo.optional(), dateOfIdCheck: word });

const person = z.object({ id: word, firstName: word, surname: word, birthDate: word, email: word, esrIdentifier: word });
export type Employee = z.infer<typeof person>;

/** The vendor's record as it came, with whose it is and who controls it beside its fields. */
const whose = { organisation: z.string().max(20).optional(), person: person.optional() };
const shapes = {
  CoreSkillsTraining: coreSkill.extend(whose),
  Vaccination: vaccination.extend(whose),
  ClinicalTest: clinicalTest.extend(whose),
  Observation: observation.extend(whose),
  DBSCheckOutcome: dbs.extend(whose),
  ProfessionalRegistration: registration.extend(whose),
  RightToWork: rightToWork.extend(whose),
};
export type Shapes = { [K in keyof typeof shapes]: z.infer<(typeof shapes)[K]> };
export type ReadRecord = Shapes[keyof Shapes];
export type WorkforceRecord =
  | ReadRecord
  /** Not read: nobody needs to know whose it was. */
  | { recordType: "DBSCheckSupportingInformation" | "Other" | "NotRead"; neverHeld?: undefined }
  /** A result on the deny list: that there was one, and nothing else. */
  | { recordType: "ClinicalTest" | "Observation"; neverHeld: true };

/** What a trust has said that a code of its system's own means: then the record is known, and kept like one. */
export type MappedTo = (list: string, code: string | undefined) => string | undefined;

/** An unknown code keeps source id, code and date; no test but one keeps its value. */
function reduce(raw: ReadRecord, mappedTo: MappedTo): ReadRecord {
  if (raw.recordType !== "Vaccination" && raw.recordType !== "ClinicalTest" && raw.recordType !== "Observation") return raw;
  const test =
    raw.recordType === "ClinicalTest" ? (testOf(raw.code) ?? mappedTest(mappedTo("clinical tests", shownCode(raw.code)))) : undefined;
  const known =
    raw.recordType === "Vaccination"
      ? knowsVaccine(raw.code) || mappedTo("vaccines", shownCode(raw.code)) !== undefined
      : raw.recordType === "ClinicalTest"
        ? test !== undefined
        : knowsObservation(raw.code);
  if (!known) {
    const { recordType, organisation, code, date } = raw;
    return { recordType, organisation, person: { id: raw.person?.id }, code, ...(date === undefined ? {} : { date }) } as ReadRecord;
  }
  if (!test || keepsValue(test)) return raw;
  const { result: _never, ...rest } = raw as Shapes["ClinicalTest"];
  return rest;
}

/** The shape is chosen by the record's type, so that a fault names its field and not "none of the shapes fits". */
export const workforceRecordWith = (mappedTo: MappedTo) =>
  z.unknown().transform((value, context): WorkforceRecord => {
    if (typeof value !== "object" || value === null) {
      context.addIssue({ code: "custom", message: "is not a record" });
      return z.NEVER;
    }
    const given = value as Record<string, unknown>;
    const recordType = given.recordType === "NotRead" ? "NotRead" : recordTypeOf(given.recordType);
    if (recordType === "NotRead" || recordType === "Other" || recordType === "DBSCheckSupportingInformation") return { recordType };
    if (
      (recordType === "ClinicalTest" || recordType === "Observation") &&
      (given.neverHeld === true || isDenied(given.code, given.description))
    ) {
      return { recordType, neverHeld: true };
    }
    const parsed = shapes[recordType].safeParse({ ...given, recordType });
    if (parsed.success) return reduce(parsed.data, mappedTo);
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: "custom", path: [...path], message });
    return z.NEVER;
  });
export const workforceRecord = workforceRecordWith(() => undefined);

/** What the client reads of a person; `furtherInformation` is free text and is dropped. */
export const employee = person;
export const employees = z.array(employee).max(1000);
/** Somebody without records may come without a list, but not without an id: an error in other words is no empty record. */
export const employeeRecords = z
  .object({ id: word, records: z.array(z.unknown()).max(10_000).nullish() })
  .refine(({ id, records }) => Array.isArray(records) || id !== undefined);
