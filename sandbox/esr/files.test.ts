import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { populate } from "../population/population";
import { goFiles, writeGoFiles, writeOnce } from "./files";
import { latin1, row } from "./layout";

const population = populate({ today: "2026-11-22" });
const all = (["ZQA", "ZQB", "ZQC"] as const).flatMap((odsCode) => goFiles(population, odsCode));
/** Counted by hand from the published layout. */
const counts: Readonly<Record<string, number>> = { PRA: 44, ASA: 51, POA: 24, CDA: 16, CMA: 27, ORA: 16, LCA: 22, ETA: 57, CMD: 2 };

describe("Generic Outbound files", () => {
  it("have exactly the fields of their layouts, but for one row that is short on purpose", () => {
    const wrong = all.flatMap((file) => file.rows).filter((line) => line.split("~").length !== counts[line.slice(0, 3)]);
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toMatch(/^CMA~/);
  });

  it("have the short row in the middle of Eastmoor's first change file", () => {
    const rows = goFiles(population, "ZQB")[1]!.rows;
    const at = rows.findIndex((line) => line.split("~").length !== counts[line.slice(0, 3)]);
    expect(at).toBeGreaterThan(3);
    expect(at).toBeLessThan(rows.length - 3);
  });

  it("follow each other: a full file, then changes, each from where the last one ended", () => {
    for (const odsCode of ["ZQA", "ZQB", "ZQC"] as const) {
      const headers = goFiles(population, odsCode).map((file) => file.bytes.toString("latin1").split("\n")[0]!.split("~"));
      expect(headers[0]![4]).toBe("00000000 000000");
      expect(headers[0]![1]).toMatch(/_GOF_/);
      for (let index = 1; index < headers.length; index += 1) {
        expect(headers[index]![1]).toMatch(/_GOC_/);
        expect(headers[index]![4]).toBe(headers[index - 1]![5]);
        const sequence = (header: string[]) => Number(/(\d{8})\.DAT$/.exec(header[1]!)![1]);
        expect(sequence(headers[index]!)).toBe(sequence(headers[index - 1]!) + 1);
      }
    }
  });

  it("are ISO-8859-1: accents survive, and letters it lacks lose theirs", () => {
    expect(latin1("Zieliński Łódź Siân ~")).toBe("Zielinski Lódz Siân -");
    for (const file of all) expect(file.rows.every((line) => [...line].every((letter) => letter.codePointAt(0)! <= 0xff))).toBe(true);
    const text = all[0]!.bytes.toString("latin1");
    expect(text).toContain("~O'Donnell-Pryce~Siân~");
    expect(all[0]!.bytes.includes(Buffer.from("Siân", "utf8"))).toBe(false);
  });

  it("carry quotes and bars inside values, a delete, a date-tracked change and a changed name", () => {
    const rows = all.flatMap((file) => file.rows);
    expect(rows.some((line) => line.includes('Service Manager "Flow"'))).toBe(true);
    expect(rows.some((line) => line.startsWith("POA~") && line.includes("Radiographer | Diagnostic"))).toBe(true);
    expect(rows.filter((line) => line.startsWith("CMD~"))).toHaveLength(3);
    const deleted = rows.find((line) => line.startsWith("CMD~"))!.split("~")[1]!;
    expect(rows.some((line) => line.startsWith("CMA~") && line.split("~")[2] === deleted)).toBe(true);
    const segments = goFiles(population, "ZQA")[1]!
      .rows.filter((line) => line.startsWith("ASA~"))
      .map((line) => line.split("~"));
    expect(new Set(segments.map((fields) => fields[2])).size).toBe(1);
    expect(segments[0]![28]).not.toBe(segments[1]![28]);
    const [before, after] = goFiles(population, "ZQA")[2]!
      .rows.filter((line) => line.startsWith("PRA~"))
      .map((line) => line.split("~"));
    expect(after![11]).toBe(before![6]);
    expect(after![6]).not.toBe(before![6]);
  });

  it("name Eastmoor's fire safety by its own period", () => {
    const of = (odsCode: "ZQA" | "ZQB") =>
      goFiles(population, odsCode)[0]!
        .rows.filter((line) => line.startsWith("CDA~") && line.includes("Fire Safety"))
        .map((line) => line.split("~")[2]);
    expect(of("ZQA")).toEqual(["NHS|CSTF|Fire Safety - 2 Years|"]);
    expect(of("ZQB")).toEqual(["NHS|CSTF|Fire Safety - 1 Year|"]);
  });

  it("know nothing of people whom ESR does not have", () => {
    expect(all.some((file) => file.rows.some((line) => line.includes("~Tate~Owen~")))).toBe(false);
    expect(goFiles(population, "ZQD")).toEqual([]);
  });

  it("put a value where the layout says, and the separator nowhere", () => {
    const fields = row("LCA", { locationId: "1", code: "a~b", lastUpdate: "x" }).split("~");
    expect(fields).toHaveLength(22);
    expect([fields[1], fields[2], fields[21]]).toEqual(["1", "a-b", "x"]);
  });

  it("go on with one quiet change file at a later day, from where the last one ended, and with none on the same day", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "lanyard-go-"));
    try {
      writeGoFiles(folder, population);
      writeGoFiles(folder, population, "2026-11-30");
      writeGoFiles(folder, population, "2026-11-30");
      writeGoFiles(folder, population, "2026-11-20");
      writeGoFiles(folder, population, "2027-01-04");
      const names = readdirSync(path.join(folder, "993"))
        .filter((name) => name.includes("GOC"))
        .sort();
      expect(names.slice(-2)).toEqual(["GO_993_GDW_GOC_20261130_00000104.DAT", "GO_993_GDW_GOC_20270104_00000105.DAT"]);
      expect(names).toHaveLength(4);
      expect(readFileSync(path.join(folder, "993", names[3]!), "latin1")).toMatch(/~20261130 000000~20270104 000000~01\nTRL~0\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("are written once and never changed", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "lanyard-go-"));
    try {
      writeGoFiles(folder, population);
      const file = path.join(folder, "991", readdirSync(path.join(folder, "991"))[0]!);
      const first = { bytes: readFileSync(file), inode: statSync(file).ino };
      writeGoFiles(folder, populate({ today: "2026-11-22", seed: "another" }));
      expect(readFileSync(file).equals(first.bytes)).toBe(true);
      expect(statSync(file).ino).toBe(first.inode);
      expect(readdirSync(path.join(folder, "994"))).toEqual([]);
      expect(writeOnce(file, "other")).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
