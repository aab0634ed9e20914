/**
 * Codes of the occupational health systems. Of the contract's own list only three are public (HEPB001, DTP002, TB001);
 * the others follow its pattern and are provisional.
 */
import type { Dose } from "../population/person";

type Vaccine = Dose["vaccine"];
interface ContractCode {
  readonly code: string;
  readonly description: string;
}

export const codes: Readonly<Record<Vaccine | "antiHbs" | "varicellaTest" | "bcgScar", ContractCode>> = {
  hepatitisB: { code: "HEPB001", description: "Hepatitis B Vaccine" },
  mmr: { code: "MMR001", description: "MMR Vaccine" },
  varicella: { code: "VAR001", description: "Varicella Vaccine" },
  bcg: { code: "TB002", description: "BCG Vaccine" },
  influenza: { code: "FLU001", description: "Influenza Vaccine" },
  covid: { code: "COV001", description: "COVID-19 Vaccine" },
  tdIpv: { code: "DTP001", description: "Td/IPV Vaccine" },
  antiHbs: { code: "HEPB002", description: "Hepatitis B Surface Antibody" },
  varicellaTest: { code: "VAR002", description: "Varicella Antibody Test" },
  bcgScar: { code: "TB001", description: "BCG Scar Evident" },
};

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
  varicellaAntibody: "15410-4",
};
