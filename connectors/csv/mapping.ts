/**
 * How the columns of a file become the fields of a record: data in lanyard.yaml, checked when it is loaded, all faults at once. A
 * column is named as the header writes it; case, blanks and hyphens are no difference.
 */
import { z } from "zod";
import { columnName } from "../kit/csv";
import { type FieldKind, fieldsOf, kinds } from "./kinds";
import { bodyIn, type Coding, codings, codingsOf, competenceIn, type DateFormat, dateFormats, standardIn, vaccineIn } from "./values";

const column = z
  .string()
  .min(1)
  .max(100)
  .refine((name) => !/nhs[\s_-]*(number|no)\b/i.test(name), "another column: an NHS number never enters");
const columns = z.union([column.transform((one) => [one]), z.array(column).min(1)], { error: "the name of a column, or a list of names" });
const format = z.enum(dateFormats);

export interface MappedField {
  /** The first of these that is not empty. */
  readonly column?: readonly string[];
  /** The same for every row. */
  readonly value?: string;
  readonly format?: DateFormat;
  readonly coding?: Coding;
  /** What the file says, and what it means; case is no difference. */
  readonly words?: Readonly<Record<string, string>>;
  /** Words that mean nothing is known: "No expiry". */
  readonly empty?: readonly string[];
  /** An empty cell is refused; for what a record cannot be without that is so in any case. */
  readonly required?: boolean;
}
const field = z.union(
  [
    column.transform((name) => ({ column: [name] })),
    z.strictObject({
      column: columns.optional(),
      value: z.string().min(1).max(200).optional(),
      format: format.optional(),
      coding: z.enum(codings).optional(),
      words: z.record(z.string(), z.string()).optional(),
      empty: z.array(z.string()).optional(),
      required: z.boolean().optional(),
    }),
  ],
  { error: "the name of a column, or { column, format, coding, words, empty, required }, or { value }" },
) as z.ZodType<MappedField>;

const dayColumn = z.union(
  [column.transform((one) => ({ column: one, format: "YYYY-MM-DD" as const })), z.strictObject({ column, format })],
  {
    error: "the name of a column, or { column, format }",
  },
);

const shape = z.strictObject({
  record: z.enum(kinds),
  /** What people call it; the record type by default. */
  dataSet: z
    .string()
    .regex(/^[a-z][a-z -]{2,40}$/, "lower-case words")
    .optional(),
  /** snapshot: each file is a full list, the newest counts. delta: each file tells of changes, all are read in order. */
  list: z.enum(["snapshot", "delta"]).default("snapshot"),
  /** What it means when a full list no longer has a record: nothing, or that it has been taken back. */
  absence: z.enum(["withdraws", "notAtSource"]).default("notAtSource"),
  /** Columns that together name a record for ever. */
  key: z.array(column).min(1),
  /** Column that says whose row it is; without it every row is of the connection's only organisation. */
  organisation: z.strictObject({ column, by: z.enum(["odsCode", "vpd"]).default("odsCode") }).optional(),
  person: z.strictObject({
    identifiers: z
      .array(
        z.strictObject({
          scheme: z.enum([
            "ESR_EMPLOYEE_NUMBER",
            "ESR_ASSIGNMENT_NUMBER",
            "ESR_PERSON_ID",
            "GMC",
            "NMC",
            "GDC",
            "GPHC",
            "HCPC",
            "EMAIL",
            "LOCAL",
          ]),
          column,
        }),
      )
      .default([]),
    familyName: column.optional(),
    givenName: column.optional(),
    birthDate: dayColumn.optional(),
  }),
  fields: z.record(z.string(), field),
  /** Column that says whether the row still stands. */
  action: z
    .strictObject({
      column,
      keeps: z.array(z.string()).min(1).default(["new", "update"]),
      withdraws: z.array(z.string()).min(1).default(["delete"]),
    })
    .optional(),
  /** Column with the instant at which the source changed the record; without it the order of the files decides. */
  changedAt: dayColumn.optional(),
  /** Rows that are rightly left aside, and why. */
  skip: z
    .array(
      z.strictObject({
        column,
        values: z.array(z.string()).min(1),
        reason: z.string().regex(/^[a-z]+(-[a-z]+)*$/, "lower-case words joined by hyphens"),
      }),
    )
    .default([]),
  /** Columns that are known and never read: they are no news when they are there. */
  notRead: z.array(z.string()).default([]),
  separator: z.enum([",", ";", "|", "\t"]).default(","),
});

