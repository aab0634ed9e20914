import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readCsv } from "./csv";
import { type Encoding, inspectFile, listFolder, readLines } from "./files";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lanyard-kit-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const put = (name: string, bytes: Buffer | string) => {
  const full = path.join(folder, name);
  writeFileSync(full, bytes);
  return full;
};
async function linesOf(bytes: Buffer | string, encoding: Encoding) {
  const lines = [];
  for await (const batch of readLines(put("f", bytes), "f", encoding)) lines.push(...batch);
  return lines;
}
async function csvOf(bytes: Buffer | string, encoding: Encoding = "utf-8") {
  const rows = [];
  for await (const row of readCsv({ path: put("c.csv", bytes), name: "c.csv", encoding, required: ["a", "b_c"] })) rows.push(row);
  return rows;
}

test("a folder lists its files, without drafts; a missing one says so", async () => {
  put("b.DAT", "1");
  put("a.DAT", "22");
  put(".b.DAT.part", "");
  expect((await listFolder(folder, "in")).map(({ name, bytes }) => [name, bytes])).toEqual([
    ["a.DAT", 2],
    ["b.DAT", 1],
  ]);
  await expect(listFolder(path.join(folder, "no"), "in/no")).rejects.toMatchObject({
    code: "FOLDER_MISSING",
    class: "settings",
    detail: { folder: "in/no" },
  });
});

test("hash and last line are known before the first row is used", async () => {
  const seen = await inspectFile(put("x", "HDR\r\nrow\r\nTRL~1\r\n"));
  expect(seen).toMatchObject({ lastLine: "TRL~1", bytes: 17 });
  expect(seen.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test("lines keep quotes, bars and accents, whatever their ends, also across chunks", async () => {
  const long = "x".repeat(300_000);
  const lines = await linesOf(Buffer.from(`a"b|c\r\nO\x92 no\nSi\xe2n\n${long}\nend`, "latin1"), "iso-8859-1");
  expect(lines.map(({ text }) => text)).toEqual(['a"b|c', "O’ no", "Siân", long, "end"]);
  expect(lines.at(-1)?.number).toBe(5);
});

test.each([
  ["UTF-8 where ISO-8859-1 was agreed", Buffer.from("ok\nSiân\n", "utf8"), "iso-8859-1", 2],
  ["ISO-8859-1 where UTF-8 was agreed", Buffer.from("ok\nSiân\n", "latin1"), "utf-8", 2],
  ["UTF-16", Buffer.from("\ufeffHDR~1\n", "utf16le"), "iso-8859-1", 1],
  ["NUL", "a\n\u0000\n", "utf-8", 2],
] as const)("%s is the wrong encoding, by line", async (_, bytes, encoding, line) => {
  await expect(linesOf(bytes as Buffer, encoding)).rejects.toMatchObject({ code: "FILE_ENCODING", detail: { line } });
});

test("CSV rows are read by column name, with quotes, line ends in values and a byte order mark", async () => {
  const rows = await csvOf('\ufeffA,"B c",__proto__\n1,"x, ""y""\nz",evil\n\n3,4\n');
  expect(rows.map(({ values }) => values)).toEqual([{ a: "1", b_c: 'x, "y"\nz' }, undefined]);
  expect(rows[1]).toMatchObject({ fields: 2, columns: 3 });
});

test("CSV without a column, with the wrong encoding or open quotes is refused as a file", async () => {
  await expect(csvOf("a,x\n1,2\n")).rejects.toMatchObject({ code: "COLUMN_MISSING", detail: { expected: "b_c" } });
  await expect(csvOf("")).rejects.toMatchObject({ code: "COLUMN_MISSING" });
  await expect(csvOf(Buffer.from("a,b c\nSiân,1\n", "latin1"))).rejects.toMatchObject({ code: "FILE_ENCODING", detail: { line: 2 } });
  const error = await csvOf('a,b c\n1,"Osei\n').catch((caught) => caught);
  expect(error).toMatchObject({ code: "FILE_ENCODING" });
  expect(JSON.stringify(error)).not.toContain("Osei");
});
