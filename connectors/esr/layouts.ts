/**
 * Rows of ESR's Generic Outbound files, as data (source: public code of sardjv/esr_api). `fields` is the exact number of
 * fields of a row, its type included; a row with another number is refused. `reads` names the columns that we may use, by
 * position from 0: every other column (pay, grade step, ethnicity, disability, hours, absence ...) is never looked at.
 */
export interface Layout {
  readonly fields: number;
  readonly key: string;
  readonly reads: Readonly<Record<string, number>>;
}

export const layouts = {
  PRA: {
    fields: 44,
    key: "personId",
    reads: {
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
      birthDate: 13,
      niNumber: 14,
      hireDate: 16,
      terminationDate: 17,
      crsUuid: 29,
      systemPersonType: 33,
      email: 35,
    },
  },
  ASA: {
    fields: 51,
    key: "assignmentId",
    reads: {
      personId: 1,
      assignmentId: 2,
      effectiveStart: 3,
      effectiveEnd: 4,
      earliestStart: 5,
      type: 6,
      number: 7,
      systemStatus: 8,
      locationId: 13,
      employeeCategory: 19,
      assignmentCategory: 20,
      primary: 21,
      organisationId: 27,
      positionId: 28,
      projectedHire: 38,
      contractEnd: 40,
      assignmentEnd: 48,
    },
  },
  POA: {
    fields: 24,
    key: "positionId",
    reads: {
      positionId: 1,
      effectiveFrom: 2,
      effectiveTo: 3,
      number: 4,
      name: 5,
      staffGroup: 8,
      jobRole: 9,
      occupationCode: 10,
      organisationId: 14,
      hiringStatus: 15,
    },
  },
  ORA: { fields: 16, key: "organisationId", reads: { organisationId: 1, name: 2, type: 3, parentId: 10, nacsCode: 11 } },
  LCA: { fields: 22, key: "locationId", reads: { locationId: 1, code: 2, description: 3, inactiveDate: 4, town: 8, siteCode: 15 } },
  CDA: { fields: 16, key: "competenceId", reads: { competenceId: 1, name: 2, from: 4, to: 5, renewalFrequency: 10, renewalUnits: 11 } },
  CMA: {
    fields: 27,
    key: "elementId",
    reads: { personId: 1, elementId: 2, type: 3, status: 4, name: 5, from: 6, to: 7, proficiency: 8, nextCertification: 12 },
  },
  ETA: {
    fields: 57,
    key: "extraId",
    reads: { personId: 1, extraId: 2, informationType: 3, category: 4, body: 5, number: 6, registeredOn: 7, expiresOn: 9 },
  },
} as const satisfies Record<string, Layout>;
export type AddType = keyof typeof layouts;

/** A delete row holds its type and the primary id, nothing else. */
export const deletes = {
  PRD: "PRA",
  ASD: "ASA",
  POD: "POA",
  ORD: "ORA",
  LCD: "LCA",
  CDD: "CDA",
  CMD: "CMA",
  ETD: "ETA",
} as const satisfies Record<string, AddType>;
export type DeleteType = keyof typeof deletes;
export const deleteFields = 2;

/** Rows of the interface that are skipped unread: absence, costing, disability, pay, qualifications, look-ups ... */
export const notRead: ReadonlySet<string> = new Set([
  "ABA",
  "ABD",
  "COA",
  "COD",
  "DTA",
  "DTD",
  "ELA",
  "ELD",
  "PIA",
  "PID",
  "QLA",
  "QLD",
  "STA",
  "STD",
  "TRA",
  "TRD",
  "LOV",
]);

/** Information types of ETA rows that are professional registrations; both spellings occur in real files. */
export const registrationTypes: ReadonlySet<string> = new Set(["NHS Regs and Memships", "NHS Regs and Memberships"]);

/** Oracle's end of time: no end at all. */
export const endOfTime = "4712-12-31";
