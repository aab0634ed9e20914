/** The people of the story, by name. Their days count from the next rotation, so that the story holds on any day. */
import type { StaffGroup } from "./competences";
import { type AssignmentInput, employ, placeAtEastmoor, unmappedCourse } from "./crowd";
import { addDays, addMonths } from "./days";
import { award, awardsOf, dbsOf, healthOf, registrationOf } from "./history";
import { emailOf, type Gender } from "./names";
import { type Ods, organisation } from "./organisations";
import type { Award, Employment, Person } from "./person";
import type { World } from "./world";

interface Role {
  readonly key: string;
  readonly title: string;
  readonly given: string;
  readonly middle?: string;
  readonly family: string;
  readonly gender: Gender;
  readonly birthDate: string;
  readonly group: StaffGroup;
}

export function cast(world: World): Person[] {
  return [
    amara(world),
    tomasz(world),
    priya(world),
    sian(world),
    kwame(world),
    iqbal(world, "mohammed-iqbal-nurse", "Nursing and Midwifery Registered"),
    iqbal(world, "mohammed-iqbal-assistant", "Additional Clinical Services"),
    lena(world),
    grace(world),
    owen(world),
  ];
}

function person(
  world: World,
  role: Role,
  employments: readonly Employment[],
  awards: readonly Award[],
  more: Partial<Person> = {},
): Person {
  const chance = world.chance.fork(role.key);
  return {
    ...role,
    staffGroup: role.group,
    niNumber: world.issue.niNumber(),
    crsUuid: world.issue.crsUuid(),
    registrations: registrationOf(world, chance, role.group, role.birthDate),
    employments,
    awards,
    health: healthOf(world, chance, role.group),
    dbs: dbsOf(world, chance, role.group),
    ...more,
  };
}

function mail(given: string, family: string, odsCode: Ods): string {
  return emailOf(given, family, organisation(odsCode).emailDomain);
}

function usual(world: World, key: string, group: StaffGroup, at: Ods, hiredOn: string): Award[] {
  return awardsOf(world, world.chance.fork(`${key} awards`), group, at, hiredOn);
}

/**
 * Employed by Northbridge, placed at Saltmarsh, next at Eastmoor. Of the eleven trainings asked for: eight in date and in
 * ESR; fire safety in date by the national period but not by Eastmoor's; infection prevention done in a course without
 * a map; resuscitation sent by nobody.
 */
function amara(world: World): Person {
  const email = mail("Amara", "Osei", "ZQA");
  const hiredOn = addMonths(world.rotation, -16);
  const first = addDays(hiredOn, 2);
  const recent = addMonths(world.rotation, -4);
  const at = "ZQA" as const;
  const awards = [
    award(world, at, "conflict", addDays(first, 1)),
    award(world, at, "equality", addDays(first, 1)),
    award(world, at, "fire", first),
    award(world, at, "healthSafety", addDays(first, 3), { lmsDaysLater: 1 }),
    award(world, at, "informationGovernance", recent),
    award(world, at, "moving1", addDays(first, 4)),
    award(world, at, "prevent", addDays(first, 5)),
    award(world, at, "safeguardingAdults2", addDays(recent, 2)),
    award(world, at, "safeguardingChildren3", addDays(recent, 3)),
    award(world, at, "infection2", addMonths(world.rotation, -2), { inEsr: false, course: unmappedCourse }),
  ];
  const training: AssignmentInput = { post: world.post("ZQA", "foundation2"), startsOn: hiredOn, category: "Doctor in Training" };
  const host: AssignmentInput = {
    post: world.post("ZQC", "foundation2"),
    category: "Honorary",
    startsOn: world.currentRotation,
    endsOn: addDays(world.rotation, -1),
  };
  const employments = [
    employ(world, "ZQA", email, hiredOn, [training]),
    employ(world, "ZQC", email, world.currentRotation, [host]),
    placeAtEastmoor(world, world.post("ZQB", "foundation2"), email),
  ];
  const health = {
    doses: [
      { id: world.id(), vaccine: "hepatitisB" as const, dose: 1, givenOn: addDays(hiredOn, -900) },
      { id: world.id(), vaccine: "hepatitisB" as const, dose: 2, givenOn: addDays(hiredOn, -869) },
      { id: world.id(), vaccine: "hepatitisB" as const, dose: 3, givenOn: addDays(hiredOn, -716) },
      { id: world.id(), vaccine: "mmr" as const, dose: 1, givenOn: addDays(hiredOn, -8000) },
      { id: world.id(), vaccine: "mmr" as const, dose: 2, givenOn: addDays(hiredOn, -7000) },
    ],
    antiHbs: { id: world.id(), value: 142, testedOn: addDays(hiredOn, -650) },
    diphtheria: { id: world.id(), value: 0.4, testedOn: addDays(hiredOn, -650) },
    varicellaImmune: { id: world.id(), testedOn: addDays(hiredOn, 12) },
    bcgScar: { id: world.id(), seen: true, observedOn: addDays(hiredOn, 12) },
  };
  const role: Role = {
    key: "amara-osei",
    title: "Dr.",
    given: "Amara",
    middle: "Efua",
    family: "Osei",
    gender: "Female",
    birthDate: "1999-03-14",
    group: "Medical and Dental",
  };
  return person(world, role, employments, awards, { health, rotates: true });
}

