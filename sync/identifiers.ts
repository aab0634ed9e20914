/**
 * What people and systems write into identifier fields: formats, junk, and one form in which equal identifiers are equal.
 * Formats: NIM39110 (NI numbers), the UK Core practitioner profiles (GMC, NMC, HCPC, GPhC); the form of ESR's numbers is
 * provisional, because it is known from examples only.
 */

export type RegistrationScheme = "GMC" | "NMC" | "GDC" | "GPHC" | "HCPC";
export const registrationSchemes: readonly RegistrationScheme[] = ["GMC", "NMC", "GDC", "GPHC", "HCPC"];

const niNumber = /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]$/;
const registrationFormats: Readonly<Record<RegistrationScheme, RegExp>> = {
  GMC: /^([0-9]{7}|L[0-9]{6})$/,
  NMC: /^[0-9]{2}[A-Z][0-9]{4}[A-Z]$/,
  GDC: /^[0-9]{4,6}$/,
  GPHC: /^2[0-9]{6}$/,
  HCPC: /^[A-Z]{2}[0-9]{6}$/,
};

/** Words found where a number should be. */
const junkWords = new Set([
  "TBC",
  "TBA",
  "NA",
  "N/A",
  "NONE",
  "NULL",
  "NIL",
  "UNKNOWN",
  "RETIRED",
  "PENDING",
  "APPLIED",
  "EXEMPT",
  "TEMP",
  "TEST",
  "LEFT",
  "DELETED",
  "AGENCY",
  "BANK",
  "NEW",
  "STARTER",
  "X",
  "XX",
  "XXX",
]);

/** All one digit, or counting up or down: typed to get past a required field. */
export function isJunkDigits(digits: string): boolean {
  return /^(\d)\1*$/.test(digits) || "01234567890123456789".includes(digits) || "98765432109876543210".includes(digits);
}

function tidy(value: string): string {
  return value
    .normalize("NFKC")
    .replace(/[\s.\u200b]+/g, "")
    .toUpperCase();
}

/** Upper case without spaces; undefined for what cannot be an NI number or is a well-known sample (QQ123456A, AB123456C). */
export function niNumberOf(value: string): string | undefined {
  const written = tidy(value).replace(/[-/]/g, "");
  if (!niNumber.test(written)) return undefined;
  return isJunkDigits(written.slice(2, 8)) ? undefined : written;
}

/**
 * The employee number inside an employee or assignment number: a second assignment carries a suffix (-2), spreadsheets
 * lose leading zeros, other systems pad with them. Fewer than three digits identify nobody.
 */
export function employeeNumberOf(value: string): string | undefined {
  const match = /^0*([0-9]{1,9})(?:-[0-9]{1,2})?$/.exec(tidy(value));
  if (!match) return undefined;
  if (isJunkDigits(match[1]!)) return undefined;
  const number = match[1]!.replace(/^0+/, "");
  return number.length < 3 || isJunkDigits(number) ? undefined : number;
}

export function esrPersonIdOf(value: string): string | undefined {
  const written = tidy(value);
  if (!/^[A-Z0-9]{3,15}$/.test(written) || !/[0-9]/.test(written) || junkWords.has(written)) return undefined;
  const id = written.replace(/^0+/, "");
  return id.length < 3 || isJunkDigits(id) ? undefined : id;
}

/** GMC numbers come with a leading C in some products; HCPC numbers with and without zeros. */
export function registrationOf(scheme: RegistrationScheme, value: string): string | undefined {
  let written = tidy(value).replace(/[-/]/g, "");
  if (junkWords.has(written)) return undefined;
  if (scheme === "GMC") written = written.replace(/^(GMC)?C?(?=[0-9]{7}$)/, "");
  if (scheme === "HCPC")
    written = written.replace(/^([A-Z]{2})([0-9]{1,6})$/, (_, letters: string, digits: string) => letters + digits.padStart(6, "0"));
  if (scheme === "GDC") written = written.replace(/^0+/, "");
  if (!registrationFormats[scheme].test(written)) return undefined;
  return isJunkDigits(written.replace(/[^0-9]/g, "")) ? undefined : written;
}

/** The smartcard's UUID: twelve digits as a rule; other systems pad or space it. */
export function crsUuidOf(value: string): string | undefined {
  const written = tidy(value).replace(/-/g, "");
  if (!/^[0-9A-F]{8,32}$/.test(written)) return undefined;
  return isJunkDigits(written) ? undefined : written;
}

/** Mailboxes of a team or a machine: they point to nobody. */
const sharedBox =
  /^(info|hr|humanresources|admin|administrator|office|training|learning|enquiries|enquiry|reception|noreply|donotreply|test|tests|it|itservicedesk|servicedesk|support|recruitment|occupationalhealth|occhealth|oh|esr|staff|team|bank|temp|temporarystaffing|mail|email|none|na|nobody|unknown|user|rota|payroll|workforce|education|medicaleducation|pgme|library|secretary|secretaries|theatres?|pharmacy|ward\w*|\w*ward|\w*team|\w*reception)\d*$/;

export function emailOf(value: string): string | undefined {
  const written = value.normalize("NFKC").trim().toLowerCase();
  const match = /^([a-z0-9._%+'-]+)@((?:[a-z0-9-]+\.)+[a-z]{2,})$/.exec(written);
  if (!match) return undefined;
  const box = match[1]!.replace(/\+.*$/, "");
  if (box === "" || sharedBox.test(box.replace(/[^a-z0-9]/g, ""))) return undefined;
  return `${box}@${match[2]}`;
}

/** Dates that systems fill in when nobody knows: first days of calendars and of clocks. */
const junkDays = new Set([
  "1900-01-01",
  "1899-12-30",
  "1899-12-31",
  "1901-01-01",
  "1753-01-01",
  "1970-01-01",
  "0001-01-01",
  "1111-11-11",
  "2000-01-01",
  "9999-12-31",
]);

export function birthDateOf(value: string | undefined): string | undefined {
  if (value === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  return junkDays.has(value) ? undefined : value;
}
