import { pipeline, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { HubError } from "../../platform/errors";
import { type Encoding, readLines } from "./files";

export interface CsvRow {
  /** Line of the file on which the row ends, from 1. */
  readonly line: number;
  /** By column name; undefined when the row has another number of fields than the header. */
  readonly values: Readonly<Record<string, string>> | undefined;
  readonly fields: number;
  readonly columns: number;
  /** The row that ends the file, field by field, where `isTrailer` knows it. */
  readonly trailer?: readonly string[];
}

/** Header names as people vary them: case, blanks and hyphens are not a difference. */
export function columnName(text: string): string {
  return text
    .replace(/^\ufeff/, "")
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
}

/** Rows of a file with a header, streamed. A missing column stops the file; a bad row is handed on as one. */
export async function* readCsv(options: {
  path: string;
  name: string;
  encoding: Encoding;
  required: readonly string[];
  /** Columns that may be there, and then only once. */
  optional?: readonly string[];
  /** Between two fields; a comma. */
  separator?: string;
  isTrailer?: (fields: readonly string[]) => boolean;
  /** Told once, before the first row. */
  onHeader?: (columns: readonly string[]) => void;
  signal?: AbortSignal;
}): AsyncGenerator<CsvRow> {
  const { name, separator = "," } = options;
  const refused = (line: number) =>
    new HubError({ code: "FILE_ENCODING", class: "malformed-page", detail: { file: name, line, expected: "well-formed CSV" } });
  // The lines of the kit, so that a wrong encoding is noticed here as everywhere else, and on the right line.
  async function* decoded(): AsyncGenerator<string> {
    for await (const batch of readLines(options.path, name, options.encoding, options.signal))
      yield batch.map(({ text }) => `${text}\n`).join("");
  }
  const parser = parse({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
    max_record_size: 1 << 20,
    delimiter: separator,
  });
  // Errors of either side end the other; a reader that stops early is no error.
  pipeline(Readable.from(decoded()), parser, () => {});
  let header: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (!header) {
        header = record.map(columnName);
        checkHeader(header, options, separator);
        options.onHeader?.(header);
        continue;
      }
      const shape = { line: info.lines, fields: record.length, columns: header.length };
      if (options.isTrailer?.(record)) {
        yield { ...shape, values: undefined, trailer: record };
        continue;
      }
      const values: Record<string, string> = {};
      for (const [at, column] of header.entries()) if (column !== "" && column !== "__proto__") values[column] = record[at] ?? "";
      yield { ...shape, values: record.length === header.length ? values : undefined };
    }
  } catch (error) {
    // The parser's own errors quote the row: only where it stopped is told.
    // (By its class: not all of its codes begin alike.)
    if (!(error instanceof CsvError)) throw error;
    throw refused((error as { lines?: number }).lines ?? 1);
  } finally {
    parser.destroy();
  }
  if (!header) throw missing(name, options.required[0] ?? "a header");
}

const missing = (file: string, expected: string) => new HubError({ code: "COLUMN_MISSING", class: "schema", detail: { file, expected } });

/** "It is there!", says who looks at the file: so what else is wrong with it is said. */
function checkHeader(
  header: readonly string[],
  { name, required, optional = [] }: { name: string; required: readonly string[]; optional?: readonly string[] },
  separator: string,
): void {
  const times = (column: string) => header.filter((one) => one === column).length;
  const absent = required.find((column) => times(column) !== 1);
  const twice = optional.find((column) => times(column) > 1);
  if (absent === undefined && twice === undefined) return;
  const column = absent ?? twice!;
  const words: Readonly<Record<string, string>> = { ",": "commas", ";": "semicolons", "|": "bars", "\t": "tabs" };
  const other = header.length === 1 && [",", ";", "\t", "|"].some((one) => one !== separator && header[0]!.includes(one));
  const how = times(column) > 1 ? " (once)" : other ? ` (columns separated by ${words[separator] ?? separator})` : "";
  throw missing(name, `${column}${how}`);
}