/** Changes employer, Saltmarsh to Eastmoor: in Eastmoor's ESR he is an applicant whose offer is accepted. */
function moves(world: World, role: Role, reason: Partial<Person> = {}): Person {
  const hiredOn = addMonths(world.rotation, -20);
  const endsOn = addDays(world.rotation, -1);
  const employments = [
    employ(world, "ZQC", mail(role.given, role.family, "ZQC"), hiredOn, [
      { post: world.post("ZQC", "registrar"), category: "Fixed Term Temp", startsOn: hiredOn, endsOn },
    ]),
    employ(world, "ZQB", mail(role.given, role.family, "ZQB"), addDays(world.today, -14), [
      { post: world.post("ZQB", "registrar"), category: "Fixed Term Temp", startsOn: world.rotation, applicant: true },
    ]),
  ];
  const early = award(world, "ZQB", "informationGovernance", addDays(world.today, -6), { inEsr: false });
  return person(world, role, employments, [...usual(world, role.key, role.group, "ZQC", hiredOn), early], reason);
}

function tomasz(world: World): Person {
  return moves(world, {
    key: "tomasz-zielinski",
    title: "Dr.",
    given: "Tomasz",
    family: "Zielinski",
    gender: "Male",
    birthDate: "1988-11-02",
    group: "Medical and Dental",
  });
}

function priya(world: World): Person {
  return moves(world, {
    key: "priya-raman",
    title: "Dr.",
    given: "Priya",
    family: "Raman",
    gender: "Female",
    birthDate: "1990-06-21",
    group: "Medical and Dental",
  });
}

/** Nurse of Northbridge, seconded to Eastmoor; two Moodle accounts carry her employee number. */
function sian(world: World): Person {
  const role: Role = {
    key: "sian-odonnell-pryce",
    title: "Mrs.",
    given: "Siân",
    family: "O'Donnell-Pryce",
    gender: "Female",
    birthDate: "1984-01-30",
    group: "Nursing and Midwifery Registered",
  };
  const hiredOn = addDays(world.today, -2200);
  const email = mail(role.given, role.family, "ZQA");
  const from = addDays(world.today, -50);
  const employments = [
    employ(world, "ZQA", email, hiredOn, [{ post: world.post("ZQA", "sister"), startsOn: hiredOn }]),
    employ(world, "ZQB", email, from, [
      { post: world.post("ZQB", "staffNurse"), category: "Secondment", startsOn: from, endsOn: addDays(world.today, 130) },
    ]),
  ];
  return person(world, role, employments, usual(world, role.key, role.group, "ZQA", hiredOn), { previousFamily: "Pryce" });
}

