/** The organisations of the demonstration. Codes ZQ* and VPDs 991 to 994 stand for nobody. */
export type Ods = "ZQA" | "ZQB" | "ZQC" | "ZQD";

export interface SandboxOrganisation {
  readonly odsCode: Ods;
  readonly vpd: string;
  readonly name: string;
  readonly emailDomain: string;
  readonly town: string;
}

export const organisations: readonly SandboxOrganisation[] = [
  { odsCode: "ZQA", vpd: "991", name: "Northbridge University Hospitals", emailDomain: "northbridge.example.test", town: "Northbridge" },
  { odsCode: "ZQB", vpd: "992", name: "Eastmoor Hospitals", emailDomain: "eastmoor.example.test", town: "Eastmoor" },
  { odsCode: "ZQC", vpd: "993", name: "Saltmarsh Community", emailDomain: "saltmarsh.example.test", town: "Saltmarsh" },
  { odsCode: "ZQD", vpd: "994", name: "Kingsmere Children's", emailDomain: "kingsmere.example.test", town: "Kingsmere" },
];

/** Not a signatory of the training agreement: what it awards is not accepted elsewhere. */
export const notSignatory = { odsCode: "ZQE", name: "Harrowdene GP Federation" } as const;

export function organisation(odsCode: Ods): SandboxOrganisation {
  return organisations.find((of) => of.odsCode === odsCode)!;
}
