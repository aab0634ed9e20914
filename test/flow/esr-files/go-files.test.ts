import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { anEsrPerson, assignmentRow, awardRow, employed, personRow, writeGoFile } from "../../builders/esr-files";
import { hr, type TestHub, testHub } from "../../builders/hub";

const yaml = "  - { id: zqa-esr, connector: esr, organisations: [ZQA], settings: { folder: esr } }";
let hub: TestHub;
let folder: string;
beforeEach(async () => {
  hub = await testHub({ yaml });
  folder = path.join(hub.folder, "esr");
});
afterEach(() => hub.close());

const full = { kind: "GOF", day: "2026-11-19", sequence: 101 } as const;
const first = { kind: "GOC", day: "2026-11-20", sequence: 102, previousDay: "2026-11-19" } as const;
const second = { kind: "GOC", day: "2026-11-21", sequence: 103, previousDay: "2026-11-20" } as const;

test("a row with too few fields is refused by its line, and the rows around it are used", async () => {
  const [before, bad, after] = [anEsrPerson(), anEsrPerson(), anEsrPerson()];
  const short = personRow(bad).split("~").slice(0, 30).join("~");
  const name = writeGoFile(folder, { ...full, rows: [...employed(before), short, ...employed(after)] });
  const result = await hub.sync("zqa-esr");
  expect(result).toMatchObject({ outcome: "COMPLETED", counts: { rawIn: 5, applied: 4, refusedRaw: 1 } });
  expect(await hub.rows("select code, source_id, pointer, got, expected from ops.refused")).toEqual([
    { code: "ROW_FIELD_COUNT", source_id: `${name}:4`, pointer: "/PRA", got: "30", expected: "44" },
  ]);
  expect(await hub.problems()).toMatchObject([
    { code: "ROW_FIELD_COUNT", count: 1, owner: "ESR", say: "30 fields where the layout has 44." },
  ]);
  expect(await hub.store.countStaffMembers()).toBe(2);
});

test("a full file with an unreadable row withdraws nothing, even what it does not mention", async () => {
  const people = Array.from({ length: 30 }, () => anEsrPerson());
  writeGoFile(folder, { ...full, rows: employed(...people) });
  await hub.sync("zqa-esr");
  writeGoFile(folder, { ...second, kind: "GOF", previousDay: undefined, rows: [...employed(...people.slice(1)), "PRA~short"] });
  await hub.sync("zqa-esr");
  expect(await hub.count("staff.personal_details", "source_state = 'IN_FORCE'")).toBe(30);
});

test("V7: a file in the wrong encoding stops at its line and moves nothing", async () => {
  const name = writeGoFile(folder, { ...full, rows: employed(anEsrPerson({ family: "Zoë-Müller" })), encoding: "utf8" });
  const result = await hub.sync("zqa-esr");
  expect(result).toMatchObject({ outcome: "FAILED", error: { code: "FILE_ENCODING", class: "malformed-page" } });
  expect(await hub.problems()).toMatchObject([
    { code: "FILE_ENCODING", owner: "ESR", say: `${name}, line 2: not ISO-8859-1.`, next: "Deliver the file in the agreed encoding." },
  ]);
  expect(await hub.count("staff.source_person")).toBe(0);
  expect(await hub.rows("select checkpoint from ops.connection")).toEqual([{ checkpoint: null }]);
});

test("a missing file holds up what follows it, and when it comes everything is read in order", async () => {
  const [one, two, three] = [anEsrPerson(), anEsrPerson(), anEsrPerson()];
  writeGoFile(folder, { ...full, rows: employed(one) });
  writeGoFile(folder, { ...second, rows: employed(three) });
  const result = await hub.sync("zqa-esr");
  expect(result.error).toMatchObject({ code: "FILE_GAP" });
  expect(await hub.store.countStaffMembers()).toBe(1);
  expect(await hub.problems()).toMatchObject([
    { code: "FILE_GAP", owner: "ESR", next: "Deliver the missing file, or request a full file (GOF)." },
  ]);
  writeGoFile(folder, { ...first, rows: employed(two) });
  expect(await hub.sync("zqa-esr")).toMatchObject({ outcome: "COMPLETED", counts: { rawIn: 4, applied: 4 } });
  expect(await hub.store.countStaffMembers()).toBe(3);
  expect(await hub.problems()).toEqual([]);
});

test("a file is never read twice", async () => {
  writeGoFile(folder, { ...full, rows: employed(anEsrPerson()) });
  await hub.sync("zqa-esr");
  expect((await hub.sync("zqa-esr")).counts.rawIn).toBe(0);
});

