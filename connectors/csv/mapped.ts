/** A row under a mapping: reduced to its mapped cells when it is read, and made a record of by the mapping's rules. Both pure. */
import { createHash } from "node:crypto";
import { registrationNumber } from "../../schema/codes/organisation-lists";
import { vaccineOfSnomed } from "../../schema/codes/vaccines";
import type { Mapping as CourseMapping } from "../../schema/learning/achievement";
import type { Claim, IdentifierScheme, NormaliseContext, Normalised, NormalisedRecord, NormalisedRefusal } from "../connector";
import { columnName } from "../kit/csv";
import { type FieldKind, fieldsOf } from "./kinds";
import type { MappedField, Mapping } from "./mapping";
import type { CsvSettings } from "./settings";
import { bodyIn, competenceIn, dayIn, instantIn, partialDayIn, standardIn, vaccineIn } from "./values";
import type { MappedRow } from "./vendor";

const snomed = "http://snomed.info/sct";

/** Takes a row of a file apart; made once per file, because looking up columns is most of the work. */
export function reducer(
  mapping: Mapping,
  settings: CsvSettings,
): (row: Readonly<Record<string, string>>, at: string) => { mapped: MappedRow } {
  const name = columnName;
  // The national batch writes an apostrophe with a backslash before it.
  const cellOf = (row: Readonly<Record<string, string>>, column: string) => row[name(column)]?.replace(/\\'/g, "'").trim() || undefined;
  const organisation = settings.organisationFrom ?? mapping.organisation?.column;
  const vaccine = mapping.record === "immunisation" ? mapping.fields.vaccine : undefined;
  return (row, at) => {
    const cell = (column: string | undefined) => (column === undefined ? undefined : cellOf(row, column));
    const fields: Record<string, string | undefined> = {};
    for (const [field, mapped] of Object.entries(mapping.fields)) {
      const empty = new Set((mapped.empty ?? []).map((one) => one.toLowerCase()));
      const found = mapped.column?.map(cell).find((value) => value !== undefined && !empty.has(value.toLowerCase()));
      fields[field] = mapped.value ?? found;
    }
    const skip = mapping.skip.find(({ column, values }) =>
      values.some((value) => value.toLowerCase() === (cell(column) ?? "").toLowerCase()),
    );
    return {
      mapped: {
        record: mapping.record,
        at,
        key: mapping.key.map((column) => cell(column) ?? ""),
        organisation: cell(organisation),
        identifiers: mapping.person.identifiers.flatMap(({ scheme, column }) => {
          const value = cell(column);
          return value === undefined ? [] : [{ scheme, value }];
        }),
        familyName: cell(mapping.person.familyName),
        givenName: cell(mapping.person.givenName),
        birthDate: cell(mapping.person.birthDate?.column),
        action: cell(mapping.action?.column),
        changedAt: cell(mapping.changedAt?.column),
        skipped: skip?.reason,
        otherCode: vaccine?.column
          ?.slice(1)
          .map(cell)
          .find((code) => code !== undefined && code !== fields.vaccine),
        fields,
      },
    };
  };
}

type Context = NormaliseContext<CsvSettings>;
type Fault = Pick<NormalisedRefusal, "refused" | "pointer" | "expected"> & { readonly value?: string | undefined };
const isFault = (value: unknown): value is Fault => typeof value === "object" && value !== null && "refused" in value;

export function normaliseMapped(row: MappedRow, mapping: Mapping, context: Context): readonly Normalised[] {
  const kind = mapping.record;
  const keyed = row.key.every((part) => part !== "");
  const sourceId = (keyed ? row.key.join("|") : row.at).slice(0, 500);
  const refuse = ({ value, ...fault }: Fault, organisation?: string): readonly Normalised[] => [
    {
      ...fault,
      kind,
      sourceId,
      organisation,
      got: `${value === undefined ? "nothing" : `text of ${value.length} characters`} at ${row.at}`,
    },
  ];
  if (row.skipped !== undefined) return [{ ignored: row.skipped }];
  if (!keyed)
    return refuse({ refused: "RECORD_INVALID", pointer: `/${mapping.key[row.key.indexOf("")]}`, expected: "a part of the record's key" });
  const organisation = organisationOf(row, mapping, context);
  if (isFault(organisation)) return refuse(organisation);
  const withdrawn = actionOf(row, mapping);
  if (isFault(withdrawn)) return refuse(withdrawn, organisation);
  const changedAt = mapping.changedAt && row.changedAt !== undefined ? instantIn(row.changedAt, mapping.changedAt.format) : undefined;
  if (mapping.changedAt && row.changedAt !== undefined && changedAt === undefined)
    return refuse(
      {
        refused: "DATE_AMBIGUOUS",
        pointer: `/${mapping.changedAt.column}`,
        expected: `an instant, ${mapping.changedAt.format}`,
        value: row.changedAt,
      },
      organisation,
    );
  const base = { sourceId, organisation, ...(changedAt === undefined ? {} : { sourceVersion: { changedAt } }) };
  // What is taken back is named by its key alone: its other cells may be empty or wrong.
  if (withdrawn) return [{ ...base, kind, withdrawn: true } as Normalised];
  const claim = claimOf(row, mapping, organisation);
  if (isFault(claim)) return refuse(claim, organisation);
  const facts: Record<string, unknown> = {};
  for (const [name, kindOfField] of Object.entries(fieldsOf[kind])) {
    const value = valueFor(row, name, kindOfField, mapping.fields[name], facts);
    if (isFault(value)) return refuse(value, organisation);
    if (value !== undefined) facts[name] = value;
  }
  const wrong = between(row, mapping, facts);
  if (wrong) return refuse(wrong, organisation);
  if (kind === "achievement") return achievement({ ...base, claim }, facts, organisation, context);
  return [{ ...base, kind, claim, facts } as unknown as NormalisedRecord];
}

/** Whose row it is. A connection with one organisation may leave it out; one that says somebody else's code is refused. */
function organisationOf(row: MappedRow, mapping: Mapping, { settings, organisations }: Context): string | Fault {
  const column = settings.organisationFrom ?? mapping.organisation?.column;
  const byVpd = settings.organisationFrom === undefined && mapping.organisation?.by === "vpd";
  const only = organisations.length === 1 ? organisations[0]!.odsCode : undefined;
  if (column === undefined && only !== undefined) return only;
  const stated = row.organisation?.toUpperCase();
  const found = organisations.find(({ odsCode, vpd }) => stated !== undefined && (byVpd ? vpd : odsCode) === stated);
  return (
    found?.odsCode ?? {
      refused: "OTHER_ORGANISATION",
      pointer: `/${column ?? "organisationFrom"}`,
      expected: organisations.map(({ odsCode, vpd }) => (byVpd ? vpd : odsCode)).join(", "),
      value: row.organisation,
    }
  );
}

function actionOf({ action }: MappedRow, mapping: Mapping): boolean | Fault {
  if (!mapping.action) return false;
  const { keeps, withdraws, column } = mapping.action;
  const says = (words: readonly string[]) => words.some((word) => word.toLowerCase() === action?.toLowerCase());
  if (says(withdraws)) return true;
  if (says(keeps)) return false;
  return { refused: "RECORD_INVALID", pointer: `/${column}`, expected: [...keeps, ...withdraws].join(", "), value: action };
}

/** By the first identifier; without one the same names and day of birth are the same person at this connection. */
function claimOf(row: MappedRow, mapping: Mapping, organisation: string): Claim | Fault {
  const { person } = mapping;
  const birthDate = person.birthDate && row.birthDate !== undefined ? dayIn(row.birthDate, person.birthDate.format) : undefined;
  if (person.birthDate && row.birthDate !== undefined && birthDate === undefined)
    return { refused: "RECORD_INVALID", pointer: `/${person.birthDate.column}`, expected: person.birthDate.format, value: row.birthDate };
  const names = {
    ...(row.givenName === undefined ? {} : { givenName: row.givenName }),
    ...(row.familyName === undefined ? {} : { familyName: row.familyName }),
    ...(birthDate === undefined ? {} : { birthDate }),
  };
  const [first] = row.identifiers;
  if (first)
    return {
      personKey: `${organisation}|${first.scheme}|${first.value}`,
      ...names,
      identifiers: row.identifiers.map(({ scheme, value }) => ({ scheme: scheme as IdentifierScheme, value })),
    };
  if (person.identifiers.length > 0 && (row.familyName === undefined || birthDate === undefined))
    return { refused: "NO_STAFF_KEY", pointer: `/${person.identifiers[0]!.column}`, expected: "a number of the person" };
  if (row.familyName === undefined) return { refused: "NO_PERSON", pointer: `/${person.familyName}`, expected: "a family name" };
  if (birthDate === undefined) return { refused: "NO_PERSON", pointer: `/${person.birthDate?.column}`, expected: "a day of birth" };
  const named = createHash("sha256")
    .update([row.familyName, row.givenName ?? "", birthDate].join("\n").toLowerCase())
    .digest("hex");
  return { personKey: `named:${named.slice(0, 24)}`, ...names };
}

function valueFor(row: MappedRow, name: string, kind: FieldKind, mapped: MappedField | undefined, facts: Record<string, unknown>): unknown {
  if (!mapped) return undefined;
  const written = row.fields[name];
  const pointer = `/${mapped.column?.[0] ?? name}`;
  if (written === undefined)
    return kind.required || mapped.required
      ? ({ refused: "RECORD_INVALID", pointer, expected: wanted(kind, mapped) } satisfies Fault)
      : undefined;
  const meaning = Object.entries(mapped.words ?? {}).find(([word]) => word.toLowerCase() === written.toLowerCase())?.[1] ?? written;
  const invalid: Fault = { refused: "RECORD_INVALID", pointer, expected: wanted(kind, mapped), value: written };
  const format = mapped.format ?? "YYYY-MM-DD";
  switch (kind.is) {
    case "text":
      return meaning.length <= 500 ? meaning : invalid;
    case "day":
      return dayIn(meaning, format) ?? invalid;
    case "partial-day":
      return partialDayIn(meaning, format) ?? invalid;
    case "whole":
      return /^\d{1,4}$/.test(meaning) && Number(meaning) > 0 ? Number(meaning) : invalid;
    case "organisation":
      return /^[A-Z0-9]{3,10}$/.test(meaning.toUpperCase()) ? meaning.toUpperCase() : invalid;
    case "enum":
      return kind.values?.find((value) => value === meaning.toUpperCase().replace(/[\s-]+/g, "_")) ?? invalid;
    case "code":
      return codeOf(name, meaning, mapped, pointer, facts);
  }
}

const wanted = (kind: FieldKind, mapped: MappedField): string =>
  kind.is === "enum"
    ? [...Object.keys(mapped.words ?? {}), ...(mapped.words ? [] : (kind.values ?? []))].join(", ")
    : kind.is === "day" || kind.is === "partial-day"
      ? (mapped.format ?? "YYYY-MM-DD")
      : { text: "a text", whole: "a number from 1", organisation: "an ODS code", code: "a code of the list" }[kind.is];

/** A code as it may be shown: short and without blanks, or not at all. */
const shown = (code: string): string | undefined => (/^[A-Za-z0-9._-]{1,32}$/.test(code) ? code : undefined);

function codeOf(name: string, value: string, mapped: MappedField, pointer: string, facts: Record<string, unknown>): unknown {
  const unknown = (expected: string): Fault => ({ refused: "CODE_UNKNOWN", pointer, expected, value });
  if (name === "vaccine") {
    const coding = mapped.coding ?? "snomed";
    const vaccine = vaccineIn(value, coding);
    if (!vaccine) return unknown("vaccines");
    facts.diseases = vaccine.diseases;
    const sent = shown(value);
    if (sent !== undefined) facts.sentCode = coding === "snomed" ? `${snomed}|${sent}` : sent;
    return vaccine.code;
  }
  if (name === "competence") {
    const identity = competenceIn(value, mapped.coding ?? "esr-name");
    if (identity !== undefined) facts.name ??= value.slice(0, 500);
    return identity ?? unknown("competence names (AUTHORITY|TYPE|TITLE|QUALIFIER)");
  }
  if (name === "body") return bodyIn(value) ?? unknown("professional bodies");
  return standardIn(value) ?? unknown("the six check standards");
}

/** What one cell says against another. */
function between(row: MappedRow, mapping: Mapping, facts: Record<string, unknown>): Fault | undefined {
  const columnOf = (name: string) => `/${mapping.fields[name]?.column?.[0] ?? name}`;
  if (mapping.record === "immunisation" && row.otherCode !== undefined && (mapping.fields.vaccine?.coding ?? "snomed") === "snomed") {
    const other = vaccineOfSnomed(row.otherCode);
    // Then nobody knows which of the two is wrong.
    if (other && !other.diseases.some((disease) => (facts.diseases as readonly string[]).includes(disease)))
      return {
        refused: "RECORD_INVALID",
        pointer: `/${mapping.fields.vaccine?.column?.[1]}`,
        expected: "a product of the vaccination procedure",
      };
  }
  if (mapping.record === "professional-registration") {
    const number = registrationNumber(facts.body as string, facts.number as string);
    if (number === undefined) return { refused: "RECORD_INVALID", pointer: columnOf("number"), expected: `a number of ${facts.body}` };
    facts.number = number;
  }
  for (const [first, last] of [["startsOn", "endsOn"] as const, ["registeredOn", "expiresOn"] as const])
    if (facts[first] !== undefined && facts[last] !== undefined && String(facts[last]) < String(facts[first]))
      return { refused: "RECORD_INVALID", pointer: columnOf(last), expected: `a day that is not before ${columnOf(first).slice(1)}` };
  return undefined;
}

/** A finished course, and what the organisation's course map makes of it. */
function achievement(
  base: { readonly sourceId: string; readonly organisation: string; readonly claim: Claim },
  facts: Record<string, unknown>,
  organisation: string,
  { maps }: Context,
): readonly Normalised[] {
  const { courseSourceId, courseCode, completedOn, title } = facts as Record<string, string>;
  const keys = [courseCode, courseSourceId, `id:${courseSourceId}`].filter((key) => key !== undefined);
  const named = keys.map((key) => competenceIn(key, "esr-name")).find((one) => one !== undefined);
  const mapped = named === undefined ? maps.coursesToCompetences(organisation, keys, completedOn!) : [named];
  const competences = Array.isArray(mapped) ? [...new Set(mapped as readonly string[])] : [];
  const state = (competences.length > 0 ? "MAPPED" : mapped === "local" ? "LOCAL" : "UNMAPPED") as CourseMapping;
  return [
    { ...base, kind: "achievement", facts: { ...facts, mapping: state } } as unknown as NormalisedRecord,
    ...competences.map(
      (competence): NormalisedRecord => ({
        ...base,
        kind: "competence-award",
        sourceId: `${base.sourceId}|${competence}`.slice(0, 500),
        facts: {
          competence,
          name: named === undefined ? title! : (courseCode ?? courseSourceId)!,
          awardedOn: completedOn!,
          attainment: "ACHIEVED",
        },
      }),
    ),
  ];
}
