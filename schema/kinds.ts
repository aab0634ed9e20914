import { EmploymentCheck } from "./checks/employment-check";
import { ProfessionalRegistration } from "./checks/professional-registration";
import { Clearance } from "./health/clearance";
import { ClinicalTest } from "./health/clinical-test";
import { Immunisation } from "./health/immunisation";
import { Observation } from "./health/observation";
import { Achievement } from "./learning/achievement";
import { CompetenceAward } from "./learning/competence-award";
import { CompetenceDefinition } from "./learning/competence-definition";
import { Placement } from "./movement/placement";
import { definitionOf, type Facts, type RecordDefinition } from "./record";
import { Assignment } from "./staff/assignment";
import { Location } from "./staff/location";
import { OrganisationalUnit } from "./staff/organisational-unit";
import { PersonalDetails } from "./staff/personal-details";
import { Position } from "./staff/position";

/** The closed list of record kinds. Adding a record type: its file, one line here, one migration. */
export interface RecordTypes {
  "personal-details": PersonalDetails;
  assignment: Assignment;
  position: Position;
  "organisational-unit": OrganisationalUnit;
  location: Location;
  "competence-definition": CompetenceDefinition;
  "competence-award": CompetenceAward;
  achievement: Achievement;
  immunisation: Immunisation;
  "clinical-test": ClinicalTest;
  observation: Observation;
  clearance: Clearance;
  "professional-registration": ProfessionalRegistration;
  "employment-check": EmploymentCheck;
  placement: Placement;
}
export type RecordKind = keyof RecordTypes;
export type FactsOfKind<K extends RecordKind> = Facts<RecordTypes[K]>;

export const recordTypes: { readonly [K in RecordKind]: new () => RecordTypes[K] } = {
  "personal-details": PersonalDetails,
  assignment: Assignment,
  position: Position,
  "organisational-unit": OrganisationalUnit,
  location: Location,
  "competence-definition": CompetenceDefinition,
  "competence-award": CompetenceAward,
  achievement: Achievement,
  immunisation: Immunisation,
  "clinical-test": ClinicalTest,
  observation: Observation,
  clearance: Clearance,
  "professional-registration": ProfessionalRegistration,
  "employment-check": EmploymentCheck,
  placement: Placement,
};

export const recordKinds = Object.keys(recordTypes) as readonly RecordKind[];

export function definitionOfKind(kind: RecordKind): RecordDefinition {
  return definitionOf(recordTypes[kind]);
}

/** Kinds under the labels of occupational health: whether and how much there is of them is health data too. */
export const healthKinds: ReadonlySet<string> = new Set(recordKinds.filter((kind) => ["R4", "R5"].includes(definitionOfKind(kind).access)));
