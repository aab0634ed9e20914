import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Normalised, Page, SourceSystem } from "../connector";
import { csv } from "./connector";
import type { CsvCheckpoint, CsvSettings } from "./settings";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-csv-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const header = "Staff number,family_name,given_name,date_of_birth,cleared_for_role,role,decided_on,valid_until,exposure_prone,organisation";
const put = (name: string, ...rows: string[]) => writeFileSync(path.join(folder, name), [header, ...rows, ""].join("\n"));
const row = (staff: string, outcome = "yes", organisation = "ZQC") =>
  `${staff},"O'Donnell, Pryce",Siân,1990-02-03,${outcome},Staff Nurse,2026-10-01,,,${organisation}`;

async function run(since?: CsvCheckpoint, settings: Record<string, unknown> = {}) {
  const parsed = csv.settings.parse({ folder: "in", ...settings });
  const organisations = [{ odsCode: "ZQC", vpd: "993", name: "Saltmarsh" }];
  const source = {
    connectionId: "zqc-oh",
    settings: parsed,
    organisations,
    signal: new AbortController().signal,
    resolvePath: () => folder,
    now: () => "2026-11-22T10:00:00Z",
    report: () => {},
  } as unknown as SourceSystem<CsvSettings>;
  const pages: Page<CsvCheckpoint>[] = [];
  const facts: Normalised[] = [];
  for await (const page of csv.poll!.pages(source, since)) {
    pages.push(page);
    for (const record of page.records)
      facts.push(...csv.normalise(csv.raw.parse(record), { settings: parsed, maps: {} as never, organisations }));
  }
  return { pages, facts, last: pages.at(-1)?.checkpoint ?? since };
}

test("the newest file is a snapshot of everybody, and is read once", async () => {
  put("clearances-20261101.csv", row("1"), row("2"));
  put("clearances-20261102.csv", row("2"));
  const first = await run();
  expect(first.facts).toMatchObject([
    {
      sourceId: "ZQC|2|staff nurse|2026-10-01",
      claim: { familyName: "O'Donnell, Pryce", identifiers: [{ scheme: "ESR_EMPLOYEE_NUMBER", value: "2" }] },
      facts: { clearedForRole: "YES" },
    },
  ]);
  expect(first.pages.at(-1)?.completes).toEqual([{ scope: "connection", key: "zqc-oh", kinds: ["clearance"] }]);
  expect((await run(first.last)).pages).toEqual([]);
  put("clearances-20261102.csv", row("2", "conditional"));
  expect((await run(first.last)).facts).toMatchObject([{ facts: { clearedForRole: "CONDITIONAL" } }]);
});

test("a row of another shape is refused by line, and the file then completes nothing", async () => {
  put("a.csv", row("1"), "short,row");
  const { pages, facts } = await run();
  expect(facts).toHaveLength(1);
  expect(pages[0]?.refusedRaw).toEqual([{ code: "ROW_FIELD_COUNT", sourceId: "a.csv:3", got: "2", expected: "10" }]);
  expect(pages[0]?.completes).toEqual([]);
});

test("an unreadable outcome and another organisation's row are refused without their values", async () => {
  put("a.csv", row("1", "see notes"), row("2", "yes", "ZQE"), row("3"));
  const { facts } = await run();
  expect(facts.map((one) => ("refused" in one ? one.refused : "kept"))).toEqual(["RECORD_INVALID", "OTHER_ORGANISATION", "kept"]);
  expect(JSON.stringify(facts.slice(0, 2))).not.toMatch(/see notes|Donnell/);
});

test("large files come in pages, and count as read only at their end", async () => {
  put("a.csv", ...Array.from({ length: 2500 }, (_, at) => row(String(at + 1))));
  const { pages, facts } = await run();
  expect([pages.length, facts.length]).toEqual([3, 2500]);
  expect(pages[0]?.checkpoint).toMatchObject({ file: "a.csv", rows: 1000 });
  expect(pages[2]?.checkpoint).toMatchObject({ file: "a.csv" });
  expect(pages[2]?.checkpoint.rows).toBeUndefined();
});

test("numbers in the names of files count as numbers: the tenth is newer than the ninth", async () => {
  put("clearances-9.csv", row("9"));
  const first = await run();
  put("clearances-10.csv", row("10"));
  expect((await run(first.last)).last).toMatchObject({ file: "clearances-10.csv" });
});

test.each([
  ["in UTF-8 that should be ISO-8859-1", "iso-8859-1", row("1"), "utf8"],
  ["in ISO-8859-1 that should be UTF-8", "utf-8", row("1"), "latin1"],
] as const)("a file %s is refused, by line", async (_, encoding, text, written) => {
  writeFileSync(path.join(folder, "a.csv"), Buffer.from([header, row("2").replace("Siân", "Sian"), text, ""].join("\n"), written));
  await expect(run(undefined, { encoding })).rejects.toMatchObject({
    code: "FILE_ENCODING",
    detail: { file: "a.csv", line: 3, expected: encoding.toUpperCase() },
  });
});

test.each([
  ["separated by semicolons", header.replaceAll(",", ";"), "staff_number (columns separated by commas)"],
  ["with a column twice", `${header},staff_number`, "staff_number (once)"],
  ["without a column", header.replace("decided_on", "decided"), "decided_on"],
])("a file %s is not a clearance file, and why is said", async (_, first, expected) => {
  writeFileSync(path.join(folder, "a.csv"), `${first}\n`);
  await expect(run()).rejects.toMatchObject({ code: "COLUMN_MISSING", detail: { file: "a.csv", expected } });
});

test("a byte order mark, Windows line ends and line breaks in quotes are no difference", async () => {
  const lines = [`\ufeff${header}`, row("1").replace("O'Donnell, Pryce", "O'Donnell\r\nPryce"), ""];
  writeFileSync(path.join(folder, "a.csv"), lines.join("\r\n"));
  expect((await run()).facts).toMatchObject([{ claim: { familyName: "O'Donnell\nPryce" } }]);
});
