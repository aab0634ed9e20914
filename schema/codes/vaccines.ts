/** Vaccines, the diseases they protect against, and the codes under which they arrive. */
import { indexBy } from "./data";
import diseaseData from "./diseases.json";
import data from "./vaccines.json";

export interface Vaccine {
  readonly code: string;
  readonly name: string;
  readonly diseases: readonly string[];
  readonly procedures: readonly { readonly code: string; readonly assumed: boolean }[];
  readonly products: readonly string[];
  readonly contractCodes: readonly string[];
  /** Two doses closer than this are one dose told twice. */
  readonly minimumIntervalDays: number;
  readonly assumed: boolean;
}

export const vaccines: readonly Vaccine[] = data.rows;
const bySnomed = indexBy(vaccines, (row) => [...row.procedures.map(({ code }) => code), ...row.products]);
const byContractCode = indexBy(vaccines, (row) => row.contractCodes);
const byCode = indexBy(vaccines, (row) => [row.code]);
const diseases = indexBy(diseaseData.rows, (row) => [row.code]);
const bySnomedDisease = indexBy(diseaseData.rows, (row) => [row.snomed]);

/** By vaccination procedure or product (dm+d), system http://snomed.info/sct. */
export function vaccineOfSnomed(code: string): Vaccine | undefined {
  return bySnomed.get(code.trim());
}

/** By a code of the staff passport API standard, for example HEPB001. */
export function vaccineOfContractCode(code: string): Vaccine | undefined {
  return byContractCode.get(code.trim().toUpperCase());
}

export function vaccineOf(code: string): Vaccine | undefined {
  return byCode.get(code);
}

export function diseaseName(code: string): string | undefined {
  return diseases.get(code)?.name;
}

export function diseaseOfSnomed(code: string): string | undefined {
  return bySnomedDisease.get(code.trim())?.code;
}

/** The vaccine that protects against exactly these diseases (targetDisease codes), when only one does. */
export function vaccineOfDiseases(snomedCodes: readonly string[]): Vaccine | undefined {
  const wanted = snomedCodes.map(diseaseOfSnomed);
  if (wanted.length === 0 || wanted.includes(undefined)) return undefined;
  const key = [...new Set(wanted)].sort().join("+");
  const found = vaccines.filter((row) => [...row.diseases].sort().join("+") === key);
  return found.length === 1 ? found[0] : undefined;
}
