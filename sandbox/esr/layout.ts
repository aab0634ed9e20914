/**
 * Columns of a Generic Outbound file, in order, as far as the sandbox fills them; the count is the whole row's. Kept apart
 * from the connector's own layouts on purpose: a mistake in one shows against the other.
 */
interface RowLayout {
  /** Fields of a row, the record type among them. */
  readonly count: number;
  /** Name to position, counted from 0 (the record type). */
  readonly at: Readonly<Record<string, number>>;
}

function layout(count: number, columns: Readonly<Record<string, number>>): RowLayout {
  return { count, at: columns };
}

export const layouts = {
  PRA: layout(44, {
    personId: 1,
    effectiveStart: 2,
    effectiveEnd: 3,
    employeeNumber: 4,
    title: 5,
    lastName: 6,
    firstName: 7,
    middleNames: 8,
    maidenName: 9,
    preferredName: 10,
    previousLastName: 11,
    gender: 12,
    birthDate: 13,
    niNumber: 14,
    nhsUniqueId: 15,
    hireDate: 16,
    terminationDate: 17,
    terminationReason: 18,
    statusFlag: 19,
    ethnicOrigin: 22,
    crsUuid: 29,
    systemPersonType: 33,
    userPersonType: 34,
    email: 35,
    nhsStart: 36,
    lastUpdate: 38,
    disabilityFlag: 39,
  }),
  ASA: layout(51, {
    personId: 1,
    assignmentId: 2,
    effectiveStart: 3,
    effectiveEnd: 4,
    earliestStart: 5,
    type: 6,
    number: 7,
    systemStatus: 8,
    userStatus: 9,
    statusFlag: 10,
    payrollName: 11,
    payrollPeriod: 12,
    locationId: 13,
    employeeCategory: 19,
    assignmentCategory: 20,
    primary: 21,
    hours: 22,
    frequency: 23,
    fte: 25,
    organisationId: 27,
    positionId: 28,
    positionName: 29,
    grade: 30,
    salary: 33,
    jobName: 34,
    projectedHire: 38,
    contractEnd: 40,
    afcFlag: 43,
    lastUpdate: 44,
    assignmentEnd: 48,
  }),
  POA: layout(24, {
    positionId: 1,
    effectiveFrom: 2,
    effectiveTo: 3,
    number: 4,
    name: 5,
    budgetedFte: 6,
    subjectiveCode: 7,
    staffGroup: 8,
    jobRole: 9,
    occupationCode: 10,
    payscale: 11,
    gradeStep: 12,
    isaRegulated: 13,
    organisationId: 14,
    hiringStatus: 15,
    positionType: 16,
    workplaceOrg: 21,
    lastUpdate: 22,
    subjectiveDescription: 23,
  }),
  ORA: layout(16, {
    organisationId: 1,
    name: 2,
    type: 3,
    effectiveFrom: 4,
    effectiveTo: 5,
    costCentre: 9,
    parentId: 10,
    nacsCode: 11,
    locationId: 12,
    lastUpdate: 13,
    costDescription: 14,
  }),
  LCA: layout(22, {
    locationId: 1,
    code: 2,
    description: 3,
    inactiveDate: 4,
    address1: 5,
    town: 8,
    postcode: 10,
    country: 11,
    telephone: 12,
    payslip: 14,
    siteCode: 15,
    lastUpdate: 21,
  }),
  CDA: layout(16, {
    competenceId: 1,
    name: 2,
    description: 3,
    from: 4,
    to: 5,
    certification: 7,
    evaluation: 9,
    renewalFreq: 10,
    renewalUnits: 11,
    vpd: 14,
    lastUpdate: 15,
  }),
  CMA: layout(27, {
    personId: 1,
    elementId: 2,
    type: 3,
    status: 4,
    name: 5,
    from: 6,
    to: 7,
    proficiency: 8,
    vpd: 9,
    nextCertification: 12,
    competenceId: 13,
    lastUpdate: 22,
  }),
  ETA: layout(57, {
    personId: 1,
    extraId: 2,
    informationType: 3,
    category: 4,
    information1: 5,
    information2: 6,
    information3: 7,
    information5: 9,
    attributeCategory: 35,
    attribute1: 36,
    lastUpdate: 56,
  }),
} as const satisfies Record<string, RowLayout>;
export type RowType = keyof typeof layouts;

const separator = "~";

/** ESR keeps ISO-8859-1 and no more: other letters lose their accents, and the separator cannot stand in a value. */
export function latin1(text: string): string {
  return [...text]
    .map((letter) => (letter.codePointAt(0)! <= 0xff ? letter : foreign(letter)))
    .join("")
    .replaceAll(separator, "-");
}

function foreign(letter: string): string {
  const strokes: Readonly<Record<string, string>> = { ł: "l", Ł: "L", đ: "d", Đ: "D" };
  return strokes[letter] ?? (letter.normalize("NFD").replace(/[\u0300-\u036f]/g, "") || "?");
}

export function row<T extends RowType>(type: T, values: Partial<Record<keyof (typeof layouts)[T]["at"], string | undefined>>): string {
  const { count, at } = layouts[type] as RowLayout;
  const fields = Array.from({ length: count }, () => "");
  fields[0] = type;
  for (const [name, value] of Object.entries(values)) if (value !== undefined) fields[at[name]!] = latin1(value as string);
  return fields.join(separator);
}

export const date = (day: string | undefined): string => (day ?? "").replaceAll("-", "");
export const stamp = (day: string, time = "061500"): string => `${date(day)} ${time}`;
/** Dates inside flexfields are written for people, and often with a blank before them. */
export const flexDate = (day: string): string => ` ${day.slice(8)}/${day.slice(5, 7)}/${day.slice(0, 4)} 00:00:00`;
