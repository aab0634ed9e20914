/** The rows with which one employer's ESR tells of its people, posts and competences. */
import { type CompetenceKey, competences, esrName } from "../population/competences";
import { addDays, lastDayInDate } from "../population/days";
import type { Ods, SandboxOrganisation } from "../population/organisations";
import type { AssignmentTruth, Award, Employment, Person, RegistrationBody } from "../population/person";
import type { Population } from "../population/population";
import type { Post, Posts } from "../population/posts";
import { date, flexDate, row, stamp } from "./layout";

const open = "19510101";

/** Eastmoor asks for fire safety every year and names the competence accordingly. */
export function monthsAt(odsCode: Ods, key: CompetenceKey): number {
  return odsCode === "ZQB" && key === "fire" ? 12 : competences[key].months;
}

export function placeRows(of: SandboxOrganisation, posts: Posts, updatedOn: string): string[] {
  return posts.places.map((place) =>
    row("LCA", {
      locationId: place.id,
      code: place.code,
      description: place.description,
      address1: "1 Example Way",
      town: place.town,
      postcode: "ZZ99 9ZZ",
      country: "GB",
      telephone: place.telephone,
      payslip: "Y",
      siteCode: `${of.odsCode}${place.id.slice(-2)}`,
      lastUpdate: stamp(updatedOn),
    }),
  );
}

export function unitRows(of: SandboxOrganisation, posts: Posts, updatedOn: string): string[] {
  return posts.units.map((unit) =>
    row("ORA", {
      organisationId: unit.id,
      name: unit.name,
      type: unit.parentId ? "NHS_TM" : "NHS_TRUST",
      effectiveFrom: open,
      costCentre: `${unit.id}E`,
      parentId: unit.parentId,
      nacsCode: unit.parentId ? "" : of.odsCode,
      locationId: unit.placeId,
      lastUpdate: stamp(updatedOn),
      costDescription: `${unit.id}E`,
    }),
  );
}

export function postRows(posts: readonly Post[], updatedOn: string): string[] {
  return posts.map((post) =>
    row("POA", {
      positionId: post.id,
      effectiveFrom: "20190401",
      effectiveTo: post.closed ? date(addDays(updatedOn, -10)) : "",
      number: post.number,
      name: post.name,
      budgetedFte: "3.53",
      subjectiveCode: post.number.slice(-4),
      staffGroup: post.staffGroup,
      jobRole: post.jobRole,
      occupationCode: post.occupationCode,
      payscale: "ZZ01",
      gradeStep: "ZZ01|0",
      isaRegulated: "Not Applicable",
      organisationId: post.unitId,
      hiringStatus: post.closed ? "Eliminated" : "Active",
      positionType: "NONE",
      lastUpdate: stamp(updatedOn),
      subjectiveDescription: post.jobRole,
    }),
  );
}

/** Competence ids are per VPD. */
export function competenceId(of: SandboxOrganisation, key: CompetenceKey): string {
  return `${of.vpd}${String(Object.keys(competences).indexOf(key) + 1).padStart(3, "0")}`;
}

export function definitionRows(of: SandboxOrganisation, updatedOn: string): string[] {
  const national = (Object.keys(competences) as CompetenceKey[]).map((key) => {
    const years = monthsAt(of.odsCode, key) / 12;
    return row("CDA", {
      competenceId: competenceId(of, key),
      name: esrName(key, years * 12),
      from: "20190601",
      certification: "No",
      evaluation: "Course Attendance",
      renewalFreq: String(years),
      renewalUnits: years === 1 ? "Year" : "Years",
      vpd: of.vpd,
      lastUpdate: stamp(updatedOn),
    });
  });
  const local = row("CDA", {
    competenceId: `${of.vpd}900`,
    name: `${of.vpd}|LOCAL|${of.name} Induction|`,
    from: "20190601",
    certification: "No",
    evaluation: "Course Attendance",
    vpd: of.vpd,
    lastUpdate: stamp(updatedOn),
  });
  return [...national, local];
}

export interface PersonSegment {
  readonly from: string;
  readonly to?: string;
  readonly family?: string;
  readonly previousFamily?: string;
}

export function personRows(
  person: Person,
  at: Employment,
  updatedOn: string,
  segments: readonly PersonSegment[] = [{ from: at.hiredOn }],
): string[] {
  const applicant = at.assignments.every((assignment) => assignment.applicant);
  const base = {
    personId: at.personId,
    employeeNumber: at.employeeNumber,
    title: person.title,
    firstName: person.given,
    middleNames: person.middle,
    preferredName: person.preferred,
    gender: person.gender,
    birthDate: date(person.birthDate),
    niNumber: person.niNumber,
    hireDate: applicant ? "" : date(at.hiredOn),
    statusFlag: applicant ? "" : "E",
    ethnicOrigin: "Z Not Stated",
    crsUuid: person.crsUuid,
    email: at.email,
    nhsStart: date(at.hiredOn),
    lastUpdate: stamp(updatedOn),
    disabilityFlag: "N",
  };
  const rows = segments.map((segment) =>
    row("PRA", {
      ...base,
      effectiveStart: date(segment.from),
      effectiveEnd: date(segment.to ?? at.terminatedOn),
      lastName: segment.family ?? person.family,
      maidenName: person.previousFamily,
      previousLastName: segment.previousFamily ?? person.previousFamily,
      systemPersonType: applicant ? "APL" : "EMP",
      userPersonType: applicant ? "Applicant" : "Employee",
      terminationDate: date(at.terminatedOn),
      terminationReason: at.terminatedOn ? "Voluntary Resignation - Relocation" : "",
    }),
  );
  if (!at.terminatedOn) return rows;
  // After the last day ESR goes on with an ex-employee.
  const after = row("PRA", {
    ...base,
    effectiveStart: date(addDays(at.terminatedOn, 1)),
    lastName: person.family,
    systemPersonType: "EX_EMP",
    userPersonType: "Ex-employee",
    terminationDate: date(at.terminatedOn),
    statusFlag: "X",
  });
  return [...rows, after];
}