test("a file that changed after it was read is named and not used", async () => {
  const name = writeGoFile(folder, { ...full, rows: employed(anEsrPerson()) });
  await hub.sync("zqa-esr");
  writeGoFile(folder, { ...full, rows: employed(anEsrPerson()) });
  expect((await hub.sync("zqa-esr")).counts.rawIn).toBe(0);
  expect(await hub.problems()).toMatchObject([
    { code: "FILE_CHANGED", say: `${name} has other content than when it was read.`, owner: "ESR" },
  ]);
  expect(await hub.store.countStaffMembers()).toBe(1);
});

test("a file without a trailer is waited for, and read when it is whole", async () => {
  const name = writeGoFile(folder, { ...full, rows: employed(anEsrPerson()) });
  const file = path.join(folder, name);
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, whole.indexOf("TRL")));
  expect(await hub.sync("zqa-esr")).toMatchObject({ outcome: "COMPLETED", counts: { rawIn: 0 } });
  expect(await hub.problems()).toMatchObject([{ code: "FILE_INCOMPLETE" }]);
  writeFileSync(file, whole);
  expect((await hub.sync("zqa-esr")).counts).toMatchObject({ rawIn: 2, applied: 2 });
  expect(await hub.problems()).toEqual([]);
});

test("a delete row withdraws every segment of the record, and nothing is deleted", async () => {
  const person = anEsrPerson();
  const id = "71234567";
  writeGoFile(folder, {
    ...full,
    rows: [
      personRow(person),
      assignmentRow(person, { id, from: "2020-01-06", to: "2024-08-31" }),
      assignmentRow(person, { id, from: "2024-09-01" }),
      assignmentRow(person, { id: "79999999" }),
      awardRow(person),
    ],
  });
  await hub.sync("zqa-esr");
  writeGoFile(folder, { ...first, rows: [`ASD~${id}`] });
  await hub.sync("zqa-esr");
  expect(await hub.rows("select source_id, source_state from staff.assignment order by source_id, valid_from")).toEqual([
    { source_id: id, source_state: "WITHDRAWN" },
    { source_id: id, source_state: "WITHDRAWN" },
    { source_id: "79999999", source_state: "IN_FORCE" },
  ]);
  const answer = await hub.ask(
    `query P($n: String!) { staffMemberByIdentifier(scheme: ESR_EMPLOYEE_NUMBER, value: $n, organisation: "ZQA") { assignments { number } name { family } } }`,
    { n: person.number },
    hr("ZQA"),
  );
  expect(answer.staffMemberByIdentifier).toEqual({ assignments: [{ number: person.number }], name: { family: person.family } });
});

test("a folder that is not there is said with its name, and cured by making it", async () => {
  rmSync(folder, { recursive: true, force: true });
  expect((await hub.sync("zqa-esr")).error).toMatchObject({ code: "FOLDER_MISSING", class: "settings" });
  expect(await hub.system("zqa-esr")).toMatchObject({
    state: "NEVER_WORKED",
    problems: [{ say: "The folder esr does not exist or cannot be read.", owner: "TRUST" }],
  });
  writeGoFile(folder, { ...full, rows: employed(anEsrPerson()) });
  expect(await hub.sync("zqa-esr")).toMatchObject({ outcome: "COMPLETED" });
  expect(await hub.system("zqa-esr")).toMatchObject({ problems: [] });
});

test("files that are nobody's or another trust's are named and left alone", async () => {
  writeGoFile(folder, { ...full, rows: employed(anEsrPerson()) });
  const foreign = writeGoFile(folder, { ...full, vpd: "992", rows: employed(anEsrPerson()) });
  renameSync(path.join(folder, writeGoFile(folder, { ...first, rows: [] })), path.join(folder, "copy of a file.dat"));
  appendFileSync(path.join(folder, ".draft"), "half");
  expect(await hub.sync("zqa-esr")).toMatchObject({ outcome: "COMPLETED", counts: { applied: 2 } });
  const problems = await hub.problems();
  expect(problems.map((problem) => problem.code).sort()).toEqual(["FILE_FOREIGN", "FILE_NAME_UNKNOWN"]);
  expect(problems.find((problem) => problem.code === "FILE_FOREIGN")?.say).toBe(`${foreign} is of VPD 992; this connection reads 991.`);
});

test("a change file is no complete read, also when somebody asked for everything again: its few rows are not a drop", async () => {
  const people = Array.from({ length: 60 }, () => anEsrPerson());
  writeGoFile(folder, { ...full, rows: employed(...people) });
  await hub.sync("zqa-esr");
  writeGoFile(folder, { ...first, rows: employed(people[0]!) });
  expect(await hub.sync("zqa-esr", { mode: "full" })).toMatchObject({ outcome: "COMPLETED", counts: { rawIn: 2 } });
  expect(await hub.rows("select what from ops.drift")).toEqual([]);
  writeGoFile(folder, { ...second, kind: "GOF", previousDay: undefined, rows: employed(...people.slice(0, 20)) });
  await hub.sync("zqa-esr", { mode: "full" });
  expect(await hub.rows("select what from ops.drift")).toEqual([{ what: "VOLUME_CHANGED" }]);
});
