/** How a system that speaks the passport contract keeps people. */
import { addDays } from "../population/days";
import type { Employment, Person } from "../population/person";
import type { Random } from "../population/random";

export interface Employee {
  id: string;
  firstName: string;
  surname: string;
  birthDate: string;
  email?: string;
  esrIdentifier?: string;
}
export type WorkforceData = Record<string, { employees: Employee[]; records: Record<string, unknown[]> }>;

/** Mostly as in ESR. Some have no ESR id, some an older surname, a few a birthday that somebody mistyped. */
export function employeeOf(person: Person, at: Employment, chance: Random, id: string): Employee {
  const story = !person.key.startsWith("crowd-");
  const linked = story || chance.chance(0.88);
  const older = !story && person.previousFamily !== undefined && chance.chance(0.3);
  const mistyped = !story && chance.chance(0.015);
  return {
    id,
    firstName: person.given,
    surname: older ? person.previousFamily! : person.family,
    birthDate: mistyped ? addDays(person.birthDate, 1) : person.birthDate,
    ...(story || chance.chance(0.6) ? { email: at.email } : {}),
    ...(linked ? { esrIdentifier: at.personId } : {}),
  };
}
