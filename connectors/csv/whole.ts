/** Whether a file is all there: before a byte of it is used, and again at its end. */
import { HubError } from "../../platform/errors";
import type { SourceSystem } from "../connector";
import type { Drop, DroppedFile } from "../kit/drop";
import type { ReadFile } from "../kit/files";
import type { CsvSettings } from "./settings";

/** Names under which programs write what is not finished. */
const unfinished = /\.(part|partial|tmp|temp|filepart|crdownload|swp|uploading)$/i;
const checksumSuffix = ".sha256";
/** Nothing to worry about before this. */
const waitedLongMs = 60 * 60_000;

export interface Candidate extends DroppedFile {
  readonly number: number | undefined;
  /** What it still waits for, in words; undefined when it may be read. */
  readonly waitsFor: string | undefined;
  readonly sha256: string | undefined;
  /** Number of rows, where a list of the files tells it. */
  readonly rows: number | undefined;
}

interface Listed {
  readonly sha256: string;
  readonly rows: number | undefined;
}

/** Numbers in names count as numbers: the tenth file comes after the ninth. */
const byName = new Intl.Collator("en", { numeric: true });
export const inOrder = (a: { name: string; number?: number | undefined }, b: { name: string; number?: number | undefined }): number =>
  a.number !== undefined && b.number !== undefined && a.number !== b.number ? a.number - b.number : byName.compare(a.name, b.name);

/** Files of the agreed names, in order, each with what it waits for. */
export async function candidates(source: SourceSystem<CsvSettings>, drop: Drop, isOver: boolean): Promise<Candidate[]> {
  const { settings } = source;
  const listing = await drop.list();
  const byNames = new Map(listing.map((file) => [file.name, file]));
  const manifest = await manifestOf(settings, drop, byNames);
  const settledMs = (settings.settledSeconds ?? (isOver ? 60 : 0)) * 1000;
  const now = Date.parse(source.now());
  const wanted = pattern(settings.files);
  const found: Candidate[] = [];
  for (const file of listing) {
    const parts = wanted.exec(file.name);
    if (!parts || unfinished.test(file.name) || file.name.endsWith(checksumSuffix) || file.name === settings.manifest) continue;
    if (settings.doneMarker !== undefined && file.name.endsWith(settings.doneMarker)) continue;
    const sidecar = byNames.get(`${file.name}${checksumSuffix}`);
    const listed = manifest?.get(file.name);
    const waitsFor =
      settings.doneMarker !== undefined && !byNames.has(`${file.name}${settings.doneMarker}`)
        ? `${file.name}${settings.doneMarker}`
        : manifest && !listed
          ? `its line in ${settings.manifest}`
          : settings.checksum === "required" && !sidecar && !listed
            ? `${file.name}${checksumSuffix}`
            : settledMs > 0 && now - Date.parse(file.modifiedAt) < settledMs
              ? `${settledMs / 1000} s without a change`
              : undefined;
    const sha256 =
      listed?.sha256 ??
      (sidecar && settings.checksum !== "never" && waitsFor === undefined ? checksumIn(await drop.text(sidecar), sidecar.name) : undefined);
    found.push({ ...file, number: parts[1] === undefined ? undefined : Number(parts[1]), waitsFor, sha256, rows: listed?.rows });
  }
  for (const file of found)
    if (file.waitsFor !== undefined && now - Date.parse(file.modifiedAt) > waitedLongMs)
      source.report(new HubError({ code: "FILE_WAITS", class: "transient", detail: { file: file.name, expected: file.waitsFor } }));
  return found.sort(inOrder);
}

function pattern(files: string): RegExp {
  const escaped = files
    .replace(/\{number\}/, "\u0000")
    .replace(/[.]/g, "\\.")
    .replace(/\*+/g, ".*")
    .replace("\u0000", "(\\d{1,15})");
  return new RegExp(`^${escaped}$`, "i");
}

/** `<hex>` alone, or `<hex>  <name>` as sha256sum writes it. */
function checksumIn(text: string, file: string): string {
  const hex = /^\s*([0-9a-f]{64})(\s|$)/i.exec(text)?.[1];
  if (hex === undefined)
    throw new HubError({
      code: "FILE_CHECKSUM",
      class: "malformed-page",
      detail: { file, expected: "a SHA-256 in hex", got: "something else" },
    });
  return hex.toLowerCase();
}

async function manifestOf(
  { manifest: name }: CsvSettings,
  drop: Drop,
  files: ReadonlyMap<string, DroppedFile>,
): Promise<ReadonlyMap<string, Listed> | undefined> {
  if (name === undefined) return undefined;
  const file = files.get(name);
  const listed = new Map<string, Listed>();
  if (!file) return listed;
  for (const line of (await drop.text(file)).split(/\r?\n/)) {
    const [, sha256, named, rows] = /^([0-9a-f]{64})[\s,*]+([^\s,]+)(?:[\s,]+(\d{1,12}))?\s*$/i.exec(line) ?? [];
    if (sha256 !== undefined) listed.set(named!, { sha256: sha256.toLowerCase(), rows: rows === undefined ? undefined : Number(rows) });
  }
  return listed;
}

/** Before its first row: the bytes that were announced, with the sum and the end that were agreed. */
export function checkBytes(file: Candidate, seen: ReadFile, settings: CsvSettings, separator: string): void {
  if (seen.bytes !== file.bytes || seen.bytes === 0)
    throw new HubError({ code: "FILE_INCOMPLETE", class: "transient", detail: { file: file.name } });
  if (file.sha256 !== undefined && file.sha256 !== seen.sha256)
    throw new HubError({
      code: "FILE_CHECKSUM",
      class: "malformed-page",
      detail: { file: file.name, expected: `${file.sha256.slice(0, 12)}...`, got: `${seen.sha256.slice(0, 12)}...` },
    });
  const trailer = trailerOf(settings, separator);
  if (trailer && !trailer.isTrailer(seen.lastLine.split(separator).map((field) => field.replace(/^"|"$/g, ""))))
    throw new HubError({ code: "FILE_INCOMPLETE", class: "transient", detail: { file: file.name } });
}

/** At its end: as many rows as it was said to have. */
export function checkRows(file: Candidate, rows: number, trailer: number | undefined): void {
  for (const expected of [trailer, file.rows])
    if (expected !== undefined && expected !== rows)
      throw new HubError({ code: "FILE_ROW_COUNT", class: "malformed-page", detail: { file: file.name, expected, got: rows } });
}

export interface Trailer {
  isTrailer(fields: readonly string[]): boolean;
  /** Undefined where it tells none. */
  countIn(fields: readonly string[]): number | undefined;
}

export function trailerOf({ trailer }: CsvSettings, separator: string): Trailer | undefined {
  if (trailer === undefined) return undefined;
  const parts = trailer.split(separator);
  const fits = (part: string, field: string) =>
    part === "*" || (part === "{count}" ? /^\s*\d{1,12}\s*$/.test(field) : part.trim() === field.trim());
  return {
    // More fields may follow: some systems fill a trailer up to the width of the header.
    isTrailer: (fields) =>
      fields.length >= parts.length &&
      parts.every((part, at) => fits(part, fields[at]!)) &&
      fields.slice(parts.length).every((field) => field.trim() === ""),
    countIn(fields) {
      const at = parts.indexOf("{count}");
      return at === -1 ? undefined : Number(fields[at]);
    },
  };
}
