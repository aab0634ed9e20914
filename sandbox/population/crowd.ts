/** Everybody around the cast. */
import type { CompetenceKey, StaffGroup } from "./competences";
import { addDays, addMonths } from "./days";
import { award, awardsOf, dbsOf, healthOf, registrationOf } from "./history";
import { drawName, emailOf } from "./names";
import { type Ods, organisation } from "./organisations";
import type { AssignmentTruth, Award, Employment, Person } from "./person";
import type { Post } from "./posts";
import type { Random } from "./random";
import type { World } from "./world";

export const crowdSizes = { ZQA: 286, ZQB: 176, ZQC: 104 } as const;
/** Doctors of Northbridge who go to Eastmoor at the next rotation, Amara Osei among them. */
export const rotating = { all: 34, ready: 27, waitingForMap: 4 } as const;

const groupShares: readonly (readonly [StaffGroup, number])[] = [
  ["Medical and Dental", 40],
  ["Nursing and Midwifery Registered", 30],
  ["Additional Clinical Services", 9],
  ["Allied Health Professionals", 8],
  ["Add Prof Scientific and Technic", 3],
  ["Administrative and Clerical", 7],
  ["Estates and Ancillary", 3],
];

const titles: Readonly<Record<string, readonly string[]>> = { Female: ["Ms.", "Mrs.", "Miss"], Male: ["Mr."] };

export interface AssignmentInput extends Partial<Omit<AssignmentTruth, "id" | "number">> {
  readonly post: Post;
  readonly startsOn: string;
}

/** One engagement of somebody at an employer, with the numbers ESR gives. */
export function employ(
  world: World,
  odsCode: Ods,
  email: string,
  hiredOn: string,
  inputs: readonly AssignmentInput[],
  terminatedOn?: string,
): Employment {
  const employeeNumber = world.issue.esrNumber();
  const assignments = inputs.map(({ post, ...input }, index) => ({
    category: "Permanent" as const,
    primary: index === 0,
    fullTime: true,
    ...input,
    id: world.id(),
    // ESR numbers a second assignment with a suffix.
    number: index === 0 ? employeeNumber : `${employeeNumber}-${index + 1}`,
    positionId: post.id,
  }));
  return { organisation: odsCode, personId: world.issue.esrNumber(), employeeNumber, hiredOn, terminatedOn, email, assignments };
}

export function placeAtEastmoor(world: World, post: Post, email: string): Employment {
  const category = "Honorary" as const;
  return employ(world, "ZQB", email, addDays(world.today, -21), [
    { post, category, startsOn: world.rotation, endsOn: addDays(world.rotationAfter, -1) },
  ]);
}

export function crowd(world: World): Person[] {
  const people: Person[] = [];
  for (const odsCode of ["ZQA", "ZQB", "ZQC"] as const) {
    const chance = world.chance.fork(`crowd ${odsCode}`);
    for (let index = 0; index < crowdSizes[odsCode]; index += 1) {
      const rotates = odsCode === "ZQA" && index < rotating.all - 1;
      people.push(draw(world, chance, odsCode, people.length + 1, rotates ? index : undefined));
    }
  }
  return people;
}

function draw(world: World, chance: Random, odsCode: Ods, ordinal: number, rotation: number | undefined): Person {
  const name = drawName(chance);
  const group = rotation === undefined ? chance.weighted(groupShares) : "Medical and Dental";
  const posts = world.posts[odsCode].posts.filter((post) => post.staffGroup === group && isFor(post, rotation));
  const post = chance.pick(posts);
  const training = ["foundation1", "foundation2", "coreTrainee", "registrar"].includes(post.role);
  const hiredOn = addDays(world.today, -(training ? chance.whole(60, 900) : chance.whole(30, 5200)));
  // Old enough for the day of hire.
  const birthDate = addDays(hiredOn, -chance.whole(training ? 8900 : 7500, training ? 12500 : 17500));
  const domain = organisation(odsCode).emailDomain;
  const email = emailOf(name.given, name.family, domain, String(ordinal));
  // Northbridge is lead employer: its doctors in training work wherever they are placed.
  const fixedTerm = training || post.role === "clinicalFellow";
  const category = training && odsCode === "ZQA" ? "Doctor in Training" : fixedTerm ? "Fixed Term Temp" : "Permanent";
  const inputs: AssignmentInput[] = [{ post, startsOn: hiredOn, category, fullTime: chance.chance(0.75) }];
  const second = rotation === undefined && chance.chance(0.05);
  if (second) inputs.push({ post: chance.pick(posts), startsOn: addDays(hiredOn, chance.whole(1, 25)), category: "Bank", fullTime: false });
  const employments = [employ(world, odsCode, email, hiredOn, inputs)];
  if (rotation !== undefined) employments.push(placeAtEastmoor(world, world.post("ZQB", "foundation2"), email));
  return {
    key: `crowd-${String(ordinal).padStart(4, "0")}`,
    title: group === "Medical and Dental" ? "Dr." : chance.pick(titles[name.gender]!),
    given: name.given,
    middle: name.middle,
    preferred: chance.chance(0.06) ? name.given.slice(0, 3) : undefined,
    family: name.family,
    previousFamily: name.gender === "Female" && chance.chance(0.12) ? drawName(chance).family : undefined,
    gender: name.gender,
    birthDate,
    // A few have come from abroad and have no number yet.
    niNumber: chance.chance(0.97) ? world.issue.niNumber() : undefined,
    crsUuid: chance.chance(0.7) ? world.issue.crsUuid() : undefined,
    staffGroup: group,
    registrations: registrationOf(world, chance, group, birthDate),
    employments,
    awards: rotation === undefined ? awardsOf(world, chance, group, odsCode, hiredOn) : rotatorAwards(world, chance, rotation, hiredOn),
    health: healthOf(world, chance, group),
    dbs: dbsOf(world, chance, group),
    rotates: rotation !== undefined,
  };
}

function isFor(post: Post, rotation: number | undefined): boolean {
  if (rotation !== undefined) return post.role === "foundation2" || post.role === "coreTrainee";
  return post.closed !== true && post.role !== "oralSurgeon";
}

const asked: readonly CompetenceKey[] = [
  "conflict",
  "equality",
  "fire",
  "healthSafety",
  "informationGovernance",
  "infection2",
  "moving1",
  "prevent",
  "resuscitation2",
  "safeguardingAdults2",
  "safeguardingChildren2",
];

/** The course of infection prevention that nobody has mapped yet. */
export const unmappedCourse = "NBUH-IPC2-2026";

/** Ready for Eastmoor, or ready once the course is mapped, or not: so that the list of the rotation has all three. */
function rotatorAwards(world: World, chance: Random, index: number, hiredOn: string): Award[] {
  // Since they came: what is older than the first day somebody else has awarded.
  const recent = () => {
    const drawn = addDays(world.today, -chance.whole(14, 150));
    return drawn < hiredOn ? hiredOn : drawn;
  };
  const awards = asked.map((key) => award(world, "ZQA", key, recent(), { inLms: chance.chance(0.85) }));
  if (index < rotating.ready) return awards;
  const others = awards.filter((entry) => entry.competence !== "infection2");
  if (index < rotating.ready + rotating.waitingForMap) {
    return [...others, award(world, "ZQA", "infection2", recent(), { inEsr: false, course: unmappedCourse })];
  }
  // The rest has let two trainings run out.
  return others.map((entry) =>
    entry.competence === "resuscitation2" || entry.competence === "fire" ? { ...entry, awardedOn: addMonths(entry.awardedOn, -25) } : entry,
  );
}
