import { clearancesCsv } from "../csv/clearances";
import { unmapped } from "../population/courses";
import { employmentAt } from "../population/person";
import { populate } from "../population/population";
import { fernleaf } from "./fernleaf";
import { larkspurFhir, larkspurWorkforce } from "./larkspur";
import { northbridgeMoodle } from "./northbridge-moodle";

const population = populate({ today: "2026-11-22" });

describe("Northbridge's Moodle", () => {
  const moodle = northbridgeMoodle(population);
  const numbers = moodle.users.map((user) => user.idnumber);

  it("has 37 completions of the unmapped course, by people whose number is right", () => {
    const done = moodle.enrolments.filter((entry) => entry.courseId === unmapped.id);
    expect(done).toHaveLength(37);
    const known = new Set(population.at("ZQA").map((person) => employmentAt(person, "ZQA")!.employeeNumber));
    for (const entry of done) {
      expect(entry.completedAt).toBeDefined();
      expect(known.has(moodle.users.find((user) => user.id === entry.userId)!.idnumber)).toBe(true);
    }
  });

  it("keeps numbers the way people keep them: missing, with zeros, with a suffix, junk", () => {
    expect(numbers.filter((number) => number === "").length).toBeGreaterThan(5);
    expect(numbers.filter((number) => /^0099\d{6}$/.test(number)).length).toBeGreaterThan(3);
    expect(numbers.filter((number) => /^99\d{6}-2$/.test(number)).length).toBeGreaterThan(3);
    expect(numbers.filter((number) => ["TBC", "0", "N/A", "Retired", "NEW STARTER", "99999999"].includes(number)).length).toBeGreaterThan(
      0,
    );
  });

  it("has two accounts of one nurse, both with completions", () => {
    const number = employmentAt(population.named("sian-odonnell-pryce"), "ZQA")!.employeeNumber;
    const accounts = moodle.users.filter((user) => user.idnumber === number);
    expect(accounts.map((account) => account.lastname)).toEqual(["O'Donnell-Pryce", "Pryce"]);
    for (const account of accounts) expect(moodle.enrolments.some((entry) => entry.userId === account.id && entry.completedAt)).toBe(true);
  });

  it("has a deleted account that still has a completion, a suspended leaver, and Owen Tate", () => {
    const deleted = moodle.users.find((user) => user.deleted)!;
    expect(deleted.username).toMatch(/@.*\.\d{10}$/);
    expect(moodle.enrolments.some((entry) => entry.userId === deleted.id && entry.completedAt)).toBe(true);
    expect(moodle.users.find((user) => user.lastname === "Ferreira")!.suspended).toBe(true);
    expect(moodle.users.find((user) => user.lastname === "Tate")!.idnumber).toBe("99000777");
    expect(population.people.flatMap((person) => person.employments).some((at) => at.employeeNumber === "99000777")).toBe(false);
  });

  it("has one account per id and user name, and no enrolment twice", () => {
    expect(new Set(moodle.users.map((user) => user.id)).size).toBe(moodle.users.length);
    expect(new Set(moodle.users.map((user) => user.username)).size).toBe(moodle.users.length);
    expect(new Set(moodle.enrolments.map((entry) => `${entry.userId}|${entry.courseId}`)).size).toBe(moodle.enrolments.length);
  });

  it("has completions after midnight in London that are still yesterday in UTC", () => {
    expect(moodle.enrolments.some((entry) => entry.completedAt && new Date(entry.completedAt * 1000).getUTCHours() === 23)).toBe(true);
  });
});

