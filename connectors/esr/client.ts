import { HubError } from "../../platform/errors";
import { goFilePattern } from "../../schema/codes/formats";
import type { Page, RawRefusal, SourceSystem } from "../connector";
import { goInstant } from "../kit/dates";
import { type FolderFile, firstLineOf, inspectFile, listFolder, type ReadFile, readLines } from "../kit/files";
import { type AddType, deleteFields, deletes, layouts, notRead } from "./layouts";
import type { EsrCheckpoint, EsrSettings } from "./settings";

const separator = "~";
const rowsPerPage = 2000;
const never = "00000000 000000";

interface GoFile extends FolderFile {
  readonly vpd: string;
  readonly isFull: boolean;
  /** Date and sequence as one number: the order of the files. */
  readonly order: number;
  readonly sequence: number;
}
interface OpenFile extends GoFile, ReadFile {
  readonly previousRunAt: string | undefined;
  readonly thisRunAt: string;
}
type Source = SourceSystem<EsrSettings>;

/** Files in the order of date and sequence, from the last one read; nothing of a file is used before it is known to be whole. */
export async function* goPages(source: Source, since: EsrCheckpoint | undefined): AsyncGenerator<Page<EsrCheckpoint>> {
  const { settings, signal } = source;
  const files = await filesOf(source);
  let last = since;
  const todo = await filesToRead(source, files, since);
  let stored = 0;
  for (let at = 0; at < todo.length; at += 1) {
    signal.throwIfAborted();
    const opened = await open(source, todo[at]!);
    if (opened === undefined) {
      // Reported: it is waited for, and what follows waits as well, unless a full file of a later day holds it all.
      const next = todo.findIndex((file, index) => index > at && file.isFull && dayOf(file.order) > dayOf(todo[at]!.order));
      if (next === -1) return;
      at = next - 1;
      continue;
    }
    const resumes = last?.file === opened.name && last.row !== null;
    if (resumes && last!.sha256 !== opened.sha256) throw fileError("FILE_CHANGED", opened, {});
    if (!resumes && last && isCovered(opened, last)) {
      if (opened.isFull) source.report(fileError("FILE_ORDER", opened, {}));
      continue;
    }
    if (!resumes && !opened.isFull && !follows(opened, last)) {
      // A full file later on makes good whatever is missing before it.
      const next = todo.findIndex((file, index) => index > at && file.isFull);
      if (next === -1)
        throw fileError("FILE_GAP", opened, { expected: opened.previousRunAt ?? "nothing", got: last?.thisRunAt ?? "nothing" });
      at = next - 1;
      continue;
    }
    const rest = todo.slice(at + 1).reduce((sum, file) => sum + file.bytes, 0);
    // Bytes say how far it is before the later files have been opened; a row of the first file stands for the others.
    const total = stored + opened.lines + Math.round((rest / Math.max(1, opened.bytes)) * opened.lines);
    // A full file is a snapshot: read from its start again, or the part stored before the interruption would look missing.
    const from = resumes && !opened.isFull ? last!.row! : 0;
    for await (const page of pagesOf(source, opened, from, settings)) {
      last = page.checkpoint;
      const done = stored + (last.row ?? opened.lines);
      yield { ...page, progress: { done, total: Math.max(done, total) } };
    }
    stored += opened.lines;
  }
}

async function filesOf(source: Source): Promise<GoFile[]> {
  const [organisation] = source.organisations;
  if (source.organisations.length !== 1 || !organisation?.vpd) {
    throw new HubError({
      code: "SETTINGS_INVALID",
      class: "settings",
      detail: { pointer: "/organisations", expected: "one organisation with its vpd", got: `${source.organisations.length}` },
    });
  }
  const files: GoFile[] = [];
  for (const file of await listFolder(source.resolvePath(source.settings.folder), source.settings.folder)) {
    const parts = goFilePattern.exec(file.name);
    if (!parts) {
      source.report(new HubError({ code: "FILE_NAME_UNKNOWN", class: "bad-record", detail: { file: file.name.slice(0, 100) } }));
      continue;
    }
    const [, vpd, kind, date, sequence] = parts as unknown as [string, string, string, string, string];
    if (kind === "GDR") continue; // our own request for a full file
    if (vpd !== organisation.vpd) {
      source.report(
        new HubError({ code: "FILE_FOREIGN", class: "settings", detail: { file: file.name, got: vpd, expected: organisation.vpd } }),
      );
      continue;
    }
    files.push({ ...file, vpd, isFull: kind === "GOF", order: Number(date) * 1e8 + Number(sequence), sequence: Number(sequence) });
  }
  return files.sort((a, b) => a.order - b.order || (a.isFull ? -1 : 1));
}