/** Locally employed at Eastmoor: ESR cannot say so. He learned at three places. */
function kwame(world: World): Person {
  const role: Role = {
    key: "kwame-boateng",
    title: "Dr.",
    given: "Kwame",
    family: "Boateng",
    gender: "Male",
    birthDate: "1992-08-17",
    group: "Medical and Dental",
  };
  const hiredOn = addDays(world.today, -310);
  const employments = [
    employ(world, "ZQB", mail(role.given, role.family, "ZQB"), hiredOn, [
      { post: world.post("ZQB", "clinicalFellow"), category: "Fixed Term Temp", startsOn: hiredOn, endsOn: addDays(world.today, 55) },
    ]),
  ];
  const day = (days: number) => addDays(world.today, -days);
  const awards = [
    award(world, "ZQB", "fire", day(300)),
    award(world, "ZQB", "conflict", day(290), { inEsr: false }),
    award(world, "ZQB", "equality", day(700), { inEsr: false, awardedBy: "ZQC" }),
    award(world, "ZQB", "informationGovernance", day(200)),
    award(world, "ZQB", "safeguardingAdults2", day(640), { inEsr: false, awardedBy: "ZQA" }),
    award(world, "ZQB", "resuscitation2", day(120)),
  ];
  return person(world, role, employments, awards);
}

/** Two people, one name, one date of birth: Fernleaf knows "Mohammed Iqbal" by name and birthday only. */
function iqbal(world: World, key: string, group: StaffGroup): Person {
  const role: Role = { key, title: "Mr.", given: "Mohammed", family: "Iqbal", gender: "Male", birthDate: "1987-05-09", group };
  const nurse = group === "Nursing and Midwifery Registered";
  const hiredOn = addDays(world.today, nurse ? -1500 : -420);
  const employment = employ(world, "ZQB", emailOf("Mohammed", "Iqbal", "eastmoor.example.test", nurse ? "" : "2"), hiredOn, [
    { post: world.post("ZQB", nurse ? "staffNurse" : "assistant"), startsOn: hiredOn },
  ]);
  return person(world, role, [employment], usual(world, key, group, "ZQB", hiredOn));
}

/** Exposure-prone role: cleared, for occupational health and for her alone. */
function lena(world: World): Person {
  const role: Role = {
    key: "lena-fischer",
    title: "Dr.",
    given: "Lena",
    family: "Fischer",
    gender: "Female",
    birthDate: "1986-12-05",
    group: "Medical and Dental",
  };
  const hiredOn = addDays(world.today, -830);
  const employment = employ(world, "ZQC", mail(role.given, role.family, "ZQC"), hiredOn, [
    { post: world.post("ZQC", "oralSurgeon"), startsOn: hiredOn },
  ]);
  return person(world, role, [employment], usual(world, role.key, role.group, "ZQC", hiredOn));
}

/** Left six weeks ago; a completion arrived last week. */
function grace(world: World): Person {
  const role: Role = {
    key: "grace-ferreira",
    title: "Ms.",
    given: "Grace",
    family: "Ferreira",
    gender: "Female",
    birthDate: "1979-09-26",
    group: "Nursing and Midwifery Registered",
  };
  const hiredOn = addDays(world.today, -1900);
  const terminatedOn = addDays(world.today, -42);
  const employment = employ(
    world,
    "ZQA",
    mail(role.given, role.family, "ZQA"),
    hiredOn,
    [{ post: world.post("ZQA", "staffNurse"), startsOn: hiredOn, endsOn: terminatedOn }],
    terminatedOn,
  );
  const before = usual(world, role.key, role.group, "ZQA", hiredOn).filter(
    (entry) => entry.awardedOn < terminatedOn && entry.competence !== "healthSafety",
  );
  const late = award(world, "ZQA", "healthSafety", addDays(world.today, -7), { inEsr: false });
  return person(world, role, [employment], [...before, late]);
}

/** In Northbridge's Moodle and in nobody's ESR. */
function owen(world: World): Person {
  const role: Role = {
    key: "owen-tate",
    title: "Mr.",
    given: "Owen",
    family: "Tate",
    gender: "Male",
    birthDate: "1995-02-11",
    group: "Additional Clinical Services",
  };
  const days = [30, 95, 200];
  const learned = (["fire", "equality", "healthSafety"] as const).map((key, index) =>
    award(world, "ZQA", key, addDays(world.today, -days[index]!), { inEsr: false }),
  );
  return person(world, role, [], learned);
}
