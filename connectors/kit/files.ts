import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { HubError } from "../../platform/errors";

export interface FolderFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: string;
}
/** ISO-8859-1 and Windows-1252 are read alike: the one is what people say, the other what they write. */
export type Encoding = "iso-8859-1" | "windows-1252" | "utf-8";

/** Files of a folder, by name; hidden files (drafts of whoever writes there) are not looked at. */
export async function listFolder(folder: string, shown: string): Promise<FolderFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    throw new HubError({ code: "FOLDER_MISSING", class: "settings", detail: { folder: shown } });
  }
  const files: FolderFile[] = [];
  for (const name of names.sort()) {
    if (name.startsWith(".")) continue;
    const full = path.join(folder, name);
    const found = await stat(full).catch(() => undefined);
    if (found?.isFile()) files.push({ name, path: full, bytes: found.size, modifiedAt: found.mtime.toISOString() });
  }
  return files;
}

export interface ReadFile {
  readonly sha256: string;
  readonly bytes: number;
  readonly lines: number;
  readonly firstLine: string;
  readonly lastLine: string;
}

/** Hash, first and last line in one streamed pass: whether a file is whole and unchanged is known before its first row is used. */
export async function inspectFile(file: string, signal?: AbortSignal): Promise<ReadFile> {
  const hash = createHash("sha256");
  let bytes = 0;
  let lines = 0;
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18, signal })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    for (let at = (chunk as Buffer).indexOf(0x0a); at !== -1; at = (chunk as Buffer).indexOf(0x0a, at + 1)) lines += 1;
    if (head.length < 4096) head = Buffer.concat([head, chunk as Buffer]).subarray(0, 4096);
    tail = Buffer.concat([tail, chunk as Buffer]).subarray(-8192);
  }
  const whole = (buffer: Buffer) =>
    buffer
      .toString("latin1")
      .split("\n")
      .map((line) => line.replace(/\r$/, ""));
  const last = whole(tail).findLast((line) => line !== "") ?? "";
  return { sha256: hash.digest("hex"), bytes, lines, firstLine: whole(head)[0] ?? "", lastLine: last };
}

/** The first line only: enough to place a file among others without reading them all. */
export async function firstLineOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.subarray(0, bytesRead).toString("latin1").split(/\r?\n/, 1)[0]!;
  } finally {
    await handle.close();
  }
}

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** 0x80 to 0x9f of Windows-1252. Written out: the TextDecoder of Node 20 reads these bytes as control characters. */
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** Longer than any row of a layout; a file without line ends must not fill the memory. */
const longestLine = 1 << 20;

/**
 * Lines of a file in batches, with constant memory. ISO-8859-1 is read as its superset Windows-1252, because typographic
 * apostrophes do occur; a line that is UTF-8, bytes that exist in neither, NUL and byte order marks are the wrong encoding.
 */
export async function* readLines(file: string, name: string, encoding: Encoding, signal?: AbortSignal): AsyncGenerator<Line[]> {
  const wrong = (line: number) =>
    new HubError({ code: "FILE_ENCODING", class: "malformed-page", detail: { file: name, line, expected: encoding.toUpperCase() } });
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);

  function decode(bytes: Buffer): Line {
    number += 1;
    const body = bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes;
    const text = body.toString("latin1");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is exactly what is looked for
    if (/[\u0000]/.test(text)) throw wrong(number);
    if (!/[\u0080-\u00ff]/.test(text)) return { number, text };
    let asUtf8: string | undefined;
    try {
      asUtf8 = strict.decode(body);
    } catch {
      asUtf8 = undefined;
    }
    if (encoding === "utf-8") {
      if (asUtf8 === undefined) throw wrong(number);
      return { number, text: number === 1 ? asUtf8.replace(/^\ufeff/, "") : asUtf8 };
    }
    if (asUtf8 !== undefined || /[\u0081\u008d\u008f\u0090\u009d]/.test(text)) throw wrong(number);
    return { number, text: text.replace(/[\u0080-\u009f]/g, (c) => windows1252[c.charCodeAt(0) - 0x80]!) };
  }

  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18, signal })) {
    const data: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer);
    const batch: Line[] = [];
    let from = 0;
    for (let to = data.indexOf(0x0a, from); to !== -1; to = data.indexOf(0x0a, from)) {
      batch.push(decode(data.subarray(from, to)));
      from = to + 1;
    }
    rest = data.subarray(from);
    if (rest.length > longestLine) throw wrong(number + 1);
    if (batch.length > 0) yield batch;
  }
  if (rest.length > 0) yield [decode(rest)];
}

/**
 * The one encoding in which the whole file can be read: UTF-8 if every line is, else Windows-1252 if no line contradicts it. A
 * file that is neither, or a mixture, is the wrong encoding at the line that says so.
 */
export async function encodingOf(file: string, name: string, signal?: AbortSignal): Promise<Encoding> {
  for (const encoding of ["utf-8", "windows-1252"] as const) {
    try {
      for await (const _ of readLines(file, name, encoding, signal));
      return encoding;
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== "FILE_ENCODING" || encoding === "windows-1252") throw error;
    }
  }
  return "utf-8";
}
