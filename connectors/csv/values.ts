/** A cell, as the file writes it, to a day, an instant or a code. What does not fit is undefined: nothing is guessed. */
import { parseCompetenceName } from "../../schema/codes/competences";
import { checkStandards, professionalBodyOf } from "../../schema/codes/organisation-lists";
import { type Vaccine, vaccineOf, vaccineOfContractCode, vaccineOfSnomed } from "../../schema/codes/vaccines";
import { instantOf } from "../kit/dates";
import { dayOf, partialDayOf } from "../kit/days";

/** The order of day and month is declared, because 03/04 can be read in two ways. */
export const dateFormats = ["YYYY-MM-DD", "YYYYMMDD", "YYYYMMDDThhmmss", "DD/MM/YYYY", "DD-MM-YYYY", "DD-Mon-YYYY"] as const;
export type DateFormat = (typeof dateFormats)[number];

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** Hours and minutes may follow a day; they are left out. */
const time = "(?:[ T]\\d{1,2}:\\d{2}(?::\\d{2})?)?";
const patterns: Readonly<Record<Exclude<DateFormat, "YYYY-MM-DD" | "YYYYMMDDThhmmss">, RegExp>> = {
  YYYYMMDD: /^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})$/,
  "DD/MM/YYYY": new RegExp(`^(?<d>\\d{1,2})/(?<m>\\d{1,2})/(?<y>\\d{4})${time}$`),
  "DD-MM-YYYY": new RegExp(`^(?<d>\\d{1,2})-(?<m>\\d{1,2})-(?<y>\\d{4})${time}$`),
  "DD-Mon-YYYY": new RegExp(`^(?<d>\\d{1,2})-(?<m>[A-Za-z]{3,9})-(?<y>\\d{4})${time}$`),
};

/** The national batch's time: local, or with the hours that its clock is ahead of UTC as two more digits. */
const nationalTime = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(00|01)?$/;

function nationalWallClock(text: string): { readonly local: string; readonly zone: string | undefined } | undefined {
  const [, y, m, d, hour, minute, second, zone] = nationalTime.exec(text) ?? [];
  return y === undefined ? undefined : { local: `${y}-${m}-${d}T${hour}:${minute}:${second}`, zone };
}

export function dayIn(text: string, format: DateFormat): string | undefined {
  if (format === "YYYY-MM-DD") return dayOf(text);
  if (format === "YYYYMMDDThhmmss") {
    const said = nationalWallClock(text);
    if (said) return dayOf(said.zone === undefined ? said.local : `${said.local}+${said.zone}:00`);
    return dayIn(text, "YYYYMMDD");
  }
  const parts = patterns[format].exec(text.trim())?.groups;
  if (!parts) return undefined;
  const month = format === "DD-Mon-YYYY" ? months.indexOf(parts.m!.slice(0, 3).toLowerCase()) + 1 : Number(parts.m);
  return dayOf(`${parts.y}-${String(month).padStart(2, "0")}-${parts.d!.padStart(2, "0")}`);
}

export const partialDayIn = (text: string, format: DateFormat): string | undefined =>
  format === "YYYY-MM-DD" ? partialDayOf(text) : dayIn(text, format);

/** An instant; a time without a zone is London's, and without a time there is none. */
export function instantIn(text: string, format: DateFormat): string | undefined {
  if (format === "YYYYMMDDThhmmss") {
    const said = nationalWallClock(text);
    if (!said) return undefined;
    return said.zone === undefined ? instantOf(said.local, "Europe/London", "from") : iso(`${said.local}+${said.zone}:00`);
  }
  const value = text.trim().replace(" ", "T");
  if (/(Z|[+-]\d{2}:?\d{2})$/i.test(value)) return iso(value);
  const parts = /[ T](\d{1,2}:\d{2}(?::\d{2})?)$/.exec(text.trim());
  const day = dayIn(text, format);
  return parts && day ? instantOf(`${day}T${parts[1]!.padStart(5, "0")}`, "Europe/London", "from") : undefined;
}

function iso(text: string): string | undefined {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Which list of names or numbers a coded column is written in. */
export const codings = ["snomed", "passport", "hub", "esr-name"] as const;
export type Coding = (typeof codings)[number];
export const codingsOf: Readonly<Record<string, readonly Coding[]>> = {
  vaccine: ["snomed", "passport", "hub"],
  competence: ["esr-name", "hub"],
  body: ["hub"],
  standard: ["hub"],
};

export function vaccineIn(code: string, coding: Coding): Vaccine | undefined {
  if (coding === "snomed") return vaccineOfSnomed(code);
  return coding === "passport" ? vaccineOfContractCode(code) : vaccineOf(code.trim().toUpperCase());
}

/** The identity of a competence: of its name in ESR, or written as such (four parts and one of the hub's). */
export const competenceIn = (value: string, coding: Coding): string | undefined => {
  if (coding === "esr-name") return parseCompetenceName(value)?.identity;
  return value.split("|").length === 4 ? value : undefined;
};

export const bodyIn = (value: string): string | undefined => professionalBodyOf(value)?.code;
export const standardIn = (value: string): string | undefined => {
  const plain = value.trim().toLowerCase();
  return checkStandards.find(({ code, name }) => code.toLowerCase() === plain || name.toLowerCase() === plain)?.code;
};
