import { mapping } from "../mapping";

/**
 * The national vaccination batch: 34 columns between bars, quoted. Rows are changes (new, update, delete) under a key of their
 * own. Of the person only names and day of birth are read; NHS number, sex, postcode, the professional's name, batch, site and route are not.
 */
export const nationalVaccinations = mapping.parse({
  record: "immunisation",
  dataSet: "immunisations",
  list: "delta",
  key: ["UNIQUE_ID_URI", "UNIQUE_ID"],
  person: {
    familyName: "PERSON_SURNAME",
    givenName: "PERSON_FORENAME",
    birthDate: { column: "PERSON_DOB", format: "YYYYMMDD" },
  },
  fields: {
    // The procedure first: products are filled in by stock systems, and are the ones that are wrong in real records.
    vaccine: { column: ["VACCINATION_PROCEDURE_CODE", "VACCINE_PRODUCT_CODE"], coding: "snomed" },
    givenOn: { column: "DATE_AND_TIME", format: "YYYYMMDDThhmmss" },
    dose: "DOSE_SEQUENCE",
  },
  action: { column: "ACTION_FLAG", keeps: ["new", "update"], withdraws: ["delete"] },
  separator: "|",
  notRead: [
    "NHS_NUMBER",
    "PERSON_GENDER_CODE",
    "PERSON_POSTCODE",
    "SITE_CODE",
    "SITE_CODE_TYPE_URI",
    "PERFORMING_PROFESSIONAL_FORENAME",
    "PERFORMING_PROFESSIONAL_SURNAME",
    "RECORDED_DATE",
    "PRIMARY_SOURCE",
    "VACCINATION_PROCEDURE_TERM",
    "VACCINE_PRODUCT_TERM",
    "VACCINE_MANUFACTURER",
    "BATCH_NUMBER",
    "EXPIRY_DATE",
    "SITE_OF_VACCINATION_CODE",
    "SITE_OF_VACCINATION_TERM",
    "ROUTE_OF_VACCINATION_CODE",
    "ROUTE_OF_VACCINATION_TERM",
    "DOSE_AMOUNT",
    "DOSE_UNIT_CODE",
    "DOSE_UNIT_TERM",
    "INDICATION_CODE",
    "LOCATION_CODE",
    "LOCATION_CODE_TYPE_URI",
  ],
});
