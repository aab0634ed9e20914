/**
 * Codes of the occupational health systems. Of the contract's own list only three are public, so Larkspur sends those
 * three and nothing else that way; its FHIR interface sends SNOMED CT and LOINC.
 */
import type { Dose } from "../population/person";

type Vaccine = Dose["vaccine"];

export const contractCodes = {
  hepatitisB: { code: "HEPB001", description: "Hepatitis B Vaccine" },
  diphtheria: { code: "DTP002", description: "Diphtheria Antibody Test" },
  bcgScar: { code: "TB001", description: "BCG Scar Evident" },
} as const;

export const snomed = "http://snomed.info/sct";
interface FhirCode {
  readonly procedure: string;
  readonly product?: string;
  readonly diseases: readonly string[];
}

export const fhirCodes: Readonly<Record<Vaccine, FhirCode>> & { readonly antiHbsQuantity: string; readonly varicellaAntibody: string } = {
  hepatitisB: { procedure: "16584000", product: "10752011000001102", diseases: ["66071002"] },
  mmr: { procedure: "38598009", product: "13968211000001108", diseases: ["14189004", "36989005", "36653000"] },
  varicella: { procedure: "425897001", diseases: ["38907003"] },
  bcg: { procedure: "42284007", product: "37240111000001101", diseases: ["56717001"] },
  influenza: { procedure: "822851000000102", product: "39566211000001103", diseases: ["6142004"] },
  covid: { procedure: "1362591000000103", product: "43111411000001101", diseases: ["840539006"] },
  tdIpv: { procedure: "414619005", product: "7374511000001107", diseases: ["398102009", "397430003", "76902006"] },
  antiHbsQuantity: "16935-9",
  varicellaAntibody: "8047-3",
};