/** What must hold between the parts; every fault is named, not only the first. */
export const mapping = shape.superRefine((given, context) => {
  const fault = (path: readonly PropertyKey[], message: string) => context.addIssue({ code: "custom", path: [...path], message });
  const known = fieldsOf[given.record];
  for (const [name, mapped] of Object.entries(given.fields)) {
    const at = ["fields", name];
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!kind) {
      fault(at, `one of ${Object.keys(known).join(", ")}`);
      continue;
    }
    if ((mapped.column === undefined) === (mapped.value === undefined)) fault(at, "either column or value");
    if (mapped.format !== undefined && kind.is !== "day" && kind.is !== "partial-day")
      fault([...at, "format"], "left out: the field is no day");
    if (mapped.coding !== undefined && !codingsOf[name]?.includes(mapped.coding))
      fault([...at, "coding"], codingsOf[name] ? `one of ${codingsOf[name].join(", ")}` : "left out: the field is no code");
    if (mapped.value !== undefined && !isValue(name, kind, mapped)) fault([...at, "value"], expectedValue(kind));
    if (kind.is === "enum")
      for (const [word, meaning] of Object.entries(mapped.words ?? {}))
        if (!kind.values?.includes(meaning)) fault([...at, "words", word], `one of ${kind.values?.join(", ")}`);
  }
  for (const [name, kind] of Object.entries(known))
    if (kind.required && !Object.hasOwn(given.fields, name)) fault(["fields", name], "there: a record cannot be without it");
  const { person } = given;
  if (person.identifiers.length === 0 && (person.familyName === undefined || person.birthDate === undefined))
    fault(["person"], "an identifier, or familyName and birthDate");
});
export type Mapping = z.output<typeof mapping>;

/** What stands for every row is checked once, here. */
function isValue(name: string, kind: FieldKind, { value = "", coding }: MappedField): boolean {
  if (kind.is === "enum") return kind.values?.includes(value) ?? false;
  if (kind.is !== "code") return kind.is === "text" || (kind.is === "organisation" && /^[A-Z0-9]{3,10}$/.test(value));
  if (name === "body") return bodyIn(value) !== undefined;
  if (name === "standard") return standardIn(value) !== undefined;
  return (name === "vaccine" ? vaccineIn(value, coding ?? "snomed") : competenceIn(value, coding ?? "esr-name")) !== undefined;
}

const expectedValue = (kind: FieldKind): string =>
  kind.is === "enum"
    ? `one of ${kind.values?.join(", ")}`
    : kind.is === "code"
      ? "a code of the hub's list"
      : kind.is === "organisation"
        ? "an ODS code"
        : "left out: no day and no number is the same for every row";

/** Every column that is read, as columnName writes it. */
export function columnsOf(given: Mapping): { readonly required: readonly string[]; readonly optional: readonly string[] } {
  const { person, organisation, action, changedAt } = given;
  const known = fieldsOf[given.record];
  const required = [...given.key, ...person.identifiers.slice(0, 1).map((one) => one.column)];
  const optional = [
    ...person.identifiers.map((one) => one.column),
    ...[person.givenName].flatMap((one) => one ?? []),
    ...given.skip.map((one) => one.column),
    ...(changedAt ? [changedAt.column] : []),
  ];
  for (const one of [person.familyName, person.birthDate?.column])
    if (one !== undefined) (person.identifiers.length === 0 ? required : optional).push(one);
  if (organisation) required.push(organisation.column);
  if (action) required.push(action.column);
  for (const [name, mapped] of Object.entries(given.fields)) {
    const [first, ...others] = mapped.column ?? [];
    const must = known[name]?.required || mapped.required;
    // Of several columns any one will do.
    if (first !== undefined) (must && others.length === 0 ? required : optional).push(first);
    optional.push(...others);
  }
  const named = new Set(required.map(columnName));
  return { required: [...named], optional: [...new Set(optional.map(columnName))].filter((one) => !named.has(one)) };
}
