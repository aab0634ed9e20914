/**
 * The passport contract's records, in its words, reduced to what may be used, and tolerant of its contradictions: booleans
 * and numbers as strings or the reverse, `Yes`/`No` turned into booleans by YAML, spellings of the record type, fields that
 * its own examples leave out. What is not listed here never gets past the door.
 */
import { z } from "zod";
import { isDenied, keepsValue, knowsObservation, knowsVaccine, testOf } from "./codes";

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
export const yesOrNo = z.unknown().transform((value): boolean | undefined => {
  const text = String(value).trim().toLowerCase();
  return ["true", "yes", "y", "1"].includes(text) ? true : ["false", "no", "n", "0"].includes(text) ? false : undefined;
});

/** Spellings seen or likely, letters only. */
const recordTypes: Readonly<Record<string, string>> = {
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

export function recordTypeOf(value: unknown): string {
  const letters = typeof value === "string" ? value.toLowerCase().replace(/[^a-z]/g, "") : "";
  // DBSCheckOutcome has the word once, DBSCheckSupportingInformation too: "dbs check outcome" -> "dbscheckoutcome".
  return Object.hasOwn(recordTypes, letters) ? (recordTypes[letters] as string) : "Other";
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
const other = z.object({ recordType: z.enum(["DBSCheckSupportingInformation", "Other", "NotRead"]) });
/** A result on the deny list: that there was one, and nothing else. */
const neverHeld = z.object({ recordType: z.enum(["ClinicalTest", "Observation"]), neverHeld: z.literal(true) });

const record = z.union([neverHeld, coreSkill, vaccination, clinicalTest, observation, dbs, registration, rightToWork, other]);
export type VendorRecord = z.infer<typeof record>;

const person = z.object({ id: word, firstName: word, surname: word, birthDate: word, email: word, esrIdentifier: word });

function canonical(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const given = value as Record<string, unknown>;
  const recordType = given.recordType === "NotRead" ? "NotRead" : recordTypeOf(given.recordType);
  const isResult = recordType === "ClinicalTest" || recordType === "Observation";
  if (isResult && (given.neverHeld === true || isDenied(given.code, given.description))) return { recordType, neverHeld: true };
  return { ...given, recordType };
}

const envelope = z.object({
  organisation: z.string().optional(),
  person: person.optional(),
  record: z.preprocess(canonical, record),
});
type Envelope = z.infer<typeof envelope>;

function reduce(raw: Envelope): Envelope {
  const { organisation, record: one } = raw;
  // Nobody needs to know whose record was not read.
  if ("neverHeld" in one || other.safeParse(one).success) return { record: one };
  const known =
    one.recordType === "Vaccination"
      ? knowsVaccine(one.code)
      : one.recordType === "ClinicalTest"
        ? testOf(one.code) !== undefined
        : one.recordType === "Observation"
          ? knowsObservation(one.code)
          : true;
  if (!known) {
    // An unknown code keeps source id, code and date.
    const { recordType, code, date } = one as { recordType: "Vaccination"; code: string | undefined; date: string | undefined };
    return { organisation, person: { id: raw.person?.id } as Envelope["person"], record: { recordType, code, date } };
  }
  if (one.recordType === "ClinicalTest") {
    const test = testOf(one.code);
    if (!test || !keepsValue(test)) return { ...raw, record: { ...one, result: undefined } };
  }
  return raw;
}

/** One record of one person, with the person's own details beside it. */
export const workforceRecord = envelope.transform(reduce);
export type WorkforceRecord = z.infer<typeof workforceRecord>;

/** What the client reads of a person; `furtherInformation` is free text and is dropped. */
export const employee = z.object({ id: word, firstName: word, surname: word, birthDate: word, email: word, esrIdentifier: word });
export type Employee = z.infer<typeof employee>;
export const employees = z.array(employee).max(1000);
export const employeeRecords = z.object({ records: z.array(z.unknown()).max(10_000).nullish() });
