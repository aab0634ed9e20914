/** One employer or provider, from lanyard.yaml. ESR's ORA rows are organisational units, not organisations. */
export interface OrganisationSettings {
  /** ODS code, for example RHQ. */
  readonly odsCode: string;
  /** The organisation's virtual private database in ESR, three characters; absent outside ESR. */
  readonly vpd?: string;
  readonly name: string;
  /** Declared alignment with the Core Skills Training Framework: only then may it award national competences. */
  readonly cstfAligned: boolean;
}
