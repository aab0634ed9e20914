/** What Northbridge's Moodle believes: the same people as in ESR, kept by other hands. */

import { askedOf, type CompetenceKey } from "../population/competences";
import { courseFor, courses, induction, leadership, unmapped, updateDay } from "../population/courses";
import { addDays, epochSeconds } from "../population/days";
import { emailOf, withoutAccents } from "../population/names";
import { type Award, employmentAt, type Person } from "../population/person";
import type { Population } from "../population/population";
import type { Random } from "../population/random";

export interface MoodleData {
  users: {
    id: number;
    username: string;
    idnumber: string;
    firstname: string;
    lastname: string;
    email: string;
    suspended?: boolean;
    deleted?: boolean;
  }[];
  courses: { id: number; idnumber: string; shortname: string; fullname: string; visible: boolean }[];
  enrolments: { userId: number; courseId: number; completedAt?: number }[];
}
type Account = MoodleData["users"][number];

type NumberKept = "exact" | "missing" | "zeros" | "suffix" | "junk";
const numbersKept: readonly (readonly [NumberKept, number])[] = [
  ["exact", 87],
  ["missing", 4],
  ["zeros", 4],
  ["suffix", 3],
  ["junk", 2],
];
const junk = ["TBC", "0", "N/A", "Retired", "99999999", "NEW STARTER"];

export function northbridgeMoodle(population: Population): MoodleData {
  const data: MoodleData = {
    users: [
      {
        id: 2,
        username: "moodleadmin",
        idnumber: "",
        firstname: "Site",
        lastname: "Administrator",
        email: "learning@northbridge.example.test",
      },
    ],
    courses: courses.map(({ id, idnumber, shortname, fullname, visible }) => ({ id, idnumber, shortname, fullname, visible })),
    enrolments: [],
  };
  let nextUser = 101;
  for (const person of population.people) {
    const owen = person.key === "owen-tate";
    if (!owen && !employmentAt(person, "ZQA")) continue;
    const chance = population.world.chance.fork(`moodle ${person.key}`);
    const account = accountOf(person, chance, nextUser);
    nextUser += 1;
    data.users.push(account);
    const done = completionsOf(population, person, chance);
    if (person.key === "sian-odonnell-pryce") {
      // A second account from before her marriage, with the same number; her learning lies in both.
      const second = {
        ...account,
        id: nextUser,
        username: "s.pryce",
        lastname: "Pryce",
        email: emailOf("Sian", "Pryce", "northbridge.example.test"),
      };
      nextUser += 1;
      data.users.push(second);
      data.enrolments.push(...done.map((entry, index) => ({ ...entry, userId: index % 2 === 0 ? account.id : second.id })));
    } else data.enrolments.push(...done.map((entry) => ({ ...entry, userId: account.id })));
  }
  data.users.push(...deletedAccount(population, nextUser));
  data.enrolments.push({
    userId: nextUser,
    courseId: courseFor("fire").id,
    completedAt: epochSeconds(addDays(population.today, -400), 10, 2),
  });
  return data;
}

function accountOf(person: Person, chance: Random, id: number): Account {
  const at = employmentAt(person, "ZQA");
  const number = at?.employeeNumber ?? "99000777";
  // Those whose story needs it, and all who did the unmapped course, keep their number exactly.
  const story = !person.key.startsWith("crowd-") || person.rotates || person.awards.some((award) => award.course === unmapped.idnumber);
  const kept: NumberKept = story ? "exact" : at && at.assignments.length > 1 ? "suffix" : chance.weighted(numbersKept);
  const idnumber = { exact: number, missing: "", zeros: `00${number}`, suffix: `${number}-2`, junk: chance.pick(junk) }[kept];
  const spelt = story ? { firstname: person.given, lastname: person.family } : spelling(person, chance);
  const mail = chance.chance(0.2)
    ? emailOf(person.given, person.family, "mail.example.test", String(id))
    : (at?.email ?? emailOf(person.given, person.family, "mail.example.test"));
  const username = `${withoutAccents(person.given)
    .toLowerCase()
    .replace(/[^a-z]/g, "")
    .slice(0, 1)}.${withoutAccents(person.family)
    .toLowerCase()
    .replace(/[^a-z]/g, "")}${id}`;
  // Grace Ferreira has left: the account is suspended, and shows a completion after her last day.
  return { id, username, idnumber, ...spelt, email: mail, ...(at?.terminatedOn ? { suspended: true } : {}) };
}

