/** Clinical tests that may be held, observations, and the tests of which nothing is ever kept. */
import data from "./clinical-tests.json";
import { indexBy } from "./data";
import deniedData from "./denied-tests.json";
import observationData from "./observations.json";

export interface ClinicalTestCode {
  readonly code: string;
  readonly name: string;
  readonly loinc: readonly string[];
  readonly snomed: readonly string[];
  readonly contractCodes: readonly string[];
  /** Value and unit are kept for hepatitis B surface antibody only. */
  readonly keepsValue: boolean;
  readonly assumed: boolean;
}
export interface ObservationCode {
  readonly code: string;
  readonly name: string;
  readonly contractCodes: readonly string[];
}

export const clinicalTests: readonly ClinicalTestCode[] = data.rows;
export const observations: readonly ObservationCode[] = observationData.rows;
const byLoinc = indexBy(clinicalTests, (row) => row.loinc);
const bySnomed = indexBy(clinicalTests, (row) => row.snomed);
const byContractCode = indexBy(clinicalTests, (row) => row.contractCodes);
const observationByContractCode = indexBy(observations, (row) => row.contractCodes);

export function testOfLoinc(code: string): ClinicalTestCode | undefined {
  return byLoinc.get(code.trim());
}
export function testOfSnomed(code: string): ClinicalTestCode | undefined {
  return bySnomed.get(code.trim());
}
export function testOfContractCode(code: string): ClinicalTestCode | undefined {
  return byContractCode.get(code.trim().toUpperCase());
}
export function observationOfContractCode(code: string): ObservationCode | undefined {
  return observationByContractCode.get(code.trim().toUpperCase());
}

export const deniedTestCodes: readonly {
  readonly code: string;
  readonly loinc: readonly string[];
  readonly snomed: readonly string[];
  readonly contractCodes: readonly string[];
  readonly patterns: readonly string[];
}[] = deniedData.rows;
const deniedCodes = new Set(deniedTestCodes.flatMap((row) => [...row.loinc, ...row.snomed, ...row.contractCodes]));
const deniedNames = deniedTestCodes.flatMap((row) => row.patterns.map((pattern) => new RegExp(pattern, "i")));

/**
 * Whether any of the codes or names is on the deny list (HIV, hepatitis C, hepatitis B antigen): the caller counts it and
 * keeps nothing. Names count too, because a local code says nothing.
 */
export function isDeniedTest(words: readonly (string | undefined)[]): boolean {
  return words.some((word) => word !== undefined && (deniedCodes.has(word.trim()) || deniedNames.some((name) => name.test(word))));
}
