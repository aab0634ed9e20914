import { isJunk, niNumber } from "../../schema/codes/formats";
import { rotating, unmappedCourse } from "./crowd";
import { addMonths, lastDayInDate, nextRotation } from "./days";
import { employmentAt, type Person } from "./person";
import { populate, unmappedStaff } from "./population";

const today = "2026-11-22";
const population = populate({ today });
const { people, world } = population;
const latest = (person: Person, competence: string) =>
  person.awards.filter((award) => award.competence === competence && !award.superseded);

describe("the population", () => {
  it("is the same for the same seed and day, and another for another seed", () => {
    const text = JSON.stringify(people);
    expect(JSON.stringify(populate({ today }).people)).toBe(text);
    expect(JSON.stringify(populate({ today, seed: "other" }).people)).not.toBe(text);
  });

  it("has about 600 people and every member of the cast", () => {
    expect(people.length).toBeGreaterThanOrEqual(550);
    for (const key of [
      "amara-osei",
      "tomasz-zielinski",
      "priya-raman",
      "sian-odonnell-pryce",
      "kwame-boateng",
      "lena-fischer",
      "grace-ferreira",
      "owen-tate",
    ]) {
      expect(population.named(key).key).toBe(key);
    }
    expect(new Set(people.map((person) => person.key)).size).toBe(people.length);
  });

  it("gives nobody an identifier that a real person could have", () => {
    for (const person of people) {
      if (person.niNumber) expect(person.niNumber).toMatch(/^NC\d{6}[A-D]$/);
      if (person.crsUuid) expect(person.crsUuid).toMatch(/^9999\d{8}$/);
      for (const { body, number } of person.registrations) {
        expect(number).toMatch({ GMC: /^99\d{5}$/, NMC: /^99Z\d{4}Z$/, HCPC: /^ZZ\d{5}$/, GPhC: /^299\d{4}$/ }[body]);
      }
      for (const employment of person.employments) {
        expect(employment.employeeNumber).toMatch(/^99\d{6}$/);
        expect(employment.personId).toMatch(/^99\d{6}$/);
        expect(employment.email).toMatch(/^[a-z0-9.-]+@[a-z]+\.example\.test$/);
      }
    }
    for (const place of Object.values(world.posts).flatMap((posts) => posts.places)) expect(place.telephone).toMatch(/^07700 900\d{3}$/);
  });

  it("gives only identifiers that the hub accepts", () => {
    for (const person of people) {
      if (person.niNumber) expect(niNumber(person.niNumber)).toBe(person.niNumber);
      const numbers = [
        ...person.registrations.map((registration) => registration.number),
        ...person.employments.map((at) => at.employeeNumber),
      ];
      expect(numbers.filter(isJunk)).toEqual([]);
    }
  });

  it("gives no identifier twice", () => {
    const all = people.flatMap((person) => [
      ...(person.niNumber ? [person.niNumber] : []),
      ...person.registrations.map((registration) => registration.number),
      ...person.employments.flatMap((employment) => [
        employment.employeeNumber,
        employment.personId,
        ...employment.assignments.map((entry) => `assignment ${entry.id}`),
      ]),
    ]);
    expect(new Set(all).size).toBe(all.length);
  });

  it("knows nothing of the future but posts that begin and registrations that end", () => {
    for (const person of people) {
      expect(person.birthDate < addMonths(today, -17 * 12)).toBe(true);
      for (const award of person.awards) expect(award.awardedOn < today).toBe(true);
      for (const dose of person.health.doses) expect(dose.givenOn < today && dose.givenOn > person.birthDate).toBe(true);
      for (const registration of person.registrations) expect(registration.registeredOn > person.birthDate).toBe(true);
    }
  });

  it.each(["2026-11-22", "2027-03-01", "2028-02-29"])(
    "tells Amara Osei's story on %s: eight in ESR, fire too old for Eastmoor, two unknown",
    (day) => {
      const of = populate({ today: day });
      const amara = of.named("amara-osei");
      const start = nextRotation(day);
      const inDate = (competence: string, months: number) =>
        latest(amara, competence).some((award) => award.awardedOn <= day && lastDayInDate(award.awardedOn, months) >= start);
      const kept = amara.awards.filter((award) => award.inEsr && award.competence !== "fire");
      expect(kept).toHaveLength(8);
      for (const award of kept) expect(inDate(award.competence, award.competence === "informationGovernance" ? 12 : 36)).toBe(true);
      expect(inDate("fire", 24)).toBe(true);
      expect(inDate("fire", 12)).toBe(false);
      expect(latest(amara, "infection2")).toEqual([expect.objectContaining({ course: unmappedCourse, inEsr: false })]);
      expect(latest(amara, "resuscitation2")).toEqual([]);
      expect(latest(amara, "safeguardingChildren3")).toHaveLength(1);
      expect(amara.employments.map((employment) => employment.organisation)).toEqual(["ZQA", "ZQC", "ZQB"]);
      expect(employmentAt(amara, "ZQB")!.assignments[0]!.startsOn).toBe(start);
    },
  );

  it("has exactly 37 staff of Northbridge in the unmapped course, one of them in a closed post", () => {
    const waiting = people.filter((person) => person.awards.some((award) => award.course === unmappedCourse));
    expect(waiting).toHaveLength(unmappedStaff);
    expect(unmappedStaff).toBe(37);
    expect(waiting.every((person) => employmentAt(person, "ZQA"))).toBe(true);
    const closed = world.posts.ZQA.posts.find((post) => post.closed)!;
    expect(
      people.flatMap((person) => person.employments.flatMap((at) => at.assignments)).filter((entry) => entry.positionId === closed.id),
    ).toHaveLength(1);
  });

  it("sends 34 doctors to Eastmoor: 27 ready, four waiting for the map, three not", () => {
    const rotators = people.filter((person) => person.rotates);
    expect(rotators).toHaveLength(rotating.all);
    const missing = rotators.map((person) => {
      const asked = [
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
      ];
      const lacks = asked.filter(
        (key) => !latest(person, key).some((award) => !award.course && lastDayInDate(award.awardedOn, 12) >= world.rotation),
      );
      return lacks.length === 0 ? "ready" : lacks.join() === "infection2" ? "map" : "not";
    });
    const count = (what: string) => missing.filter((entry) => entry === what).length;
    expect([count("ready"), count("map"), count("not")]).toEqual([27, 4, 3]);
  });

  it("has two Mohammed Iqbals with one birthday and different numbers", () => {
    const [nurse, assistant] = [population.named("mohammed-iqbal-nurse"), population.named("mohammed-iqbal-assistant")];
    expect([nurse.given, nurse.family, nurse.birthDate]).toEqual([assistant.given, assistant.family, assistant.birthDate]);
    expect(nurse.niNumber).not.toBe(assistant.niNumber);
  });

  it("has a leaver with a later completion, and somebody in an LMS whom ESR does not know", () => {
    const grace = population.named("grace-ferreira");
    expect(grace.awards.some((award) => award.awardedOn > employmentAt(grace, "ZQA")!.terminatedOn! && award.inLms && !award.inEsr)).toBe(
      true,
    );
    expect(population.named("owen-tate").employments).toEqual([]);
  });

  it("has trainings told one day apart, awards only in ESR, awards only in the LMS, and one Harrowdene certificate", () => {
    const awards = people.flatMap((person) => person.awards);
    expect(awards.filter((award) => award.lmsDaysLater === 1 && award.inEsr && award.inLms).length).toBeGreaterThan(20);
    expect(awards.filter((award) => award.inEsr && !award.inLms).length).toBeGreaterThan(300);
    expect(awards.filter((award) => !award.inEsr && award.inLms).length).toBeGreaterThan(300);
    expect(awards.filter((award) => award.awardedBy === "ZQE")).toHaveLength(1);
  });
});