function spelling(person: Person, chance: Random): { firstname: string; lastname: string } {
  const way = chance.weighted([
    ["as in ESR", 80],
    ["no accents", 8],
    ["previous", 5],
    ["short", 3],
    ["capitals", 2],
    ["swapped", 2],
  ] as const);
  const plain = { firstname: person.given, lastname: person.family };
  if (way === "no accents") return { firstname: withoutAccents(person.given), lastname: withoutAccents(person.family).replace("'", "") };
  if (way === "previous") return { ...plain, lastname: person.previousFamily ?? person.family };
  if (way === "short") return { ...plain, firstname: person.preferred ?? person.given };
  if (way === "capitals") return { firstname: person.given, lastname: person.family.toUpperCase() };
  if (way === "swapped") return { firstname: person.family, lastname: person.given };
  return plain;
}

type Enrolment = Omit<MoodleData["enrolments"][number], "userId">;

function completionsOf(population: Population, person: Person, chance: Random): Enrolment[] {
  const found = new Map<number, Enrolment>();
  const shown = person.awards.filter((award) => award.at === "ZQA" && award.inLms);
  for (const award of shown) {
    const course = award.course ? unmapped : courseFor(award.competence);
    found.set(course.id, { courseId: course.id, completedAt: completedAt(award, chance) });
  }
  if (!person.key.startsWith("crowd-")) return [...found.values()];
  // What is begun and not finished is no completion.
  const missing = askedOf(person.staffGroup).filter((key: CompetenceKey) => !found.has(courseFor(key).id));
  for (const key of missing) if (key !== "infection2" && chance.chance(0.5)) found.set(courseFor(key).id, { courseId: courseFor(key).id });
  const day = addDays(population.today, -chance.whole(60, 330));
  const hiredOn = employmentAt(person, "ZQA")!.hiredOn;
  if (chance.chance(0.5)) found.set(induction.id, { courseId: induction.id, completedAt: epochSeconds(hiredOn, 12, 30) });
  if (chance.chance(0.06)) found.set(leadership.id, { courseId: leadership.id, completedAt: epochSeconds(day, 15, 5) });
  const nurse = person.staffGroup === "Nursing and Midwifery Registered" && day > hiredOn;
  if (nurse && chance.chance(0.3)) found.set(updateDay.id, { courseId: updateDay.id, completedAt: epochSeconds(day, 16, 0) });
  return [...found.values()];
}

function completedAt(award: Award, chance: Random): number {
  const day = addDays(award.awardedOn, award.lmsDaysLater ?? 0);
  const summer = Number(day.slice(5, 7)) >= 5 && Number(day.slice(5, 7)) <= 9;
  // Half past midnight in London in summer is still the day before in UTC.
  if (summer && chance.chance(0.04)) return epochSeconds(addDays(day, -1), 23, 30, chance.whole(0, 59));
  return epochSeconds(day, chance.whole(8, 16), chance.whole(0, 59), chance.whole(0, 59));
}

/** Moodle keeps a deleted account under a changed user name, and still tells of its completions. */
function deletedAccount(population: Population, id: number): Account[] {
  const deletedAt = epochSeconds(addDays(population.today, -90), 9, 0);
  return [
    {
      id,
      username: `former.member@northbridge.example.test.${deletedAt}`,
      idnumber: "",
      firstname: "Former",
      lastname: "Member",
      email: "0123456789abcdef0123456789abcdef",
      deleted: true,
    },
  ];
}
