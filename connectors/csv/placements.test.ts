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

const columns = [
  "placement_id",
  "gmc_number",
  "family_name",
  "given_name",
  "date_of_birth",
  "national_post_number",
  "placement_type",
  "grade",
  "specialty",
  "host_organisation",
  "lead_employer",
  "start_date",
  "end_date",
  "notification",
] as const;
type Row = Partial<Record<(typeof columns)[number], string>>;
const usual: Row = {
  placement_id: "1",
  gmc_number: "9000001",
  family_name: "Osei",
  given_name: "Amara",
  date_of_birth: "1999-03-14",
  national_post_number: "SYN/ZQB/024/F2/001",
  placement_type: "In post",
  grade: "F2",
  specialty: "Acute Medicine",
  host_organisation: "ZQB",
  lead_employer: "ZQA",
  start_date: "2026-12-02",
  end_date: "2027-04-06",
  notification: "1",
};
const put = (name: string, ...rows: Row[]) =>
  writeFileSync(
    path.join(folder, name),
    [columns.join(","), ...rows.map((row) => columns.map((column) => ({ ...usual, ...row })[column] ?? "").join(",")), ""].join("\n"),
  );

const organisations = [{ odsCode: "ZQA", vpd: "991", name: "Northbridge" }];
async function run(since?: CsvCheckpoint) {
  const settings = csv.settings.parse({ folder: "in", mapping: "placements" });
  const source = {
    connectionId: "zqa-placements",
    settings,
    organisations,
    signal: new AbortController().signal,
    resolvePath: () => folder,
    now: () => "2026-11-22T10:00:00Z",
    report: () => {},
  } as unknown as SourceSystem<CsvSettings>;
  const pages: Page<CsvCheckpoint>[] = [];
  const raw: unknown[] = [];
  const facts: Normalised[] = [];
  for await (const page of csv.poll!.pages(source, since)) {
    pages.push(page);
    for (const record of page.records) {
      const parsed = csv.raw.parse(record);
      raw.push(parsed);
      facts.push(...csv.normalise(parsed, { settings, maps: {} as never, organisations }));
    }
  }
  return { pages, raw, facts, last: pages.at(-1)?.checkpoint ?? since };
}

test("a row is a placement of the lead employer's, claimed by GMC number, birth date and names", async () => {
  put("placements-20261122.csv", {});
  const { facts, pages } = await run();
  expect(facts).toEqual([
    {
      kind: "placement",
      sourceId: "1",
      organisation: "ZQA",
      claim: {
        personKey: "GMC|9000001",
        givenName: "Amara",
        familyName: "Osei",
        birthDate: "1999-03-14",
        identifiers: [{ scheme: "GMC", value: "9000001" }],
      },
      facts: {
        hostOrganisation: "ZQB",
        leadEmployer: "ZQA",
        postNumber: "SYN/ZQB/024/F2/001",
        grade: "F2",
        specialty: "Acute Medicine",
        placementType: "In post",
        startsOn: "2026-12-02",
        endsOn: "2027-04-06",
      },
    },
  ]);
  expect(pages.at(-1)).toMatchObject({
    dataSet: "placements",
    completes: [{ scope: "connection", key: "zqa-placements", kinds: ["placement"] }],
  });
});

test("the newest file is the list of all that stand, and is read once", async () => {
  put("placements-9.csv", {}, { placement_id: "2", gmc_number: "9000002" });
  const first = await run();
  put("placements-10.csv", { start_date: "2026-12-03", notification: "4" });
  const second = await run(first.last);
  expect(second.facts).toMatchObject([{ sourceId: "1", facts: { startsOn: "2026-12-03" } }]);
  expect((await run(second.last)).pages).toEqual([]);
});

test("a withdrawn row withdraws the placement, and names nothing else of it", async () => {
  put("a.csv", { notification: "2", host_organisation: "" });
  expect((await run()).facts).toMatchObject([{ kind: "placement", sourceId: "1", withdrawn: true }]);
});

test.each(["Long-term sick", "Parental Leave", "Suspended", "Phased Return", "something new"])(
  "why somebody is away does not enter: %s",
  async (type) => {
    put("a.csv", { placement_type: type });
    const { facts, raw } = await run();
    expect(facts).toEqual([{ ignored: "not-in-post" }]);
    expect(JSON.stringify(raw)).not.toContain(type);
  },
);

test.each([
  ["In post \u2013 Acting Up", "In post - Acting Up"],
  ["in post - extension", "In post - Extension"],
  ["", undefined],
])("the type %p is kept as %p", async (written, kept) => {
  put("a.csv", { placement_type: written });
  expect((await run()).facts).toMatchObject([{ facts: { placementType: kept } }]);
});

test.each([
  ["another lead employer", { lead_employer: "ZQC" }, "OTHER_ORGANISATION", "/lead_employer"],
  ["no lead employer", { lead_employer: "" }, "OTHER_ORGANISATION", "/lead_employer"],
  ["no GMC number", { gmc_number: "" }, "NO_STAFF_KEY", "/gmc_number"],
  ["no host", { host_organisation: "" }, "RECORD_INVALID", "/host_organisation"],
  ["a host that is no code", { host_organisation: "Eastmoor Hospitals" }, "RECORD_INVALID", "/host_organisation"],
  ["no start", { start_date: "" }, "RECORD_INVALID", "/start_date"],
  ["a start that is no day", { start_date: "2026-02-30" }, "RECORD_INVALID", "/start_date"],
  ["an end before the start", { end_date: "2026-12-01" }, "RECORD_INVALID", "/end_date"],
  ["an unknown notification", { notification: "7" }, "RECORD_INVALID", "/notification"],
  ["no placement id", { placement_id: "" }, "RECORD_INVALID", "/placement_id"],
])("%s is refused without values", async (_, row, code, pointer) => {
  put("a.csv", row);
  const { facts } = await run();
  expect(facts).toMatchObject([{ refused: code, pointer }]);
  expect(JSON.stringify(facts)).not.toMatch(/Osei|9000001|1999-03-14/);
});

test("an end may be missing: then the placement stands and opens nothing", async () => {
  put("a.csv", { end_date: "" });
  const [placement] = (await run()).facts as unknown as { facts: { endsOn?: string } }[];
  expect(placement!.facts.endsOn).toBeUndefined();
});

test("a connection reads what its mapping says, and clearances when it says nothing", () => {
  const reads = (more: object) => csv.deliversWith!(csv.settings.parse({ folder: "in", ...more })).map(({ kind }) => kind);
  expect(reads({})).toEqual(["clearance"]);
  expect(reads({ mapping: "placements" })).toEqual(["placement"]);
  expect(csv.settings.safeParse({ folder: "in", mapping: "placements", organisationFrom: "organisation" }).success).toBe(false);
});

test("a clearance file is one also with a column of the other list", () => {
  const row = { staff_number: "1", cleared_for_role: "yes", placement_id: "9" };
  expect(csv.raw.parse(row)).not.toHaveProperty("placement_id");
});
