import { definitionOfKind, recordTypes } from "../../schema/kinds";
import { factsOf, type StoredRecord } from "../../schema/record";
import { csv } from "./connector";
import { fieldsOf, kinds } from "./kinds";
import { dayIn, instantIn } from "./values";

const faults = (mapping: unknown, more: Record<string, unknown> = {}) =>
  csv.settings.safeParse({ folder: "in", mapping, ...more }).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ??
  [];
const good = {
  record: "competence-award",
  key: ["Id"],
  person: { identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", column: "Staff number" }] },
  fields: { competence: "Name", awardedOn: { column: "Awarded", format: "DD/MM/YYYY" } },
};

test.each(kinds)("the table knows the fields of %s as the record type has them", (kind) => {
  const known = fieldsOf[kind];
  const properties = definitionOfKind(kind).fields.map((field: { name: string }) => field.name);
  for (const name of Object.keys(known)) expect(properties).toContain(name);
  const required = factsOf<StoredRecord>(recordTypes[kind])
    .safeParse({})
    .error!.issues.map(({ path }) => String(path[0]));
  const derived = { immunisation: ["diseases"], achievement: ["mapping"] } as Record<string, string[]>;
  expect(
    Object.entries(known)
      .flatMap(([name, field]) => (field.required ? [name] : []))
      .concat(derived[kind] ?? [])
      .sort(),
  ).toEqual(required.sort());
});

test("all faults of a mapping are told at once, each with its place", () => {
  expect(faults(good)).toEqual([]);
  expect(
    faults({
      ...good,
      person: {},
      fields: {
        awardedOnn: "Awarded",
        statedEndsOn: { column: "Ends", coding: "hub" },
        name: { column: "Name", format: "YYYYMMDD" },
        competence: {},
      },
    }),
  ).toEqual([
    "mapping.fields.awardedOnn: one of competence, name, awardedOn, statedEndsOn, attainment, proficiency, awardedBy",
    "mapping.fields.statedEndsOn.coding: left out: the field is no code",
    "mapping.fields.name.format: left out: the field is no day",
    "mapping.fields.competence: either column or value",
    "mapping.fields.awardedOn: there: a record cannot be without it",
    "mapping.person: an identifier, or familyName and birthDate",
  ]);
});

test("a mapping that is none, words that mean nothing, and a number that never enters", () => {
  expect(faults("vaccines")).toEqual([
    "mapping: one of clearances, placements, national-vaccinations, esr-competences, or a mapping with record, key, person and fields",
  ]);
  expect(faults({ ...good, key: ["NHS Number"] })).toEqual(["mapping.key.0: another column: an NHS number never enters"]);
  expect(faults({ ...good, record: "salary" })[0]).toMatch(/^mapping.record: /);
  const clearance = { ...good, record: "clearance", fields: { clearedForRole: { column: "Outcome", words: { fit: "MAYBE" } } } };
  expect(faults(clearance)).toEqual(["mapping.fields.clearedForRole.words.fit: one of YES, CONDITIONAL, PENDING"]);
  const check = { ...good, record: "employment-check", fields: { standard: { value: "DBS" }, outcome: { value: "COMPLETED" } } };
  expect(faults(check)).toEqual(["mapping.fields.standard.value: a code of the hub's list"]);
});

test("where the files are is said once", () => {
  expect(faults(good, { folder: undefined })).toEqual(["folder: a folder, or sftp, and not both"]);
  expect(faults(good, { from: 3 })).toEqual(["from: left out, unless files has {number}"]);
  const sftp = { host: "h", user: "u", hostKey: "SHA256:short" };
  expect(faults(good, { folder: undefined, sftp }).join()).toMatch(/sftp.hostKey: SHA256: and 43 characters/);
});

test.each([
  ["20260310", "YYYYMMDD", "2026-03-10"],
  ["20260310T093000", "YYYYMMDDThhmmss", "2026-03-10"],
  ["20260630T23300000", "YYYYMMDDThhmmss", "2026-07-01"],
  ["20260630T23300001", "YYYYMMDDThhmmss", "2026-06-30"],
  ["20260310", "YYYYMMDDThhmmss", "2026-03-10"],
  ["3/4/2026", "DD/MM/YYYY", "2026-04-03"],
  ["03/04/2026 00:00:00", "DD/MM/YYYY", "2026-04-03"],
  ["31-02-2026", "DD-MM-YYYY", undefined],
  ["04-Mar-2026", "DD-Mon-YYYY", "2026-03-04"],
  ["04-MARCH-2026", "DD-Mon-YYYY", "2026-03-04"],
  ["04-Mrz-2026", "DD-Mon-YYYY", undefined],
  ["2026-04-03", "DD/MM/YYYY", undefined],
] as const)("%s as %s is %s", (text, format, day) => expect(dayIn(text, format)).toBe(day));

test.each([
  ["20260310T093000", "YYYYMMDDThhmmss", "2026-03-10T09:30:00.000Z"],
  ["20260630T23300001", "YYYYMMDDThhmmss", "2026-06-30T22:30:00.000Z"],
  ["01/07/2026 09:30", "DD/MM/YYYY", "2026-07-01T08:30:00.000Z"],
  ["2026-07-01T09:30:00+02:00", "YYYY-MM-DD", "2026-07-01T07:30:00.000Z"],
  ["01/07/2026", "DD/MM/YYYY", undefined],
] as const)("%s as %s is the instant %s", (text, format, at) => expect(instantIn(text, format)).toBe(at));
