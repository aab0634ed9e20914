/** A small Moodle whose people and courses a test can name, and the connection that reads it. */
import type { MoodleCourse, MoodleData, MoodleUser } from "../../sandbox/moodle/server";
import { type EsrPerson, fireSafety } from "./esr-files";

export const moodleToken = "0123456789abcdef0123456789abcdef";
export const moodleValues = { MOODLE_TOKEN: moodleToken };

/** The connection `zqa-moodle` for this address; settings and options beside the usual. */
export function moodleYaml(url: string, more: { settings?: string; options?: string } = {}): string {
  return `
  - id: zqa-moodle
    connector: moodle
    organisations: [ZQA]
    freshWithin: 2h
    ${more.options ?? ""}
    settings: { baseUrl: "${url}", token: { env: MOODLE_TOKEN }, completionReport: 1${more.settings ? `, ${more.settings}` : ""} }
`;
}

/** 10 January 2026, 10:00 UTC. */
export const januaryTenth = 1_768_039_200;

const course = (id: number, idnumber: string, fullname: string): MoodleCourse => ({
  id,
  idnumber,
  shortname: `C${id}`,
  fullname,
  visible: true,
});
export const fireCourse = course(11, fireSafety, "Fire safety online");
export const inductionCourse = course(12, "INDUCTION", "Welcome day");

export function accountOf(person: EsrPerson, id: number, more: Partial<MoodleUser> = {}): MoodleUser {
  return {
    id,
    username: `user${id}`,
    idnumber: person.number,
    firstname: person.given,
    lastname: person.family,
    email: `user${id}@example.test`,
    ...more,
  };
}

/** Everybody has completed the fire course; accounts are numbered from 101. */
export function moodleSite(
  people: readonly EsrPerson[],
  more: { courses?: readonly MoodleCourse[]; users?: readonly MoodleUser[] } = {},
): MoodleData {
  const users = [...people.map((person, index) => accountOf(person, 101 + index)), ...(more.users ?? [])];
  const courses = more.courses ?? [fireCourse];
  return {
    users,
    courses,
    enrolments: users.flatMap(({ id }) => courses.map((one) => ({ userId: id, courseId: one.id, completedAt: januaryTenth + id * 60 }))),
  };
}
