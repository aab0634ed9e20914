/** Saltmarsh's occupational health drops a CSV file of clearances: outcome only. UTF-8, unlike ESR. */
import { addDays } from "../population/days";
import { employmentAt } from "../population/person";
import type { Population } from "../population/population";

const columns = [
  "staff_number",
  "family_name",
  "given_name",
  "date_of_birth",
  "cleared_for_role",
  "role",
  "decided_on",
  "valid_until",
  "exposure_prone",
  "organisation",
] as const;
type Row = Record<(typeof columns)[number], string>;

function cell(value: string): string {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

export function clearanceRows(population: Population): Row[] {
  const chance = population.world.chance.fork("clearances");
  return population.at("ZQC").map((person) => {
    const at = employmentAt(person, "ZQC")!;
    const post = population.world.posts.ZQC.posts.find((entry) => entry.id === at.assignments[0]!.positionId)!;
    const decidedOn = addDays(at.hiredOn, -chance.whole(3, 25));
    const outcome = chance.weighted([
      ["yes", 90],
      ["conditional", 6],
      ["pending", 4],
    ] as const);
    const fixedTerm = chance.chance(0.3);
    const row: Row = {
      staff_number: at.employeeNumber,
      family_name: person.family,
      given_name: person.given,
      date_of_birth: person.birthDate,
      cleared_for_role: person.key === "lena-fischer" || person.key === "amara-osei" ? "yes" : outcome,
      role: post.jobRole,
      decided_on: decidedOn,
      valid_until: fixedTerm ? addDays(population.today, chance.whole(60, 700)) : "",
      exposure_prone: person.key === "lena-fischer" ? "cleared" : "",
      organisation: "ZQC",
    };
    // Occupational health writes his name as he does.
    return person.key === "tomasz-zielinski" ? { ...row, family_name: "Zieliński" } : row;
  });
}

export function clearancesCsv(population: Population): string {
  const rows = clearanceRows(population);
  const middle = Math.floor(rows.length / 2);
  const [before, after] = [rows.slice(0, middle), rows.slice(middle)];
  // A decision nobody can read, and a row of an organisation this file may not speak for.
  const unreadable: Row = { ...rows[middle]!, staff_number: "99000001", cleared_for_role: "see notes" };
  const foreign: Row = { ...rows[middle]!, staff_number: "99000002", organisation: "ZQE" };
  const lines = [...before, unreadable, foreign, ...after].map((row) => columns.map((column) => cell(row[column])).join(","));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}
