import { mapping } from "../mapping";

/**
 * Competences as ESR's own reports export them. Provisional: the columns are those seen in exports of single people, and "Employee
 * Number" and the names are assumed, since the columns seen do not say whose the row is ("Last Updated By" is whoever typed it).
 */
export const esrCompetences = mapping.parse({
  record: "competence-award",
  dataSet: "competences",
  list: "snapshot",
  key: ["VPD", "Employee Number", "Competency Name", "Date Start"],
  organisation: { column: "VPD", by: "vpd" },
  person: {
    identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", column: "Employee Number" }],
    familyName: "Last Name",
    givenName: "First Name",
  },
  fields: {
    competence: { column: "Competency Name", coding: "esr-name" },
    name: "Competency Name",
    awardedOn: { column: ["Date Last Awarded", "Certification Date", "Date Start"], format: "DD-Mon-YYYY" },
    statedEndsOn: { column: "Expiry Date", format: "DD-Mon-YYYY", empty: ["No expiry"] },
    attainment: { value: "ACHIEVED" },
  },
  // A requirement that somebody does not meet is listed as well.
  skip: [{ column: "Compliance Status", values: ["Not Compliant", "Not Held"], reason: "competence-not-held" }],
  notRead: ["Last Updated By", "Title", "Awarded By", "Acquired By", "Measured By", "Next Review Date", "Description"],
});
