/** Fernleaf, Eastmoor's LMS, in the words of the passport contract; also the outcomes of its DBS checks. */

import { monthsAt } from "../esr/rows";
import { type CompetenceKey, competences, type SandboxCompetence } from "../population/competences";
import { addDays, lastDayInDate } from "../population/days";
import { type Award, employmentAt, type Person } from "../population/person";
import type { Population } from "../population/population";
import type { Random } from "../population/random";
import { type Employee, employeeOf, type WorkforceData } from "./workforce";

export function fernleaf(population: Population): WorkforceData {
  const employees: Employee[] = [];
  const records: Record<string, unknown[]> = {};
  for (const person of population.at("ZQB")) {
    if (!hasAccount(person)) continue;
    const chance = population.world.chance.fork(`fernleaf ${person.key}`);
    const employee = { ...employeeOf(person, employmentAt(person, "ZQB")!, chance, `FL-${10001 + employees.length}`) };
    employees.push(as(person, employee));
    records[employee.id] = recordsOf(population, person, chance);
  }
  spoil(employees, records, population);
  return { ZQB: { employees, records } };
}

/** Doctors who come with the rotation have no account before they start; of the two Iqbals only one has one. */
function hasAccount(person: Person): boolean {
  return person.rotates !== true && person.key !== "mohammed-iqbal-assistant";
}

function as(person: Person, employee: Employee): Employee {
  const { esrIdentifier, email, ...known } = employee;
  if (person.key === "tomasz-zielinski") return { ...employee, surname: "Zieliński" };
  // Name and birthday, and nothing that tells the two apart.
  if (person.key === "mohammed-iqbal-nurse") return known;
  return { ...known, ...(email ? { email } : {}), ...(esrIdentifier ? { esrIdentifier } : {}) };
}

function recordsOf(population: Population, person: Person, chance: Random): unknown[] {
  const found: unknown[] = person.awards.filter((award) => award.at === "ZQB" && award.inLms).map((award) => coreSkill(award, chance));
  if (chance.chance(0.4)) found.push(learningDisability(addDays(population.today, -chance.whole(30, 700))));
  if (person.dbs) {
    found.push({
      recordType: "DBSCheckOutcome",
      applicantFirstName: person.given,
      applicantSurname: person.family,
      applicantDateOfBirth: person.birthDate,
      typeOfDbsCheck: person.dbs.type,
      adultsBarredListChecked: "true",
      childrensBarredListChecked: "true",
      // Twelve digits, as the contract says; 9999 stands where no certificate begins.
      certificateNumber: `9999${chance.digits(8)}`,
      disclosureIssueDate: person.dbs.issuedOn,
      informationDisclosed: "false",
      workforceType: person.dbs.workforce,
      registeredBodyNumber: `9999${chance.digits(7)}`,
      registeredBodyName: "Example Checks Limited",
    });
  }
  return found;
}

export function coreSkill(award: Award, chance: Random): Record<string, unknown> {
  const competence: SandboxCompetence = competences[award.competence as CompetenceKey];
  const months = monthsAt("ZQB", award.competence);
  const day = addDays(award.awardedOn, award.lmsDaysLater ?? 0);
  return {
    recordType: "CoreSkillsTraining",
    competencyFramework: "CSTF",
    subjectName: competence.subject,
    competencyName: competence.variant ? `${competence.subject} ${competence.variant}` : competence.subject,
    subjectLevel: String(competence.level),
    renewalPeriodNumber: String(months / 12),
    renewalPeriodUnits: months === 12 ? "Year" : "Years",
    proficiencyLevel: chance.pick(["0 - Not Assessed", "1 - Assessed"]),
    attainmentStatus: "ACHIEVED",
    learningMethod: chance.pick(["e-Learning", "Examination", "Observation"]),
    awardingOrganisation: award.awardedBy ?? "ZQB",
    dateLastAwarded: day,
    dateTo: lastDayInDate(day, months),
  };
}

/** Mandatory training outside the framework. */
function learningDisability(day: string): Record<string, unknown> {
  const name = "Oliver McGowan Training on Learning Disability and Autism";
  return {
    recordType: "CoreSkillsTraining",
    competencyFramework: "MAND",
    subjectName: name,
    competencyName: name,
    subjectLevel: "1",
    renewalPeriodNumber: "3",
    renewalPeriodUnits: "Years",
    proficiencyLevel: "0 - Not Assessed",
    attainmentStatus: "ACHIEVED",
    learningMethod: "e-Learning",
    awardingOrganisation: "ZQB",
    dateLastAwarded: day,
    dateTo: lastDayInDate(day, 36),
  };
}

/** One bad record among the good ones of one person: a day that does not exist. */
function spoil(employees: readonly Employee[], records: Record<string, unknown[]>, population: Population): void {
  const victim = employees[Math.floor(employees.length / 2)]!;
  const list = records[victim.id]!;
  const bad = {
    ...coreSkill(
      { id: "", competence: "paediatricLifeSupport", awardedOn: population.today, at: "ZQB", inEsr: false, inLms: true },
      population.world.chance.fork("bad record"),
    ),
    dateLastAwarded: `${population.today.slice(0, 4)}-02-31`,
  };
  list.splice(Math.floor(list.length / 2), 0, bad);
}
