/** Formats of identifiers: patterns, normalisers and the junk people type where a number is missing. */

import junkData from "./junk-values.json";
import { registrationNumber } from "./organisation-lists";

/** R1: HMRC manual NIM39110. D F I Q U V never in the prefix, O never second. There is no check digit. */
export const niNumberPattern = /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]$/;
/** R2 to R5: see professional-bodies.json. R6: looked up as well, a stricter pattern would refuse RHQ. */
export const odsCodePattern = /^[A-Z0-9]{3,10}$/;
/** R8, provisional: employee number, with -2 for a second assignment. */
export const assignmentNumberPattern = /^[0-9]{1,9}(-[0-9]{1,2})?$/;
/** R9: VPD, kind, date, sequence. */
export const goFilePattern = /^GO_([0-9A-Z]{3})_GDW_(GOF|GOC|GDR)_([0-9]{8})_([0-9]{8})\.DAT$/;
/** R10 */
export const tisFilePattern = /^DE_([A-Z]{3})_([A-Z]{3})_([0-9]{8})_([0-9]{7,8})\.DAT$/;

const junk = new Set(junkData.rows.map((row) => row.value));

/** Whether a value stands for "nothing known" (0, TBC, Retired, a sample number, one digit repeated). */
export function isJunk(value: string): boolean {
  const plain = value.trim().toUpperCase();
  return plain === "" || junk.has(plain) || junk.has(plain.replace(/\s/g, "")) || /^(.)\1*$/.test(plain);
}

/** Upper case without spaces and hyphens; undefined when it is not a National Insurance number or only a sample. */
export function niNumber(value: string): string | undefined {
  const plain = value.toUpperCase().replace(/[\s-]/g, "");
  return niNumberPattern.test(plain) && !isJunk(plain) ? plain : undefined;
}

export function gmcNumber(value: string): string | undefined {
  const number = registrationNumber("GMC", value);
  return number === undefined || isJunk(number) ? undefined : number;
}

export function odsCode(value: string): string | undefined {
  const plain = value.trim().toUpperCase();
  return odsCodePattern.test(plain) ? plain : undefined;
}
