/**
 * Files that somebody drops: chosen, checked, read in pages. Of full lists the newest counts; files of changes are read in order,
 * and one that is missing holds those behind it. Nothing at the source is touched unless the settings say so.
 */
import { HubError } from "../../platform/errors";
import type { Page, RawRefusal, ReadMode, SourceSystem } from "../connector";
import { readCsv } from "../kit/csv";
import { type Drop, folderDrop, incomplete } from "../kit/drop";
import { type Encoding, encodingOf, inspectFile } from "../kit/files";
import { clearCopies, sftpDrop } from "../kit/sftp";
import { type Layout, layoutOf } from "./layout";
import { type CsvCheckpoint, type CsvSettings, mostRemembered } from "./settings";
import { type Candidate, candidates, checkBytes, checkRows, inOrder, trailerOf } from "./whole";

type Source = SourceSystem<CsvSettings>;
const rowsPerPage = 1000;
/** Names of new columns in one notice. */
const mostNamed = 10;

export async function* filePages(
  source: Source,
  since: CsvCheckpoint | undefined,
  mode: ReadMode = "increment",
): AsyncGenerator<Page<CsvCheckpoint>> {
  const drop = await open(source);
  try {
    const layout = layoutOf(source.settings);
    const found = await clearRead(source, drop, await candidates(source, drop, source.settings.sftp !== undefined), since);
    let last = since;
    for (const file of await toRead(source, drop, layout, found, { since, mode })) {
      source.signal.throwIfAborted();
      for await (const page of pagesOf(source, drop, layout, file, last)) {
        last = page.checkpoint;
        yield page;
      }
    }
  } finally {
    await drop.close();
  }
}

async function open(source: Source): Promise<Drop> {
  const { folder, sftp } = source.settings;
  if (!sftp) return folderDrop(source.resolvePath(folder!), folder!);
  const secrets: Record<string, string> = {};
  for (const name of ["password", "privateKey", "passphrase"] as const) {
    const reference = sftp[name];
    if (reference !== undefined) secrets[name] = await source.secret(reference);
  }
  const socket = source.http.socket?.bind(source.http);
  if (!socket)
    throw new HubError({
      code: "FOREIGN_HOST",
      class: "settings",
      detail: { host: sftp.host, why: "no connections but by HTTP are open here" },
    });
  const options = { settings: sftp, secrets, owner: source.connectionId, signal: source.signal, socket };
  await clearCopies(options);
  return sftpDrop(options);
}

/** Files that are stored already go, if the settings say so: only now, when the checkpoint that names them has lasted. */
async function clearRead(
  { settings }: Source,
  drop: Drop,
  found: readonly Candidate[],
  since: CsvCheckpoint | undefined,
): Promise<readonly Candidate[]> {
  if (settings.afterReading !== "delete") return found;
  const isStored = (file: Candidate) =>
    (since?.file !== file.name || since.rows === undefined) &&
    since?.read?.some((one) => one.file === file.name && one.bytes === file.bytes && one.modifiedAt === file.modifiedAt) === true;
  for (const file of found.filter(isStored)) await drop.remove(file);
  return found.filter((file) => !isStored(file));
}

const about = (code: string, file: string, detail: Record<string, string | number> = {}): HubError =>
  new HubError({ code, class: "malformed-page", detail: { file, ...detail } });

