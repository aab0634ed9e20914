/** From the contract's codes and words to the hub's lists. The lists themselves are data in schema/codes. */
import {
  type ClinicalTestCode,
  clinicalTests,
  isDeniedTest,
  type ObservationCode,
  observationOfContractCode,
  testOfContractCode,
} from "../../schema/codes/clinical-tests";
import { identityOfCoreSkill, nationalFrameworks } from "../../schema/codes/competences";
import { type Vaccine, vaccineOfContractCode, vaccineOf as vaccineOfList } from "../../schema/codes/vaccines";
import type { FactsOfKind } from "../connector";

export const vaccineOf = (code: string | undefined): Vaccine | undefined => (code === undefined ? undefined : vaccineOfContractCode(code));
export const knowsVaccine = (code: string | undefined): boolean => vaccineOf(code) !== undefined;
export const testOf = (code: string | undefined): ClinicalTestCode | undefined =>
  code === undefined ? undefined : testOfContractCode(code);
export const observationOf = (code: string | undefined): ObservationCode | undefined =>
  code === undefined ? undefined : observationOfContractCode(code);
export const knowsObservation = (code: string | undefined): boolean => observationOf(code) !== undefined;
/** By a code of our own lists, as a code map names it. */
export const mappedVaccine = (code: string | undefined): Vaccine | undefined => (code === undefined ? undefined : vaccineOfList(code));
export const mappedTest = (code: string | undefined): ClinicalTestCode | undefined =>
  code === undefined ? undefined : clinicalTests.find((one) => one.code === code);
/** Hepatitis B surface antibody only. */
export const keepsValue = (test: ClinicalTestCode): boolean => test.keepsValue;

/** By code or by description: the contract's code list was never published, so that a code alone may say nothing. */
export function isDenied(code: unknown, description: unknown): boolean {
  const words = [code, description].flatMap((value) =>
    typeof value === "string" || typeof value === "number" ? [String(value), String(value).replace(/_/g, " ")] : [],
  );
  return isDeniedTest(words);
}

/** A code as it may be shown: something that is not shaped like a code may be anything, a name or a result included. */
export function shownCode(code: string | undefined): string | undefined {
  const text = code?.trim().toUpperCase();
  return text === undefined ? undefined : /^[A-Z0-9][A-Z0-9._-]{0,15}$/.test(text) ? text : "(not a code)";
}

/** The enumeration itself lives in schema, of which a connector may know the types only. */
type Outcome = NonNullable<FactsOfKind<"clinical-test">["interpretation"]>;

const interpretations = {
  detected: "DETECTED",
  notdetected: "NOT_DETECTED",
  equivocal: "EQUIVOCAL",
} as Readonly<Record<string, string>> as Readonly<Record<string, Outcome>>;
export function interpretationOf(text: string | undefined): Outcome | undefined {
  const letters = text?.toLowerCase().replace(/[^a-z]/g, "") ?? "";
  return Object.hasOwn(interpretations, letters) ? interpretations[letters] : undefined;
}

/** "78 IU/mL", "> 1000 mIU/mL", "<10": value, sign and unit, or nothing. */
export function quantityOf(text: string | undefined): { value: number; comparator?: string; unit?: string } | undefined {
  const parts = /^(<=|>=|<|>)?\s*(\d{1,9}(?:\.\d{1,6})?)\s*([A-Za-z[\]µ/]{1,20})?$/.exec(text?.trim() ?? "");
  if (!parts) return undefined;
  return {
    value: Number(parts[2]),
    ...(parts[1] === undefined ? {} : { comparator: parts[1] }),
    ...(parts[3] === undefined ? {} : { unit: parts[3] }),
  };
}

/** Identity of the competence, or undefined when the words do not name one. */
export function competenceOf(skill: {
  competencyFramework?: string;
  subjectName?: string;
  subjectLevel?: string;
  competencyName?: string;
}): string | undefined {
  const { competencyFramework: framework, subjectName, competencyName } = skill;
  if (framework === undefined || (subjectName === undefined && competencyName === undefined)) return undefined;
  // The contract knows two; the name of a local framework means nothing outside the organisation that made it.
  if (!nationalFrameworks.some((one) => one === framework.toUpperCase())) return undefined;
  return identityOfCoreSkill({
    framework: framework.toUpperCase(),
    subjectName: subjectName ?? (competencyName as string),
    // The contract: "If the core skill has no subject level, it defaults to 1."
    subjectLevel: skill.subjectLevel ?? "1",
    competencyName: competencyName ?? (subjectName as string),
  });
}