describe("Fernleaf", () => {
  const { employees, records } = fernleaf(population).ZQB!;
  const all = Object.values(records).flat() as Record<string, string>[];

  it("knows one Mohammed Iqbal, by name and birthday only", () => {
    expect(employees.filter((employee) => employee.surname === "Iqbal")).toEqual([
      { id: expect.stringMatching(/^FL-/), firstName: "Mohammed", surname: "Iqbal", birthDate: "1987-05-09" },
    ]);
  });

  it("writes Zieliński where ESR cannot", () => {
    expect(employees.some((employee) => employee.surname === "Zieliński")).toBe(true);
  });

  it("holds one record with a day that does not exist among good ones", () => {
    const bad = all.filter((record) => record.dateLastAwarded?.endsWith("-02-31"));
    expect(bad).toHaveLength(1);
    const list = Object.values(records).find((found) => found.includes(bad[0]))!;
    expect(list.length).toBeGreaterThan(2);
  });

  it("holds a Harrowdene certificate, DBS outcomes, and learning of Kwame Boateng from elsewhere", () => {
    expect(all.filter((record) => record.awardingOrganisation === "ZQE")).toHaveLength(1);
    expect(all.filter((record) => record.recordType === "DBSCheckOutcome").length).toBeGreaterThan(100);
    const kwame = employees.find((employee) => employee.surname === "Boateng")!;
    expect(new Set((records[kwame.id] as Record<string, string>[]).map((record) => record.awardingOrganisation))).toEqual(
      new Set(["ZQB", "ZQC", "ZQA", undefined].filter((code) => code || population.named("kwame-boateng").dbs)),
    );
  });
});

describe("Larkspur", () => {
  it("holds for Northbridge one surface antigen result, one unknown code, and partial dates", () => {
    const all = Object.values(larkspurWorkforce(population).ZQA!.records).flat() as Record<string, string>[];
    expect(all.filter((record) => /HBsAg/.test(record.description ?? ""))).toHaveLength(1);
    expect(all.filter((record) => record.code === "ZVX099")).toHaveLength(1);
    expect(new Set(all.map((record) => record.code))).toEqual(new Set(["HEPB001", "DTP002", "TB001", "HEPB003", "ZVX099"]));
    expect(all.some((record) => /^\d{4}$/.test(record.date ?? ""))).toBe(true);
    expect(all.some((record) => /^\d{4}-\d{2}$/.test(record.date ?? ""))).toBe(true);
  });

  it("holds for Eastmoor a mistake, a refusal, an unknown code, a text for a date, another trust's row and a denied result", () => {
    const { patients, immunizations, observations } = larkspurFhir(population);
    expect(immunizations.filter((entry) => entry.status === "entered-in-error")).toHaveLength(1);
    expect(immunizations.filter((entry) => entry.status === "not-done")).toHaveLength(1);
    expect(immunizations.filter((entry) => JSON.stringify(entry).includes("99999999999999"))).toHaveLength(1);
    expect(immunizations.filter((entry) => entry.occurrenceString)).toHaveLength(1);
    expect(immunizations.filter((entry) => JSON.stringify(entry.performer).includes("ZQC"))).toHaveLength(1);
    expect(observations.filter((entry) => JSON.stringify(entry.code).includes("5195-3"))).toHaveLength(1);
    for (const patient of patients) expect(JSON.stringify(patient.identifier)).toMatch(/nhs-number","value":"999\d{7}"/);
    for (const entry of [...immunizations, ...observations]) expect(entry.meta.lastUpdated < "2026-11-22").toBe(true);
  });
});

describe("Saltmarsh's clearances", () => {
  it("are outcomes only, with one unreadable row and one of another organisation in the middle", () => {
    const lines = clearancesCsv(population).trim().split("\n");
    expect(lines[0]).toBe(
      "staff_number,family_name,given_name,date_of_birth,cleared_for_role,role,decided_on,valid_until,exposure_prone,organisation",
    );
    expect(lines).toHaveLength(population.at("ZQC").length + 3);
    expect(lines.filter((line) => line.includes("see notes"))).toHaveLength(1);
    expect(lines.filter((line) => line.endsWith(",ZQE"))).toHaveLength(1);
    expect(lines.filter((line) => line.includes(",cleared,ZQC"))).toEqual([expect.stringContaining("Fischer,Lena")]);
  });
});