/** What is still to be read, in order. */
async function toRead(
  source: Source,
  drop: Drop,
  layout: Layout,
  found: readonly Candidate[],
  { since, mode }: { readonly since: CsvCheckpoint | undefined; readonly mode: ReadMode },
): Promise<readonly Candidate[]> {
  const { settings } = source;
  const started = since && since.file !== "" ? { name: since.file, number: since.number } : undefined;
  const isOpen = since?.rows !== undefined;
  if (layout.list === "snapshot") {
    const newest = found.findLast((file) => file.waitsFor === undefined);
    if (!newest) return [];
    if (started && inOrder(newest, started) < 0) {
      source.report(about("FILE_OLD", newest.name, { got: started.name }));
      return [];
    }
    // Lists that have been passed over are in the newest; a number that was never there may be a list that got lost.
    const gap =
      started &&
      gapBefore(
        found.filter((file) => inOrder(file, newest) <= 0),
        started,
      );
    if (gap) source.report(about("FILE_NUMBER_MISSING", newest.name, gap));
    // A full reading takes the newest list again; what files of changes have said is known and cannot be read as a whole.
    return isOpen || mode === "full" || !(await isRead(drop, newest, since, settings)) ? [newest] : [];
  }
  await nameChanged(source, drop, found, since);
  const rest = found.filter(
    (file) =>
      (!started || inOrder(file, started) > 0 || (isOpen && file.name === started.name)) && (file.number ?? 0) >= (settings.from ?? 0),
  );
  if (isOpen && !rest.some((file) => file.name === started!.name) && (started!.number ?? 0) >= (settings.from ?? 0))
    throw about("FILE_NUMBER_MISSING", started!.name, { expected: started!.name, got: "nothing" });
  const todo: Candidate[] = [];
  let before = isOpen ? undefined : started;
  for (const file of rest) {
    if (file.waitsFor !== undefined) break;
    const gap = before && gapBefore([file], before);
    if (gap && (settings.from === undefined || file.number !== settings.from)) {
      // Changes out of order would say the wrong thing last: those behind the gap wait for it.
      if (todo.length === 0) throw about("FILE_NUMBER_MISSING", file.name, gap);
      source.report(about("FILE_NUMBER_MISSING", file.name, gap));
      break;
    }
    todo.push(file);
    before = file;
  }
  return todo;
}

function gapBefore(
  files: readonly Candidate[],
  last: { readonly number?: number | undefined },
): { expected: string; got: string } | undefined {
  let number = last.number;
  if (number === undefined) return undefined;
  for (const file of files) {
    if (file.number === undefined || file.number <= number) continue;
    if (file.number > number + 1) return { expected: `number ${number + 1}`, got: `number ${file.number}` };
    number = file.number;
  }
  return undefined;
}

/** The last one read, byte for byte. Over a network the same size and time are taken for the same bytes. */
async function isRead(drop: Drop, file: Candidate, since: CsvCheckpoint | undefined, settings: CsvSettings): Promise<boolean> {
  if (since?.file !== file.name) return false;
  const known = since.read?.find((one) => one.file === file.name);
  if (settings.sftp && known && known.bytes === file.bytes && known.modifiedAt === file.modifiedAt) return true;
  return (await inspectFile(await drop.fetch(file))).sha256 === since.sha256;
}

/** Changes under the name of a file that is stored already cannot be told from a file that was written over by mistake. */
async function nameChanged(source: Source, drop: Drop, found: readonly Candidate[], since: CsvCheckpoint | undefined): Promise<void> {
  for (const file of found) {
    const known = since?.read?.find((one) => one.file === file.name);
    if (!known || file.waitsFor !== undefined || (known.bytes === file.bytes && known.modifiedAt === file.modifiedAt)) continue;
    if ((await inspectFile(await drop.fetch(file), source.signal)).sha256 !== known.sha256)
      source.report(about("FILE_REWRITTEN", file.name));
  }
}