const dayOf = (order: number): number => Math.floor(order / 1e8);

function orderOf(name: string): number {
  const parts = goFilePattern.exec(name);
  return parts ? Number(parts[3]) * 1e8 + Number(parts[4]) : 0;
}

/** Full files that their numbers put behind the last one read and their run puts after it. */
async function lateFullFiles(files: readonly GoFile[], since: EsrCheckpoint, order: number): Promise<ReadonlySet<GoFile>> {
  const late = new Set<GoFile>();
  for (const file of files) {
    if (!file.isFull || file.order > order || dayOf(file.order) !== dayOf(order) || file.name === since.file) continue;
    const thisRunAt = goInstant((await firstLineOf(file.path)).split(separator)[5] ?? "");
    if (thisRunAt !== undefined && thisRunAt > since.thisRunAt) late.add(file);
  }
  return late;
}

/** What is still to be read; a file is never read twice, and what comes too late or has changed is named. */
async function filesToRead(source: Source, files: readonly GoFile[], since: EsrCheckpoint | undefined): Promise<readonly GoFile[]> {
  if (!since) {
    const first = files.findIndex((file) => file.isFull);
    return first === -1 ? files : files.slice(first);
  }
  const order = orderOf(since.file);
  const current = files.find((file) => file.name === since.file);
  if (since.row === null && current && (await inspectFile(current.path, source.signal)).sha256 !== since.sha256)
    source.report(fileError("FILE_CHANGED", current, {}));
  for (const file of files) {
    if (file.order < order && !file.isFull && since.sequence !== null && file.sequence > since.sequence)
      source.report(fileError("FILE_ORDER", file, {}));
  }
  if (since.row !== null && !current && !files.some((file) => file.order > order && file.isFull)) {
    throw new HubError({ code: "FILE_GAP", class: "malformed-page", detail: { file: since.file, expected: since.file, got: "nothing" } });
  }
  const late = await lateFullFiles(files, since, order);
  return files.filter(
    (file) =>
      file.order > order ||
      late.has(file) ||
      (file.name === since.file && since.row !== null) ||
      (file.order === order && file.name !== since.file && file.isFull === false && current?.isFull),
  );
}

function fileError(code: string, file: { readonly name: string }, detail: Record<string, string | number | undefined>): HubError {
  return new HubError({ code, class: "malformed-page", detail: { file: file.name, ...detail } });
}

/** Header and trailer; undefined (and reported) while the file is still being written. */
async function open(source: Source, file: GoFile): Promise<OpenFile | undefined> {
  const seen = await inspectFile(file.path, source.signal);
  if (!/^TRL(~|$)/.test(seen.lastLine)) {
    source.report(new HubError({ code: "FILE_INCOMPLETE", class: "transient", detail: { file: file.name } }));
    return undefined;
  }
  const header = seen.firstLine.split(separator);
  const expect = (pointer: string, expected: string, holds: boolean) => {
    if (!holds) throw fileError("FILE_HEADER_INVALID", file, { pointer, expected, got: "something else" });
  };
  expect("/HDR", "HDR with at least 6 fields", header[0] === "HDR" && header.length >= 6);
  expect("/HDR/1", "the file's own name", header[1] === file.name);
  expect("/HDR/3", "the VPD of the file's name", header[3] === file.vpd);
  const previousRunAt = header[4] === never ? undefined : goInstant(header[4]!);
  expect("/HDR/4", "YYYYMMDD HHMMSS", header[4] === never || previousRunAt !== undefined);
  const thisRunAt = goInstant(header[5]!);
  expect("/HDR/5", "YYYYMMDD HHMMSS", thisRunAt !== undefined);
  return { ...file, ...seen, previousRunAt, thisRunAt: thisRunAt! };
}

const isFullName = (name: string): boolean => goFilePattern.exec(name)?.[2] === "GOF";

/**
 * Full and change files have numbers of their own, so that two files of one day may stand the wrong way round: what a full
 * file was run after is in it already, and a full file older than what was read would make newer rows look deleted.
 */
function isCovered(file: OpenFile, last: EsrCheckpoint): boolean {
  return file.isFull ? file.thisRunAt < last.thisRunAt : isFullName(last.file) && file.thisRunAt <= last.thisRunAt;
}

