/**
 * The organisations' own tables, as files a person may edit: they are written once and never again, so that a course which
 * somebody has mapped stays mapped.
 */
import { esrName } from "../population/competences";
import { courses, leadership } from "../population/courses";
import { addMonths } from "../population/days";

/** Northbridge's course map. A course may award several competences: one line each. */
export function northbridgeCourses(firstDay: string): string {
  const lines = courses.flatMap((course) => {
    if (course.known === "local") return [[course === leadership ? course.shortname : course.idnumber, "local", "", ""]];
    // What the ID number says needs no line; what nobody has mapped has none yet.
    if (course.known !== "map") return [];
    return course.awards.map((key) => [course.idnumber, esrName(key), addMonths(firstDay, -120).slice(0, 7).concat("-01"), ""]);
  });
  return [
    "# Which competence a Moodle course of Northbridge awards. competence: its ESR name, or local. from, to: days, may be empty.",
    "course,competence,from,to",
    ...lines.map((line) => line.map(quoted).join(",")),
    "",
  ].join("\n");
}

/** Eastmoor asks for fire safety every year: its own rule, with its reason. */
export function eastmoorRenewals(firstDay: string): string {
  const reason = "Timber-framed wards and a fire in the west wing; local risk assessment FRA-17";
  return [
    "# Where Eastmoor deviates from the national renewal periods. Each deviation needs its reason.",
    "competence,months,reason,approved_by,from,to",
    [esrName("fire"), "12", reason, "Director of Estates, Eastmoor Hospitals", addMonths(firstDay, -30).slice(0, 7).concat("-01"), ""]
      .map(quoted)
      .join(","),
    "",
  ].join("\n");
}

export function quoted(value: string): string {
  return /[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
