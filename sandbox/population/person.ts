/** One synthetic person: what is true, before any system gets it wrong. */
import type { CompetenceKey, StaffGroup } from "./competences";
import type { Gender } from "./names";
import type { Ods } from "./organisations";

export type RegistrationBody = "GMC" | "NMC" | "HCPC" | "GPhC";

export interface Registration {
  readonly id: string;
  readonly body: RegistrationBody;
  readonly number: string;
  readonly registeredOn: string;
  readonly expiresOn: string;
}

/** ESR's assignment category: says why the organisation has the person. */
export type AssignmentCategory = "Permanent" | "Fixed Term Temp" | "Doctor in Training" | "Honorary" | "Bank" | "Secondment";

export interface AssignmentTruth {
  readonly id: string;
  readonly number: string;
  readonly category: AssignmentCategory;
  readonly positionId: string;
  readonly startsOn: string;
  readonly endsOn?: string;
  readonly primary: boolean;
  /** An accepted offer: ESR holds an applicant, not yet an employee. */
  readonly applicant?: boolean;
  readonly fullTime: boolean;
}

export interface Employment {
  readonly organisation: Ods;
  readonly personId: string;
  readonly employeeNumber: string;
  readonly hiredOn: string;
  readonly terminatedOn?: string;
  readonly email: string;
  readonly assignments: readonly AssignmentTruth[];
}

export interface Award {
  readonly id: string;
  readonly competence: CompetenceKey;
  readonly awardedOn: string;
  /** Where it was awarded, and whose ESR and LMS hold it. */
  readonly at: Ods;
  /** Awarding organisation as the certificate says, where that is another. */
  readonly awardedBy?: string;
  readonly inEsr: boolean;
  readonly inLms: boolean;
  /** The LMS tells another day than ESR: this many days later. */
  readonly lmsDaysLater?: number;
  /** Idnumber of the Moodle course, where it is not the usual one. */
  readonly course?: string;
  /** No longer the latest: ESR keeps it, an LMS shows only the latest. */
  readonly superseded?: boolean;
}

export interface Dose {
  readonly id: string;
  readonly vaccine: "hepatitisB" | "mmr" | "varicella" | "bcg" | "influenza" | "covid" | "tdIpv";
  readonly dose?: number;
  readonly givenOn: string;
}

export interface HealthTruth {
  readonly doses: readonly Dose[];
  /** Hepatitis B antibody, mIU/mL. */
  readonly antiHbs?: { readonly id: string; readonly value: number; readonly testedOn: string };
  /** Diphtheria antibody, IU/mL. */
  readonly diphtheria?: { readonly id: string; readonly value: number; readonly testedOn: string };
  readonly varicellaImmune?: { readonly id: string; readonly testedOn: string };
  readonly bcgScar?: { readonly id: string; readonly seen: boolean; readonly observedOn: string };
}

export interface DbsTruth {
  readonly issuedOn: string;
  readonly type: "Enhanced" | "Enhanced with barred list(s) check" | "Standard";
  readonly workforce: "Adult" | "Child" | "Child and Adult";
}

export interface Person {
  /** "amara-osei" for the cast, "crowd-0001" for everybody else. */
  readonly key: string;
  readonly title: string;
  readonly given: string;
  readonly middle?: string;
  readonly preferred?: string;
  readonly family: string;
  readonly previousFamily?: string;
  readonly gender: Gender;
  readonly birthDate: string;
  readonly niNumber?: string;
  readonly crsUuid?: string;
  readonly staffGroup: StaffGroup;
  readonly registrations: readonly Registration[];
  readonly employments: readonly Employment[];
  readonly awards: readonly Award[];
  readonly health: HealthTruth;
  readonly dbs?: DbsTruth;
  /** Goes to Eastmoor at the next rotation. */
  readonly rotates?: boolean;
}

export function employmentAt(person: Person, odsCode: Ods): Employment | undefined {
  return person.employments.find((employment) => employment.organisation === odsCode);
}
