/** From what a person asks for to rows of a course map: what cannot be meant is refused, with the field at fault. */

import { randomUUID } from "node:crypto";
import type { CourseMapRow } from "../../connectors/connector";
import { isDay } from "../../platform/clock";
import { HubError } from "../../platform/errors";
import { competenceOf, nationalFrameworks, parseCompetenceName } from "../../schema/codes/competences";
import type { StatedCourseMap } from "../../store/course-maps";
import type { CourseMapChange, CourseMapStatement } from "../../store/replays";

export interface Proposal {
  readonly organisation: string;
  readonly course: string;
  readonly competences: readonly string[];
  readonly local: boolean;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const invalid = (field: string, expected: string) =>
  new HubError({ code: "COURSE_MAP_INVALID", class: "settings", detail: { field, expected } });

/** Identity of a competence by its ESR name or its identity; a national name must be one of the list. */
export function competenceNamed(text: string): string | undefined {
  const known = competenceOf(text.trim());
  if (known) return known.identity;
  const parsed = parseCompetenceName(text);
  if (!parsed) return undefined;
  const isNational = (nationalFrameworks as readonly string[]).includes(parsed.framework);
  return isNational ? competenceOf(parsed.identity)?.identity : parsed.identity;
}

/** `inForce`: rows of the configuration and stated ones. What is in force already is left out; if nothing is left, that is said. */
export function proposeCourseMap(proposal: Proposal, inForce: readonly CourseMapRow[]): CourseMapChange {
  const { organisation, competences, local, from, to } = proposal;
  const course = proposal.course.trim();
  if (course === "" || course.length > 400) throw invalid("course", "the ID number, the short name or id:<number> of a course");
  if (local === competences.length > 0) throw invalid("competences", "one competence or more, or local learning: not both and not neither");
  if (from !== undefined && !isDay(from)) throw invalid("from", "a day as YYYY-MM-DD");
  if (to !== undefined && !isDay(to)) throw invalid("to", "a day as YYYY-MM-DD");
  if (from !== undefined && to !== undefined && to < from) throw invalid("to", "a day that is not before the first one");
  const identities = new Set<string | undefined>(local ? [undefined] : []);
  for (const text of competences) {
    const identity = competenceNamed(text);
    if (identity === undefined) throw new HubError({ code: "COMPETENCE_NOT_KNOWN", class: "settings", detail: { field: "competences" } });
    identities.add(identity);
  }
  const ofCourse = inForce.filter((row) => row.course === course);
  if (local && ofCourse.some((row) => row.competence !== undefined && overlaps(row, proposal)))
    throw invalid("local", "a course that names no competence in these days: end its map first");
  const add: CourseMapStatement[] = [...identities]
    .filter((competence) => !ofCourse.some((row) => row.competence === competence && row.from === from && row.to === to))
    .map((competence) => ({ id: randomUUID(), course, ...given({ competence, from, to }) }));
  if (add.length === 0)
    throw new HubError({ code: "COURSE_MAPPED_ALREADY", class: "settings", detail: { course, organisation, field: "course" } });
  return { organisation, add, end: [] };
}

function overlaps(row: CourseMapRow, { from, to }: Pick<Proposal, "from" | "to">): boolean {
  return (row.from ?? "") <= (to ?? "9999") && (from ?? "") <= (row.to ?? "9999");
}

/** Rows that trusts have stated; those of the configuration are changed where they stand. */
export function proposeEnding(organisation: string, ids: readonly string[], stated: readonly StatedCourseMap[]): CourseMapChange {
  if (ids.length === 0) throw invalid("courseMaps", "at least one");
  const end = [...new Set(ids)].map((id) => {
    const row = stated.find((one) => one.id === id && one.organisation === organisation);
    if (!row) throw new HubError({ code: "COURSE_MAP_NOT_FOUND", class: "settings", detail: { organisation, field: "courseMaps" } });
    return { id, course: row.course, ...given({ competence: row.competence, from: row.from, to: row.to }) };
  });
  return { organisation, add: [], end };
}

/** Without what is undefined: a plan is kept as JSON, and compared with itself. */
function given(parts: { competence: string | undefined; from: string | undefined; to: string | undefined }) {
  const { competence, from, to } = parts;
  return {
    ...(competence === undefined ? {} : { competence }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