async function* pagesOf(
  source: Source,
  drop: Drop,
  layout: Layout,
  file: Candidate,
  last: CsvCheckpoint | undefined,
): AsyncGenerator<Page<CsvCheckpoint>> {
  const { settings, signal } = source;
  const { name } = file;
  const path = await drop.fetch(file);
  const seen = await inspectFile(path, signal);
  checkBytes(file, seen, settings, layout.separator);
  const goesOn = last?.file === name && last.rows !== undefined;
  if (goesOn && last.sha256 !== seen.sha256 && layout.list === "delta") throw about("FILE_REWRITTEN", name);
  // A full list is read from its start again, or the part stored before the interruption would look missing.
  const skip = goesOn && layout.list === "delta" ? last.rows! : 0;
  let refused = skip > 0 ? (last?.refused ?? 0) : 0;
  const encoding: Encoding = settings.encoding === "detect" ? await encodingOf(path, name, signal) : settings.encoding;
  const trailer = trailerOf(settings, layout.separator);
  const reduce = layout.reducer();
  const here = { file: name, sha256: seen.sha256, ...(file.number === undefined ? {} : { number: file.number }) };
  const remembered = (last?.read ?? []).filter((one) => one.file !== name);
  const shared = { dataSet: layout.dataSet, file: name };
  let header: readonly string[] = [];
  let rows = 0;
  let told: { readonly line: number; readonly fields: readonly string[] } | undefined;
  let records: unknown[] = [];
  let refusedRaw: RawRefusal[] = [];
  const refuse = (refusal: RawRefusal) => {
    refused += 1;
    refusedRaw.push(refusal);
  };

  const options = { path, name, encoding, required: layout.required, optional: layout.optional, separator: layout.separator, signal };
  const onHeader = (columns: readonly string[]) => {
    header = columns.slice(0, 300);
    if (skip === 0) nameNewColumns(source, layout, name, columns, last?.columns);
  };
  for await (const row of readCsv({ ...options, isTrailer: trailer?.isTrailer, onHeader })) {
    if (row.trailer) {
      if (told) refuse(early(name, told.line));
      told = { line: row.line, fields: row.trailer };
      continue;
    }
    rows += 1;
    if (rows <= skip) continue;
    if (told) {
      refuse(early(name, told.line));
      told = undefined;
    }
    const at = `${name}:${row.line}`;
    if (row.values) records.push(reduce(row.values, at));
    else refuse({ code: "ROW_FIELD_COUNT", sourceId: at, got: String(row.fields), expected: String(row.columns) });
    if (records.length + refusedRaw.length < rowsPerPage) continue;
    yield {
      ...shared,
      records,
      refusedRaw,
      checkpoint: { ...here, rows, refused, columns: last?.columns, read: last?.read },
      progress: { done: rows, total: Math.max(rows, seen.lines - 1) },
    };
    records = [];
    refusedRaw = [];
  }
  // Written to while it was read, or shorter than it says: nothing of the end of it is to be trusted.
  if (!(await drop.unchanged(file))) throw incomplete(name);
  checkRows(file, rows, told && trailer?.countIn(told.fields));
  if (rows === 0 && layout.list === "snapshot") source.report(about("FILE_WITHOUT_ROWS", name));
  yield {
    ...shared,
    records,
    refusedRaw,
    checkpoint: {
      ...here,
      columns: [...header],
      read: [...remembered, { file: name, sha256: seen.sha256, bytes: file.bytes, modifiedAt: file.modifiedAt }].slice(-mostRemembered),
    },
    progress: { done: rows, total: rows },
    // A list with rows that nobody could read says nothing about who is missing. One without any row says that everybody is: whether
    // to believe it is for the limits, and a person, to decide.
    completes: layout.list === "snapshot" && refused === 0 ? [{ scope: "connection", key: source.connectionId, kinds: layout.kinds }] : [],
  };
}

/** A trailer that is not the end: two files in one, or one that was written over. */
const early = (file: string, line: number): RawRefusal => ({
  code: "ROW_TYPE_UNKNOWN",
  sourceId: `${file}:${line}`,
  got: "a trailer",
  expected: "the trailer at the end only",
});

/** A column that was not there the last time, and that nobody has said is not to be read, may be what somebody waits for. */
function nameNewColumns(
  source: Source,
  layout: Layout,
  file: string,
  columns: readonly string[],
  before: readonly string[] | undefined,
): void {
  const known = new Set([...layout.required, ...layout.optional, ...layout.notRead, ...(before ?? [])]);
  if (before === undefined && layout.notRead.length === 0) return;
  const added = [...new Set(columns)].filter((column) => column !== "" && !known.has(column));
  const gone = (before ?? []).filter((column) => !columns.includes(column));
  if (added.length + gone.length === 0) return;
  // A header is no person's, but a file without one has somebody's name in its place.
  const shown = (names: readonly string[]) =>
    names
      .filter((one) => /^[a-z][a-z0-9_]{0,39}$/.test(one))
      .slice(0, mostNamed)
      .join(", ");
  source.report(
    new HubError({
      code: "COLUMNS_CHANGED",
      class: "schema",
      detail: { file, added: shown(added) || String(added.length), gone: shown(gone) || String(gone.length) },
    }),
  );
}
