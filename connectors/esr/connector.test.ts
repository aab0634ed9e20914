import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { HubError } from "../../platform/errors";
import type { Normalised, Page, SourceSystem } from "../connector";
import { esr } from "./connector";
import { type AddType, layouts } from "./layouts";
import type { EsrCheckpoint, EsrSettings } from "./settings";
import { raw as rawSchema } from "./vendor";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-esr-"));
  mkdirSync(path.join(folder, "in"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A row of the layout with the exact number of fields; `extra` fills columns by position. */
function row<T extends AddType>(
  type: T,
  values: Partial<Record<keyof (typeof layouts)[T]["reads"], string>>,
  extra: Record<number, string> = {},
): string {
  const fields = Array<string>(layouts[type].fields).fill("");
  fields[0] = type;
  for (const [name, value] of Object.entries(values)) fields[(layouts[type].reads as Record<string, number>)[name]!] = value as string;
  for (const [at, value] of Object.entries(extra)) fields[Number(at)] = value;
  return fields.join("~");
}
const person = (id: string, lastName: string, from = "20240801") =>
  row("PRA", { personId: id, effectiveStart: from, lastName, firstName: "Amara", birthDate: "19960212" });
const award = (id: string, name = "NHS|CSTF|Fire Safety - 2 Years|") =>
  row("CMA", { personId: "1", elementId: id, type: "PERSONAL", status: "ACHIEVED", name, from: "20260301" });

interface FileSpec {
  kind?: "GOF" | "GOC";
  date: string;
  sequence: number;
  previous?: string;
  rows?: string[];
  vpd?: string;
  trailer?: boolean;
  /** Day and time of the run that made it; the file's day at midnight otherwise. */
  runAt?: string;
  header?: string;
  encoding?: BufferEncoding;
}
function put({
  kind = "GOC",
  date,
  sequence,
  previous,
  rows = [],
  vpd = "991",
  trailer = true,
  runAt = `${date} 000000`,
  header,
  encoding = "latin1",
}: FileSpec): string {
  const name = `GO_${vpd}_GDW_${kind}_${date}_${String(sequence).padStart(8, "0")}.DAT`;
  const first = header ?? `HDR~${name}~${date} 072050~${vpd}~${previous ? `${previous} 000000` : "00000000 000000"}~${runAt}~01`;
  writeFileSync(
    path.join(folder, "in", name),
    Buffer.from([first, ...rows, ...(trailer ? [`TRL~${rows.length}`] : []), ""].join("\n"), encoding),
  );
  return name;
}
const full = (rows: string[] = [], more: Partial<FileSpec> = {}) => put({ kind: "GOF", date: "20261120", sequence: 101, rows, ...more });
const change = (date: string, sequence: number, previous: string, rows: string[] = [], more: Partial<FileSpec> = {}) =>
  put({ date, sequence, previous, rows, ...more });

interface Run {
  pages: Page<EsrCheckpoint>[];
  last: EsrCheckpoint | undefined;
  reported: string[];
  facts: Normalised[];
  refusedRaw: string[];
  error?: HubError;
}
async function run(since?: EsrCheckpoint, settings: Partial<EsrSettings> = {}, stopAfter = Number.POSITIVE_INFINITY): Promise<Run> {
  const parsed = esr.settings.parse({ folder: "in", ...settings });
  const organisations = [{ odsCode: "ZQA", vpd: "991", name: "Northbridge" }];
  const result: Run = { pages: [], last: since, reported: [], facts: [], refusedRaw: [] };
  const source = {
    settings: parsed,
    organisations,
    signal: new AbortController().signal,
    resolvePath: (text: string) => path.join(folder, text),
    report: (problem: HubError) => result.reported.push(problem.code),
  } as unknown as SourceSystem<EsrSettings>;
  try {
    for await (const page of esr.poll!.pages(source, since)) {
      result.pages.push(page);
      result.last = esr.checkpoint.parse(page.checkpoint);
      result.refusedRaw.push(...(page.refusedRaw ?? []).map(({ code, sourceId }) => `${code} ${sourceId}`));
      for (const record of page.records)
        result.facts.push(...esr.normalise(esr.raw.parse(record), { settings: parsed, maps: {} as never, organisations }));
      if (result.pages.length >= stopAfter) break;
    }
  } catch (error) {
    result.error = error as HubError;
  }
  return result;
}
const ids = (facts: Normalised[]) =>
  facts.map((one) => ("sourceId" in one ? `${"withdrawn" in one && one.withdrawn ? "-" : ""}${one.sourceId}` : one.ignored));

describe("files", () => {
  test("are read in order, a full one first, and none of them twice", async () => {
    change("20261121", 102, "20261120", [award("2")]);
    change("20261122", 103, "20261121", ["CMD~2"]);
    full([person("1", "Osei")]);
    const first = await run();
    expect(ids(first.facts)).toEqual(["1", "2", "-2"]);
    expect(first.last).toMatchObject({
      file: "GO_991_GDW_GOC_20261122_00000103.DAT",
      row: null,
      sequence: 103,
      thisRunAt: "2026-11-22T00:00:00.000Z",
    });
    const second = await run(first.last);
    expect([second.pages, second.reported]).toEqual([[], []]);
    change("20261123", 104, "20261122", [award("4")]);
    expect(ids((await run(first.last)).facts)).toEqual(["4"]);
  });

  test("that are full complete their own scope, unless a row of them could not be read", async () => {
    const name = full([person("1", "Osei")]);
    expect((await run()).pages.at(-1)?.completes).toEqual([{ scope: "file", key: name, organisation: "ZQA" }]);
    full([person("1", "Osei"), "PRA~2~short"]);
    const short = await run();
    expect(short.pages.at(-1)?.completes).toEqual([]);
    expect(short.refusedRaw).toEqual([`ROW_FIELD_COUNT ${name}:3`]);
    change("20261121", 102, "20261120");
    expect((await run()).pages.at(-1)?.completes).toEqual([]);
  });

  test("with a gap stop the reading, until the missing one or a full one comes", async () => {
    full();
    const { last } = await run();
    change("20261122", 103, "20261121", [award("3")]);
    expect((await run(last)).error).toMatchObject({ code: "FILE_GAP" });
    const missing = change("20261121", 102, "20261120", [award("2")]);
    expect(ids((await run(last)).facts)).toEqual(["2", "3"]);
    rmSync(path.join(folder, "in", missing));
    put({ kind: "GOF", date: "20261123", sequence: 104, rows: [person("9", "Raman")] });
    const healed = await run(last);
    expect([healed.error, ids(healed.facts)]).toEqual([undefined, ["9"]]);
  });

  test("that are full and of the same day as the last change file are read, whatever their own number", async () => {
    full([award("1")]);
    change("20261121", 102, "20261120");
    const before = await run();
    const name = put({ kind: "GOF", date: "20261121", sequence: 2, runAt: "20261121 100000", rows: [award("9")] });
    const { facts, last } = await run(before.last);
    expect([ids(facts), last?.file]).toEqual([["9"], name]);
    // The next change file was begun before the full one was run: told twice, nothing missing.
    change("20261122", 103, "20261121", [award("10")]);
    expect(ids((await run(last)).facts)).toEqual(["10"]);
  });

  test("that a full file of the same day already holds are passed over, also when they came after a gap", async () => {
    full();
    change("20261122", 103, "20261121", [award("2")]);
    const stopped = await run();
    expect(stopped.error).toMatchObject({ code: "FILE_GAP" });
    put({ kind: "GOF", date: "20261122", sequence: 2, runAt: "20261122 100000", rows: [award("3")] });
    change("20261123", 104, "20261122", [award("4")]);
    const { facts, error } = await run(stopped.last);
    expect([ids(facts), error]).toEqual([["3", "4"], undefined]);
  });

  test("that are full but older than what was read are not: newer rows would look deleted", async () => {
    full();
    change("20261121", 102, "20261120", [award("2")]);
    const before = await run();
    put({ kind: "GOF", date: "20261122", sequence: 3, runAt: "20261120 120000" });
    const after = await run(before.last);
    expect([after.pages, after.reported]).toEqual([[], ["FILE_ORDER"]]);
  });

  test("that never get their trailer hold nothing up once a full file of a later day is there", async () => {
    full();
    change("20261121", 102, "20261120", [], { trailer: false });
    put({ kind: "GOF", date: "20261122", sequence: 103, rows: [award("5")] });
    const { facts, reported } = await run();
    expect([ids(facts), reported]).toEqual([["5"], ["FILE_INCOMPLETE"]]);
  });

  test("with a trailer in their middle are no snapshot", async () => {
    full([award("1"), "TRL~1", award("2")]);
    const { facts, refusedRaw, pages } = await run();
    expect([ids(facts), refusedRaw]).toEqual([["1", "2"], ["ROW_TYPE_UNKNOWN GO_991_GDW_GOF_20261120_00000101.DAT:3"]]);
    expect(pages.at(-1)?.completes).toEqual([]);
  });

  test("must rise by one in number, beside following in time", async () => {
    full();
    change("20261121", 102, "20261120");
    const { last } = await run();
    change("20261122", 104, "20261121");
    expect((await run(last)).error).toMatchObject({ code: "FILE_GAP" });
  });

  test("that are full may share the numbers of the change files, if the setting says so", async () => {
    full();
    change("20261121", 777, "20261120");
    expect((await run()).error).toBeUndefined();
    expect((await run(undefined, { fullFilesShareSequence: true })).error).toMatchObject({ code: "FILE_GAP" });
  });

  test("of changes without a full one before them are not a beginning", async () => {
    change("20261121", 102, "20261120", [award("2")]);
    expect(await run()).toMatchObject({ pages: [], error: { code: "FILE_GAP" } });
  });

  test("without a trailer are waited for, and so is what follows", async () => {
    full([person("1", "Osei")]);
    change("20261121", 102, "20261120", [award("2")], { trailer: false });
    change("20261122", 103, "20261121", [award("3")]);
    const waiting = await run();
    expect([ids(waiting.facts), waiting.reported, waiting.error]).toEqual([["1"], ["FILE_INCOMPLETE"], undefined]);
    change("20261121", 102, "20261120", [award("2")]);
    expect(ids((await run(waiting.last)).facts)).toEqual(["2", "3"]);
  });

  test("that change, come too late, belong to others or have another name are named", async () => {
    full([person("1", "Osei")]);
    const { last } = await run();
    full([person("1", "Changed")]);
    put({ date: "20261120", sequence: 5, vpd: "992" });
    writeFileSync(path.join(folder, "in", "notes.txt"), "");
    const changed = await run(last);
    expect(changed.reported.sort()).toEqual(["FILE_CHANGED", "FILE_FOREIGN", "FILE_NAME_UNKNOWN"]);
    expect(changed.facts).toEqual([]);
    change("20261121", 102, "20261120");
    const { last: later } = await run(last);
    change("20261119", 103, "20261118", [award("3")]);
    const late = await run(later);
    expect([late.reported.includes("FILE_ORDER"), late.facts]).toEqual([true, []]);
  });

  test.each([
    ["another name", "HDR~GO_991_GDW_GOF_20261120_00000102.DAT~20261120 072050~991~00000000 000000~20261120 000000~01"],
    ["another VPD", "HDR~GO_991_GDW_GOF_20261120_00000101.DAT~20261120 072050~992~00000000 000000~20261120 000000~01"],
    ["no instant", "HDR~GO_991_GDW_GOF_20261120_00000101.DAT~20261120 072050~991~00000000 000000~today~01"],
    ["no header", "PRA~1"],
  ])("with %s in the header are not used", async (_, header) => {
    full([person("1", "Osei")], { header });
    expect(await run()).toMatchObject({ pages: [], error: { code: "FILE_HEADER_INVALID" } });
  });

  test("in another encoding are refused as files, by line and without the line's content", async () => {
    full([person("1", "Osei"), person("2", "Siân")], { encoding: "utf8" });
    const { error, pages } = await run();
    expect([error?.code, error?.detail.line, pages]).toEqual(["FILE_ENCODING", 3, []]);
    expect(JSON.stringify(error)).not.toContain("Si");
  });

  test("that are a folder of nothing are nothing; a missing folder says so", async () => {
    expect((await run()).pages).toEqual([]);
    expect((await run(undefined, { folder: "no" })).error).toMatchObject({ code: "FOLDER_MISSING" });
  });
});

describe("an interruption", () => {
  const many = Array.from({ length: 4500 }, (_, at) => award(String(at)));
  test("of a change file goes on at the next page", async () => {
    full();
    change("20261121", 102, "20261120", many);
    const killed = await run(undefined, {}, 2);
    expect(killed.last?.row).toBe(2001);
    const rest = await run(killed.last);
    expect([...ids(killed.facts), ...ids(rest.facts)]).toEqual(many.map((_, at) => String(at)));
    expect(rest.pages.at(-1)?.progress).toEqual({ done: 4502, total: 4502 });
  });

  test("of a full file starts it again, or what was stored before would look missing", async () => {
    full(many);
    const killed = await run(undefined, {}, 1);
    const rest = await run(killed.last);
    expect(rest.facts).toHaveLength(4500);
    expect(rest.pages.at(-1)?.completes).toHaveLength(1);
  });

  test("does not go on in a file that was exchanged meanwhile", async () => {
    full(many);
    const killed = await run(undefined, {}, 1);
    full([award("x")]);
    expect((await run(killed.last)).error).toMatchObject({ code: "FILE_CHANGED" });
  });
});

describe("rows", () => {
  test("keep quotes, bars, commas and accents in their values", async () => {
    full([person("1", 'O"Don|nell, Siân'), award("2", "NHS|KSF|Health, Safety and Security C3|Core")]);
    const { facts } = await run();
    expect(facts[0]).toMatchObject({ facts: { familyName: 'O"Don|nell, Siân' } });
    expect(facts[1]).toMatchObject({ facts: { competence: "KSF|Health, Safety and Security C3|1|Core" } });
  });

  test("never let pay, ethnicity, disability or absence through the door", async () => {
    const pra = row(
      "PRA",
      { personId: "1", effectiveStart: "20240801", lastName: "Osei" },
      { 12: "Female", 22: "CANARY-ethnic", 39: "CANARY-disability", 18: "CANARY-reason" },
    );
    const asa = row(
      "ASA",
      { personId: "1", assignmentId: "2", effectiveStart: "20240801", number: "3" },
      { 9: "CANARY-status", 30: "CANARY-grade", 31: "CANARY-step", 33: "CANARY-salary" },
    );
    full([
      pra,
      asa,
      "ABA~CANARY~absence",
      "ELA~CANARY",
      "DTA~CANARY",
      "LOV~LKUP~CANARY",
      row("POA", { positionId: "4", effectiveFrom: "20240801", name: "n" }, { 11: "CANARY-pay" }),
    ]);
    const { pages, facts, refusedRaw } = await run();
    expect(JSON.stringify(pages)).not.toContain("CANARY");
    expect(ids(facts)).toEqual(["1", "2", "row-type-not-read", "row-type-not-read", "row-type-not-read", "row-type-not-read", "4"]);
    expect(refusedRaw).toEqual([]);
  });

  test("that are short, long or of no known type are refused one by one", async () => {
    const name = full(["CMA~1~short", `${award("2")}~`, "XYZ~1", "CMD~1~2", award("3")]);
    const { facts, refusedRaw } = await run();
    expect(refusedRaw).toEqual([
      `ROW_FIELD_COUNT ${name}:2`,
      `ROW_FIELD_COUNT ${name}:3`,
      `ROW_TYPE_UNKNOWN ${name}:4`,
      `ROW_FIELD_COUNT ${name}:5`,
    ]);
    expect(ids(facts)).toEqual(["3"]);
  });

  test("that are date-tracked are segments of one record; the end of time is no end", async () => {
    const segments = [
      ["20240801", "20260228"],
      ["20260301", "47121231"],
    ].map(([effectiveStart, effectiveEnd]) =>
      row("ASA", {
        personId: "1",
        assignmentId: "7",
        effectiveStart,
        effectiveEnd,
        number: "70",
        type: "E",
        assignmentCategory: "Honorary",
      }),
    );
    full(segments);
    const { facts } = await run();
    expect(facts).toMatchObject([
      { sourceId: "7", validFrom: "2024-08-01", validTo: "2026-02-28", facts: { engagement: "HONORARY" } },
      {
        sourceId: "7",
        validFrom: "2026-03-01",
        claim: { personKey: "1", identifiers: [{ scheme: "ESR_ASSIGNMENT_NUMBER", value: "70" }] },
      },
    ]);
    expect((facts[1] as { validTo?: string }).validTo).toBeUndefined();
  });

  test("that a change file turns into no award take the award back; in a full file they are nothing", async () => {
    const lapsed = award("1").replace("~ACHIEVED~", "~LAPSED~");
    full([lapsed]);
    change("20261121", 102, "20261120", [lapsed, award("2").replace("~PERSONAL~", "~POSITION~")]);
    expect(ids((await run()).facts)).toEqual(["competence-not-achieved", "-1", "competence-not-personal"]);
  });

  test("of a registration whose day of expiry cannot be read are refused: it must not read as no expiry", async () => {
    const registration = { personId: "1", extraId: "5", informationType: "NHS Regs and Memships", body: "GMC", number: "7654321" };
    full([
      row("ETA", { ...registration, expiresOn: "31/13/2027" }),
      row("ETA", { ...registration, extraId: "6", expiresOn: " 31/12/2027 00:00:00" }),
    ]);
    const { facts } = await run();
    expect(facts.map((one) => ("refused" in one ? `${one.refused} ${one.pointer}` : "kept"))).toEqual([
      "RECORD_INVALID /expiresOn",
      "kept",
    ]);
  });

  test("that delete win over what came before them, and lose to what comes after", async () => {
    full([award("2")]);
    change("20261121", 102, "20261120", ["CMD~2"]);
    change("20261122", 103, "20261121", [award("2")]);
    const { facts } = await run();
    const versions = facts.map((one) => ("sourceVersion" in one ? one.sourceVersion!.changedAt! : ""));
    expect([...versions].sort()).toEqual(versions);
    expect(new Set(versions).size).toBe(3);
  });
});

test("the raw schema has no column that may not be used", () => {
  const columns = JSON.stringify(Object.values(layouts).map(({ reads }) => Object.keys(reads)));
  expect(columns).not.toMatch(/salary|pay|grade|ethnic|disab|absence|gender|nhsUniqueId/i);
  expect(rawSchema.safeParse({ row: "ELA" }).success).toBe(false);
});