export interface AssignmentSegment {
  readonly from: string;
  readonly to?: string;
  readonly post: Post;
}

export function assignmentRows(
  at: Employment,
  assignment: AssignmentTruth,
  updatedOn: string,
  segments: readonly AssignmentSegment[],
): string[] {
  return segments.map((segment) =>
    row("ASA", {
      personId: at.personId,
      assignmentId: assignment.id,
      // An applicant's row is there since the offer was accepted, long before the first day of work.
      effectiveStart: date(assignment.applicant ? at.hiredOn : segment.from),
      effectiveEnd: date(segment.to ?? assignment.endsOn),
      earliestStart: date(assignment.startsOn),
      type: assignment.applicant ? "A" : "E",
      number: assignment.number,
      systemStatus: assignment.applicant ? "ACCEPTED" : "ACTIVE_ASSIGN",
      userStatus: assignment.applicant ? "Offer Accepted" : "Active Assignment",
      statusFlag: assignment.applicant ? "" : "E",
      payrollName: "Monthly",
      payrollPeriod: "Calendar",
      locationId: segment.post.placeId,
      employeeCategory: assignment.fullTime ? "Full Time" : "Part Time",
      assignmentCategory: assignment.category,
      primary: assignment.primary ? "Y" : "N",
      hours: assignment.fullTime ? "40" : "22.5",
      frequency: "W",
      fte: assignment.fullTime ? "1" : "0.56",
      organisationId: segment.post.unitId,
      positionId: segment.post.id,
      positionName: segment.post.name,
      grade: "ZZ|01",
      salary: "1",
      jobName: segment.post.jobRole,
      projectedHire: assignment.applicant ? date(assignment.startsOn) : "",
      contractEnd: ["Fixed Term Temp", "Doctor in Training"].includes(assignment.category) ? date(assignment.endsOn) : "",
      afcFlag: "N",
      lastUpdate: stamp(updatedOn),
      assignmentEnd: date(assignment.endsOn),
    }),
  );
}

export function awardRow(of: SandboxOrganisation, at: Employment, award: Award, updatedOn: string): string {
  const months = monthsAt(of.odsCode, award.competence);
  return row("CMA", {
    personId: at.personId,
    elementId: award.id,
    type: "PERSONAL",
    status: "ACHIEVED",
    name: esrName(award.competence, months),
    from: date(award.awardedOn),
    to: date(lastDayInDate(award.awardedOn, months)),
    proficiency: "1 - Assessed",
    vpd: of.vpd,
    competenceId: competenceId(of, award.competence),
    lastUpdate: stamp(updatedOn),
  });
}

export function otherAwardRow(
  of: SandboxOrganisation,
  at: Employment,
  id: string,
  name: string,
  awardedOn: string,
  updatedOn: string,
): string {
  return row("CMA", {
    personId: at.personId,
    elementId: id,
    type: "PERSONAL",
    status: "ACHIEVED",
    name,
    from: date(awardedOn),
    vpd: of.vpd,
    lastUpdate: stamp(updatedOn),
  });
}

const bodyNames: Readonly<Record<RegistrationBody, string>> = {
  GMC: "General Medical Council",
  NMC: "Nursing and Midwifery Council",
  HCPC: "Health and Care Professions Council",
  GPhC: "General Pharmaceutical Council",
};

export function registrationRows(person: Person, at: Employment, updatedOn: string): string[] {
  return person.registrations.map((registration) =>
    row("ETA", {
      personId: at.personId,
      extraId: `${at.personId.slice(2)}${registration.id.slice(-4)}`,
      informationType: " NHS Regs and Memships",
      category: "NHS Regs and Memships",
      information1: bodyNames[registration.body],
      information2: ` ${registration.number}`,
      information3: flexDate(registration.registeredOn),
      information5: flexDate(registration.expiresOn),
      attributeCategory: ` ${bodyNames[registration.body]}`,
      attribute1: " Full registration",
      lastUpdate: stamp(updatedOn),
    }),
  );
}

/** Post an assignment is held in. */
export function postOf(population: Population, odsCode: Ods, positionId: string): Post {
  return population.world.posts[odsCode].posts.find((post) => post.id === positionId)!;
}