/**
 * A change file follows what was read last: its previous run is the last file's run, its number the next one. After a full
 * file it may reach back: a seed is run when it is asked for, not when a change file ends, and rows told twice do no harm.
 */
function follows(file: OpenFile, last: EsrCheckpoint | undefined): boolean {
  if (!last) return file.previousRunAt === undefined;
  const reachesBack = isFullName(last.file) && file.previousRunAt !== undefined && file.previousRunAt <= last.thisRunAt;
  if (reachesBack) return last.sequence === null || file.sequence === last.sequence + 1;
  return file.previousRunAt === last.thisRunAt && (last.sequence === null || file.sequence === last.sequence + 1);
}

async function* pagesOf(source: Source, file: OpenFile, skip: number, settings: EsrSettings): AsyncGenerator<Page<EsrCheckpoint>> {
  const organisation = source.organisations[0]!.odsCode;
  const position = (row: number | null): EsrCheckpoint => ({
    file: file.name,
    sha256: file.sha256,
    thisRunAt: file.thisRunAt,
    sequence: file.isFull && !settings.fullFilesShareSequence ? null : file.sequence,
    row,
  });
  let records: unknown[] = [];
  let refusedRaw: RawRefusal[] = [];
  let refusedInFile = 0;
  let line = 0;
  let ended: number | undefined;
  for await (const batch of readLines(file.path, file.name, settings.encoding, source.signal)) {
    for (const { number, text } of batch) {
      line = number;
      if (number <= skip || number === 1 || text === "") continue;
      if (ended !== undefined) {
        // A trailer that is not the end: two files in one, or one that was written over.
        refusedRaw.push({
          code: "ROW_TYPE_UNKNOWN",
          sourceId: `${file.name}:${ended}`,
          got: "TRL",
          expected: "the trailer at the end only",
        });
        refusedInFile += 1;
        ended = undefined;
      }
      if (/^TRL(~|$)/.test(text)) {
        ended = number;
        continue;
      }
      const read = readRow(text, file, number);
      if ("refused" in read) {
        refusedRaw.push(read.refused);
        refusedInFile += 1;
      } else records.push(read.row);
      if (records.length + refusedRaw.length >= rowsPerPage) {
        yield { dataSet: "staff records", file: file.name, records, refusedRaw, checkpoint: position(line), asOf: file.thisRunAt };
        records = [];
        refusedRaw = [];
      }
    }
  }
  yield {
    dataSet: "staff records",
    file: file.name,
    records,
    refusedRaw,
    checkpoint: position(null),
    asOf: file.thisRunAt,
    // A snapshot with rows that nobody could read is not self-consistent: what those rows held must not look deleted.
    completes: file.isFull && refusedInFile === 0 ? [{ scope: "file", key: file.name, organisation }] : [],
  };
}

/** One row, reduced to the columns that are read: the others never leave this function. */
function readRow(text: string, file: OpenFile, line: number): { readonly row: Record<string, unknown> } | { readonly refused: RawRefusal } {
  const type = text.slice(0, text.indexOf(separator) === -1 ? undefined : text.indexOf(separator));
  const version = { fileAt: file.thisRunAt, fileOrder: file.order, ...(file.isFull ? {} : { isChange: true }) };
  if (notRead.has(type)) return { row: { row: "not-read" } };
  const sourceId = `${file.name}:${line}`;
  const isAdd = Object.hasOwn(layouts, type);
  if (!isAdd && !Object.hasOwn(deletes, type)) {
    return {
      refused: {
        code: "ROW_TYPE_UNKNOWN",
        sourceId,
        got: /^[A-Z]{3}$/.test(type) ? type : "something else",
        expected: "a row type of the layout",
      },
    };
  }
  const fields = text.split(separator);
  const expected = isAdd ? layouts[type as AddType].fields : deleteFields;
  if (fields.length !== expected)
    return { refused: { code: "ROW_FIELD_COUNT", sourceId, pointer: `/${type}`, got: String(fields.length), expected: String(expected) } };
  if (!isAdd) return { row: { row: type, ...version, id: fields[1]!.trim() } };
  const row: Record<string, unknown> = { row: type, ...version };
  for (const [name, at] of Object.entries(layouts[type as AddType].reads)) {
    const value = fields[at]!.trim();
    if (value !== "") row[name] = value;
  }
  return { row };
}
