/** What Tidewater, Saltmarsh's LMS, believes: the learning of its people, item by item, in the shape that the hub's door reads. */
import { competences, esrName, type SandboxCompetence } from "../population/competences";
import { addDays, lastDayInDate } from "../population/days";
import { withoutAccents } from "../population/names";
import { type Award, employmentAt, type Person } from "../population/person";
import type { Population } from "../population/population";
import type { Random } from "../population/random";

export interface TidewaterItem {
  readonly id: string;
  readonly changedAt: string;
  readonly organisation?: string;
  readonly withdrawn?: true;
  readonly person: {
    readonly staffNumber: string;
    readonly givenName: string;
    readonly familyName: string;
    readonly birthDate: string;
    readonly registration?: { readonly body: string; readonly number: string };
  };
  readonly [field: string]: unknown;
}

/** In a stable order: the same population gives the same items for ever. */
export function tidewaterItems(population: Population): TidewaterItem[] {
  const items: TidewaterItem[] = [];
  for (const person of population.at("ZQC")) {
    const chance = population.world.chance.fork(`tidewater ${person.key}`);
    const whose = personOf(person, chance);
    for (const award of person.awards) {
      if (award.at === "ZQC" && award.inLms) items.push(itemOf(award, whose, chance));
    }
  }
  return spoil(items, population);
}

/** Most as in ESR; some with zeros before the number, without accents or in capitals. The cast is written exactly. */
function personOf(person: Person, chance: Random): TidewaterItem["person"] {
  const { employeeNumber } = employmentAt(person, "ZQC")!;
  const kept = person.key.startsWith("crowd-")
    ? chance.weighted([
        ["exact", 88],
        ["zeros", 4],
        ["capitals", 4],
        ["no accents", 4],
      ] as const)
    : "exact";
  const familyName =
    { capitals: person.family.toUpperCase(), "no accents": withoutAccents(person.family) }[kept as string] ?? person.family;
  const [registration] = person.registrations;
  return {
    staffNumber: kept === "zeros" ? `00${employeeNumber}` : employeeNumber,
    givenName: person.given,
    familyName,
    birthDate: person.birthDate,
    ...(registration ? { registration: { body: registration.body, number: registration.number } } : {}),
  };
}

/** E-learning is known to Tidewater as a course under the ESR name, the rest as a core skill. */
function itemOf(award: Award, person: TidewaterItem["person"], chance: Random): TidewaterItem {
  const day = addDays(award.awardedOn, award.lmsDaysLater ?? 0);
  const head = { id: `TW-${award.id}`, changedAt: `${day}T17:${String(chance.whole(10, 59))}:00Z`, person };
  const competence: SandboxCompetence = competences[award.competence];
  if (chance.chance(0.2)) {
    return { ...head, course: { code: esrName(award.competence), title: `${competence.subject} (e-learning)` }, completedOn: day };
  }
  return {
    ...head,
    competencyFramework: "CSTF",
    subjectName: competence.subject,
    competencyName: competence.variant ? `${competence.subject} ${competence.variant}` : competence.subject,
    subjectLevel: String(competence.level),
    attainmentStatus: "ACHIEVED",
    proficiencyLevel: "1 - Assessed",
    awardingOrganisation: award.awardedBy ?? "ZQC",
    dateLastAwarded: day,
    dateTo: lastDayInDate(day, competence.months),
  };
}

/** What is planted: a day that does not exist, a subject that nobody knows, somebody else's item, and one item sent twice. */
function spoil(items: readonly TidewaterItem[], population: Population): TidewaterItem[] {
  const skills = items.filter((item) => item.dateLastAwarded !== undefined);
  const like = (share: number) => skills[Math.floor(skills.length * share)]!;
  const year = population.today.slice(0, 4);
  const bad: TidewaterItem[] = [
    { ...like(0.1), id: "TW-bad-day", dateLastAwarded: `${year}-02-31` },
    { ...like(0.3), id: "TW-bad-subject", subjectName: "Tidal Safety", competencyName: "Tidal Safety" },
    { ...like(0.5), id: "TW-other-organisation", organisation: "ZQB" },
    // Somebody from an agency, whom ESR does not know: waits.
    {
      ...like(0.7),
      id: "TW-agency",
      person: { staffNumber: "99000888", givenName: "Rowan", familyName: "Ashdown", birthDate: "1979-08-14" },
    },
    like(0.9),
  ];
  const all = [...items];
  for (const [index, item] of bad.entries()) all.splice(Math.floor((all.length * (index + 1)) / (bad.length + 1)), 0, item);
  return all;
}
