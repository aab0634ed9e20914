import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fixedClock } from "../../platform/clock";
import { dropFile, readDrop, sha256, type Vaccination, vaccinationBatch } from "../../test/builders/dropped-files";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-drop-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const batch = (number: number, ...rows: Vaccination[]) => dropFile(folder, `vacc_${number}.csv`, vaccinationBatch(...rows));
const delta = (more: Record<string, unknown> = {}) => ({ folder, mapping: "national-vaccinations", files: "vacc_{number}.csv", ...more });
/** A full list under a mapping of its own. */
const list = (more: Record<string, unknown> = {}) => ({
  folder,
  mapping: {
    record: "personal-details",
    key: ["Number"],
    person: { identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", column: "Number" }], familyName: "Surname" },
    fields: { familyName: "Surname", hiredOn: { column: "Hired", format: "DD/MM/YYYY" } },
  },
  ...more,
});
const people = (...rows: string[]) => ["Number,Surname,Hired", ...rows, ""].join("\n");
const ids = (result: Awaited<ReturnType<typeof readDrop>>) =>
  result.normalised.flatMap((one) =>
    "sourceId" in one && !("refused" in one) ? [`${"withdrawn" in one && one.withdrawn ? "-" : "+"}${one.sourceId.split("|").at(-1)}`] : [],
  );

describe("files of changes", () => {
  test("are read in the order of their numbers, once, and say what they withdraw", async () => {
    batch(10, { UNIQUE_ID: "b", ACTION_FLAG: "DELETE", PERSON_SURNAME: "", DATE_AND_TIME: "" });
    batch(9, { UNIQUE_ID: "a" }, { UNIQUE_ID: "b" });
    const first = await readDrop({ settings: delta() });
    expect(ids(first)).toEqual(["+a", "+b", "-b"]);
    expect(first.pages.flatMap((page) => page.completes ?? [])).toEqual([]);
    expect(first.reported).toEqual([]);
    expect((await readDrop({ settings: delta(), since: first.checkpoint })).pages).toEqual([]);
    batch(11, { UNIQUE_ID: "a", ACTION_FLAG: "update", DOSE_SEQUENCE: "2" });
    const second = await readDrop({ settings: delta(), since: first.checkpoint });
    expect(second.normalised).toMatchObject([
      {
        kind: "immunisation",
        sourceId: "https://oh.zqa.example/|a",
        claim: { familyName: "O'Sei", givenName: "Amara", birthDate: "1990-01-31" },
        facts: { vaccine: "HEPB", givenOn: "2026-03-10", dose: 2, sentCode: "http://snomed.info/sct|170370000" },
      },
    ]);
  });

  test("never show more of a person than is needed", async () => {
    batch(1, {});
    const { pages } = await readDrop({ settings: delta() });
    expect(JSON.stringify(pages)).not.toMatch(/9990000018|ZZ9/);
    expect(JSON.stringify(pages.map(({ records }) => records))).not.toMatch(/nhs|postcode/i);
  });

  test("hold what follows a missing number, and go on when it comes or is given up", async () => {
    batch(1, { UNIQUE_ID: "a" });
    const first = await readDrop({ settings: delta() });
    batch(3, { UNIQUE_ID: "c" });
    await expect(readDrop({ settings: delta(), since: first.checkpoint })).rejects.toMatchObject({
      code: "FILE_NUMBER_MISSING",
      detail: { file: "vacc_3.csv", expected: "number 2", got: "number 3" },
    });
    expect(ids(await readDrop({ settings: delta({ from: 3 }), since: first.checkpoint }))).toEqual(["+c"]);
    batch(2, { UNIQUE_ID: "b" });
    expect(ids(await readDrop({ settings: delta(), since: first.checkpoint }))).toEqual(["+b", "+c"]);
  });

  test("before a gap are read all the same", async () => {
    batch(1, { UNIQUE_ID: "a" });
    batch(3, { UNIQUE_ID: "c" });
    const found = await readDrop({ settings: delta() });
    expect([ids(found), found.reported]).toEqual([["+a"], ["FILE_NUMBER_MISSING"]]);
  });

  test("go on in the middle of a file after an interruption", async () => {
    batch(1, ...Array.from({ length: 2500 }, (_, at) => ({ UNIQUE_ID: `r${at}` })));
    const cut = await readDrop({ settings: delta(), most: 1 });
    expect(cut.checkpoint).toMatchObject({ file: "vacc_1.csv", rows: 1000 });
    const rest = await readDrop({ settings: delta(), since: cut.checkpoint });
    expect([ids(rest).length, ids(rest)[0]]).toEqual([1500, "+r1000"]);
    appendFileSync(path.join(folder, "vacc_1.csv"), " ");
    await expect(readDrop({ settings: delta(), since: cut.checkpoint })).rejects.toMatchObject({ code: "FILE_REWRITTEN" });
  });

  test("that changed under the same name are named and not used", async () => {
    batch(1, { UNIQUE_ID: "a" });
    const first = await readDrop({ settings: delta() });
    dropFile(folder, "vacc_1.csv", vaccinationBatch({ UNIQUE_ID: "zz" }), new Date("2026-10-02T00:00:00Z"));
    const again = await readDrop({ settings: delta(), since: first.checkpoint });
    expect([again.pages, again.reported]).toEqual([[], ["FILE_REWRITTEN"]]);
  });

  test("are cleared away only when the settings say so, and only by the next run", async () => {
    batch(1, { UNIQUE_ID: "a" });
    const settings = delta({ afterReading: "delete" });
    const first = await readDrop({ settings });
    expect(ids(await readDrop({ settings: delta() }))).toEqual(["+a"]);
    await readDrop({ settings, since: first.checkpoint });
    expect((await readDrop({ settings: delta() })).pages).toEqual([]);
  });
});

describe("a file is used only when it is whole", () => {
  test("a name of something unfinished is no file; a marker, a rest and a list are waited for", async () => {
    dropFile(folder, "a.csv.part", people("1,Osei,"));
    dropFile(folder, "a.csv", people("1,Osei,"), new Date("2026-11-22T09:59:50Z"));
    const settings = { settledSeconds: 60 };
    expect((await readDrop({ settings: list(settings) })).pages).toEqual([]);
    expect((await readDrop({ settings: list(settings), clock: fixedClock("2026-11-22T10:01:00Z") })).pages).toHaveLength(1);
    const marked = list({ doneMarker: ".done", files: "*" });
    const waiting = await readDrop({ settings: marked, clock: fixedClock("2026-11-22T12:00:00Z") });
    expect([waiting.pages, waiting.reported]).toEqual([[], ["FILE_WAITS"]]);
    dropFile(folder, "a.csv.done", "");
    expect((await readDrop({ settings: marked })).pages).toHaveLength(1);
    const listed = list({ manifest: "SHA256SUMS" });
    expect((await readDrop({ settings: listed })).pages).toEqual([]);
    dropFile(folder, "SHA256SUMS", `${sha256(people("1,Osei,"))}  a.csv 1\n`);
    expect((await readDrop({ settings: listed })).pages).toHaveLength(1);
    dropFile(folder, "SHA256SUMS", `${sha256(people("1,Osei,"))}  a.csv 2\n`);
    await expect(readDrop({ settings: listed })).rejects.toMatchObject({ code: "FILE_ROW_COUNT", detail: { expected: 2, got: 1 } });
  });

  test("a checksum beside it is checked, and demanded where that is agreed", async () => {
    const content = people("1,Osei,");
    dropFile(folder, "a.csv", content);
    expect((await readDrop({ settings: list({ checksum: "required" }) })).pages).toEqual([]);
    dropFile(folder, "a.csv.sha256", `${sha256(content).toUpperCase()}  a.csv\n`);
    expect((await readDrop({ settings: list({ checksum: "required" }) })).pages).toHaveLength(1);
    dropFile(folder, "a.csv.sha256", sha256("something else"));
    await expect(readDrop({ settings: list() })).rejects.toMatchObject({ code: "FILE_CHECKSUM", class: "malformed-page" });
    expect((await readDrop({ settings: list({ checksum: "never" }) })).pages).toHaveLength(1);
    dropFile(folder, "a.csv.sha256", "no sum");
    await expect(readDrop({ settings: list() })).rejects.toMatchObject({ code: "FILE_CHECKSUM" });
  });

  test("a trailer must be there, at the end, with the right number", async () => {
    const settings = list({ trailer: "TRL,{count}" });
    dropFile(folder, "a.csv", people("1,Osei,", "2,Quick,", "TRL,2,"));
    const whole = await readDrop({ settings });
    expect(whole.normalised).toHaveLength(2);
    expect(whole.pages.at(-1)?.completes).toHaveLength(1);
    dropFile(folder, "b.csv", people("1,Osei,", "2,Quick,"));
    await expect(readDrop({ settings })).rejects.toMatchObject({ code: "FILE_INCOMPLETE", class: "transient" });
    dropFile(folder, "b.csv", people("1,Osei,", "TRL,2"));
    await expect(readDrop({ settings })).rejects.toMatchObject({ code: "FILE_ROW_COUNT", detail: { expected: 2, got: 1 } });
    dropFile(folder, "b.csv", people("1,Osei,", "TRL,1", "2,Quick,", "TRL,2"));
    const twice = await readDrop({ settings });
    expect(twice.pages.at(-1)).toMatchObject({ refusedRaw: [{ code: "ROW_TYPE_UNKNOWN", sourceId: "b.csv:3" }], completes: [] });
  });

  test("V19: an empty file waits, and a header alone is named", async () => {
    dropFile(folder, "a.csv", "");
    await expect(readDrop({ settings: list() })).rejects.toMatchObject({ code: "FILE_INCOMPLETE" });
    dropFile(folder, "a.csv", people());
    const found = await readDrop({ settings: list() });
    expect(found.reported).toEqual(["FILE_WITHOUT_ROWS"]);
  });
});

describe("what stands in a file", () => {
  test.each([
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${people("1,Zoë,")}`, "utf8"), "utf-8", "Zoë"],
    ["UTF-8, found out", Buffer.from(people("1,Zoë,"), "utf8"), "detect", "Zoë"],
    ["Windows-1252, found out", Buffer.from(people("1,O\x92Zo\xeb,"), "latin1"), "detect", "O’Zoë"],
    ["ISO-8859-1, with Windows line ends", Buffer.from(people("1,Zo\xeb,").replaceAll("\n", "\r\n"), "latin1"), "iso-8859-1", "Zoë"],
  ])("%s", async (_, content, encoding, name) => {
    dropFile(folder, "a.csv", content);
    expect((await readDrop({ settings: list({ encoding }) })).normalised).toMatchObject([{ facts: { familyName: name } }]);
  });

  test("V7: bytes of two encodings are in neither, at the line that says so", async () => {
    dropFile(folder, "a.csv", Buffer.concat([Buffer.from(people("1,Zo\xeb,"), "latin1"), Buffer.from("2,Zoë,\n", "utf8")]));
    await expect(readDrop({ settings: list({ encoding: "detect" }) })).rejects.toMatchObject({
      code: "FILE_ENCODING",
      detail: { line: 3 },
    });
  });

  test("one bad row is one refusal, by line and column, and the others are used", async () => {
    dropFile(folder, "a.csv", people("1,Osei,01/02/2026", "2,Quick,2026-02-01", "3,short", ",Nobody,", "5,Park,31/04/2026"));
    const found = await readDrop({ settings: list() });
    expect(ids(found)).toEqual(["+1"]);
    expect(found.pages[0]?.refusedRaw).toEqual([{ code: "ROW_FIELD_COUNT", sourceId: "a.csv:4", got: "2", expected: "3" }]);
    expect(found.normalised.filter((one) => "refused" in one)).toMatchObject([
      { refused: "RECORD_INVALID", sourceId: "2", pointer: "/Hired", expected: "DD/MM/YYYY", got: "text of 10 characters at a.csv:3" },
      { refused: "RECORD_INVALID", sourceId: "a.csv:5", pointer: "/Number", got: "nothing at a.csv:5" },
      { refused: "RECORD_INVALID", sourceId: "5", pointer: "/Hired" },
    ]);
    expect(JSON.stringify(found.normalised.slice(1))).not.toMatch(/Quick|Nobody|Park/);
    expect(found.pages[0]?.completes).toEqual([]);
  });

  test.each([
    ["a column that the mapping names is not there", "Number,Name,Hired\n", "surname"],
    ["a column stands there twice", "Number,Surname,Hired,hired\n", "hired (once)"],
    ["other separators", "Number;Surname;Hired\n", "number (columns separated by commas)"],
  ])("%s", async (_, content, expected) => {
    dropFile(folder, "a.csv", content);
    await expect(readDrop({ settings: list() })).rejects.toMatchObject({ code: "COLUMN_MISSING", class: "schema", detail: { expected } });
  });

  test("new columns are news once, and a layout that is known says so at the first file", async () => {
    dropFile(folder, "a1.csv", "Number,Surname,Hired,Ward\n1,Osei,,3\n");
    const first = await readDrop({ settings: list() });
    dropFile(folder, "a2.csv", "Number,Surname,Hired,Shift pattern\n1,Osei,,3\n");
    const second = await readDrop({ settings: list(), since: first.checkpoint });
    expect(second.problems).toMatchObject([{ code: "COLUMNS_CHANGED", detail: { added: "shift_pattern", gone: "ward" } }]);
    dropFile(folder, "a3.csv", "Number,Surname,Hired,Shift pattern\n1,Osei,,4\n");
    expect([first.reported, (await readDrop({ settings: list(), since: second.checkpoint })).reported]).toEqual([[], []]);
    dropFile(folder, "vacc_1.csv", vaccinationBatch({}).replace("PERSON_POSTCODE", "PERSON_ETHNICITY"));
    expect((await readDrop({ settings: delta() })).problems).toMatchObject([
      { code: "COLUMNS_CHANGED", detail: { added: "person_ethnicity" } },
    ]);
  });

  test("full lists: the newest counts, an older one is not gone back to, and a missing number is only named", async () => {
    const settings = list({ files: "list_{number}.csv" });
    dropFile(folder, "list_9.csv", people("1,Osei,"));
    const first = await readDrop({ settings });
    dropFile(folder, "list_11.csv", people("2,Quick,"));
    const second = await readDrop({ settings, since: first.checkpoint });
    expect([ids(second), second.reported]).toEqual([["+2"], ["FILE_NUMBER_MISSING"]]);
    rmSync(path.join(folder, "list_11.csv"));
    const third = await readDrop({ settings, since: second.checkpoint });
    expect([third.pages, third.reported]).toEqual([[], ["FILE_OLD"]]);
  });
});
