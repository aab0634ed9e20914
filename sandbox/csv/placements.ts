/**
 * Northbridge, lead employer, drops its placements as a CSV file in the manner of TIS: where each doctor who rotates is now,
 * and where from the next rotation, each with an own start day.
 */
import { addDays } from "../population/days";
import type { Person } from "../population/person";
import { employmentAt } from "../population/person";
import type { Population } from "../population/population";

const columns = [
  "placement_id",
  "gmc_number",
  "family_name",
  "given_name",
  "date_of_birth",
  "national_post_number",
  "placement_type",
  "grade",
  "specialty",
  "host_organisation",
  "lead_employer",
  "start_date",
  "end_date",
  "notification",
] as const;
type Row = Record<(typeof columns)[number], string>;

/** Most start on the day of the rotation; a few on another day of that week and the next. */
const laterBy = [0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 5, 0];
const specialties = ["Acute Medicine", "Emergency Medicine", "General Surgery", "Elderly Care", "Paediatrics"];

function gradeOf(person: Person, population: Population): string {
  const held = employmentAt(person, "ZQA")?.assignments[0]?.positionId;
  const post = population.world.posts.ZQA.posts.find((entry) => entry.id === held);
  return post?.role === "coreTrainee" ? "CT1" : "F2";
}

export function placementRows(population: Population): Row[] {
  const { world } = population;
  const rows: Row[] = [];
  for (const [index, person] of population.people.filter(({ rotates }) => rotates).entries()) {
    const number = String(index + 1).padStart(3, "0");
    const row = (id: number, host: string, from: string, last: string): Row => ({
      placement_id: String(id + index),
      gmc_number: person.registrations.find(({ body }) => body === "GMC")!.number,
      family_name: person.family,
      given_name: person.given,
      date_of_birth: person.birthDate,
      national_post_number: `SYN/${host}/${host === "ZQC" ? "071" : "024"}/${gradeOf(person, population)}/${number}`,
      placement_type: "In post",
      grade: gradeOf(person, population),
      specialty: specialties[index % specialties.length]!,
      host_organisation: host,
      lead_employer: "ZQA",
      start_date: from,
      end_date: last,
      notification: "1",
    });
    const startsOn = addDays(world.rotation, laterBy[index % laterBy.length]!);
    // The others are with the lead employer itself until then.
    const present = employmentAt(person, "ZQC") ? "ZQC" : "ZQA";
    rows.push(row(610_001, present, world.currentRotation, addDays(startsOn, -1)));
    rows.push(row(620_001, "ZQB", startsOn, addDays(world.rotationAfter, -1)));
  }
  return rows;
}

export function placementsCsv(population: Population): string {
  const rows = placementRows(population);
  const first = rows[0]!;
  // A doctor who went elsewhere, a post nobody is in, and one who is away: none of them is a starter.
  const planted: Row[] = [
    { ...first, placement_id: "690001", host_organisation: "ZQD", notification: "2" },
    { ...first, placement_id: "690002", gmc_number: "", family_name: "", given_name: "", date_of_birth: "", notification: "5" },
    { ...rows.at(-1)!, placement_id: "690003", host_organisation: "ZQD", placement_type: "Parental Leave" },
  ];
  const lines = [...rows, ...planted].map((row) => columns.map((column) => row[column]).join(","));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}
