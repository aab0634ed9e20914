import { isHubError } from "../platform/errors";
import { readAwardFile } from "../sandbox/esr/inbox";
import { definitionOfKind } from "../schema/kinds";
import { EsrReason } from "../schema/learning/esr-standing";
import { type AwardToSend, competenceAwardLayout as layout, readAcknowledgement, writeFile } from "./format";

const reference = "00000000-0000-4000-8000-000000000001";
const award = (more: Partial<AwardToSend> = {}): AwardToSend => ({
  reference,
  esrPersonId: "99500001",
  employeeNumber: "99300001",
  esrName: "NHS|CSTF|Fire Safety - 2 Years|",
  awardedOn: "2026-03-10",
  proficiency: undefined,
  awardedBy: "ZQA",
  ...more,
});
const file = { vpd: "991", mode: "on", sequence: 7, day: "2026-11-22", createdAt: new Date("2026-11-22T09:00:00Z") } as const;

test("every field of an award is either in the layout or expressly left out, with the reason", () => {
  const fields = definitionOfKind("competence-award").fields.map(({ name }) => name);
  const columns = layout.columns.map(({ name }) => name);
  expect([...Object.keys(layout.mapped), ...Object.keys(layout.declined)].sort()).toEqual([...fields].sort());
  for (const column of Object.values(layout.mapped)) expect(columns).toContain(column);
  for (const reason of Object.values(layout.declined)) expect(reason.length).toBeGreaterThan(20);
});

test("the layout says of itself that it is provisional", () => {
  expect(layout.status).toBe("PROVISIONAL");
  expect(layout.version).toMatch(/^provisional/);
});

test("a file has its name, header, rows and trailer, in ISO-8859-1, and an ESR of another make reads it", () => {
  const { name, bytes } = writeFile(file, [award(), award({ esrPersonId: "99500002", proficiency: "1 - Assessed" })]);
  expect(name).toBe("LY_991_ESR_CAW_20261122_00000007.DAT");
  expect(bytes.toString("latin1")).toBe(
    [
      `HDR~${name}~20261122 090000~991~7~provisional-1`,
      `CAW~1~${reference}~99500001~99300001~PERSONAL~NHS|CSTF|Fire Safety - 2 Years|~ACHIEVED~20260310~~ZQA`,
      `CAW~2~${reference}~99500002~99300001~PERSONAL~NHS|CSTF|Fire Safety - 2 Years|~ACHIEVED~20260310~1 - Assessed~ZQA`,
      "TRL~2",
      "",
    ].join("\n"),
  );
  expect(readAwardFile(name, "991", bytes)?.rows).toMatchObject([{ line: "1", dateFrom: "20260310" }, { proficiency: "1 - Assessed" }]);
  expect(writeFile({ ...file, mode: "shadow" }, [award()]).name).toBe("LY_991_ESR_CAS_20261122_00000007.DAT");
});

test("what is not in ESR's words is left out where it may be, and stops the file where it may not", () => {
  const text = writeFile(file, [award({ proficiency: "Expert~1", employeeNumber: "TBC" })]).bytes.toString("latin1");
  expect(text).toContain("~99500001~~PERSONAL~");
  expect(text).not.toContain("Expert");
  for (const broken of [
    { esrName: "NHS|CSTF|Fire~Safety|" },
    { esrName: "NHS|CSTF|Fire\nSafety|" },
    { esrName: "NHS|CSTF|Łódź|" },
    { awardedBy: "" },
    // Whoever opens the file in a spreadsheet would run it.
    ...["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\u00a0=1+1", "\t=1+1", "\r=1+1"].map((esrName) => ({ esrName })),
    { esrPersonId: "-1" },
  ]) {
    try {
      writeFile(file, [award(broken)]);
      throw new Error("should have been refused");
    } catch (error) {
      expect(isHubError(error) && error.code).toBe("ESR_VALUE_UNSENDABLE");
    }
  }
});

const name = "LY_991_ESR_CAK_20261122_00000001.DAT";
const acknowledgement = (rows: string[], more: { header?: string; trailer?: string } = {}) =>
  Buffer.from(
    [
      more.header ?? `HDR~${name}~20261122 100000~991~LY_991_ESR_CAW_20261122_00000007.DAT~provisional-1`,
      ...rows,
      more.trailer ?? `TRL~${rows.length}`,
      "",
    ].join("\n"),
    "latin1",
  );

test("an acknowledgement tells of each row: loaded with ESR's element, or refused with the reason", () => {
  const rows = [`ACK~1~${reference}~LOADED~7991000001~`, `ACK~2~${reference}~REJECTED~~03`, `ACK~3~${reference}~REJECTED~~99`];
  expect(readAcknowledgement(name, acknowledgement(rows))).toEqual({
    name,
    vpd: "991",
    file: "LY_991_ESR_CAW_20261122_00000007.DAT",
    answers: [
      { line: 1, reference, outcome: "LOADED", elementId: "7991000001" },
      { line: 2, reference, outcome: "REJECTED", reason: EsrReason.POSITION_CLOSED },
      { line: 3, reference, outcome: "REJECTED", reason: EsrReason.OTHER },
    ],
  });
});

test.each([
  ["half of a file", acknowledgement([`ACK~1~${reference}~LOADED~1~`], { trailer: "" }), "/TRL"],
  ["a trailer that counts otherwise", acknowledgement([`ACK~1~${reference}~LOADED~1~`], { trailer: "TRL~2" }), "/TRL"],
  ["another file's header", acknowledgement([], { header: "HDR~other.DAT~20261122 100000~991~x~1" }), "/HDR/1"],
  ["no header", acknowledgement([], { header: "nothing" }), "/HDR"],
  ["a row of another form", acknowledgement(["ACK~1"]), "/2"],
  ["an outcome nobody knows", acknowledgement([`ACK~1~${reference}~MAYBE~1~`]), "/2/outcome"],
  ["loaded without an element", acknowledgement([`ACK~1~${reference}~LOADED~~`]), "/2/elementId"],
  ["a reference that only looks like one", acknowledgement([`ACK~1~${"-".repeat(36)}~LOADED~1~`]), "/2/reference"],
  ["an answer to what is no name", acknowledgement([], { header: `HDR~${name}~20261122 100000~991~a\0b~provisional-1` }), "/HDR/4"],
  ["an empty file", Buffer.alloc(0), "/HDR"],
])("%s is not used, and its place is told", (_, bytes, pointer) => {
  expect(() => readAcknowledgement(name, bytes)).toThrow(
    expect.objectContaining({ code: "ESR_ACK_UNREADABLE", detail: expect.objectContaining({ pointer }) }),
  );
});
