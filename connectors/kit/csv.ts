import { pipeline, Readable } from "node:stream";
import { parse } from "csv-parse";
import { HubError } from "../../platform/errors";
import { type Encoding, readLines } from "./files";

export interface CsvRow {
  /** Line of the file on which the row ends, from 1. */
  readonly line: number;
  /** By column name; undefined when the row has another number of fields than the header. */
  readonly values: Readonly<Record<string, string>> | undefined;
  readonly fields: number;
  readonly columns: number;
}

/** Header names as people vary them: case, blanks and hyphens are not a difference. */
function columnName(text: string): string {
  return text
    .replace(/^\ufeff/, "")
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
}

/** Rows of a comma-separated file with a header, streamed. A missing column stops the file; a bad row is handed on as one. */
export async function* readCsv(options: {
  path: string;
  name: string;
  encoding: Encoding;
  required: readonly string[];
  signal?: AbortSignal;
}): AsyncGenerator<CsvRow> {
  const { name } = options;
  const refused = (line: number) =>
    new HubError({ code: "FILE_ENCODING", class: "malformed-page", detail: { file: name, line, expected: "well-formed CSV" } });
  // The lines of the kit, so that a wrong encoding is noticed here as everywhere else, and on the right line.
  async function* decoded(): AsyncGenerator<string> {
    for await (const batch of readLines(options.path, name, options.encoding, options.signal))
      yield batch.map(({ text }) => `${text}\n`).join("");
  }
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: true, info: true, max_record_size: 1 << 20 });
  // Errors of either side end the other; a reader that stops early is no error.
  pipeline(Readable.from(decoded()), parser, () => {});
  let header: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (!header) {
        header = record.map(columnName);
        const missing = options.required.find((column) => header!.filter((one) => one === column).length !== 1);
        if (missing !== undefined) {
          // "It is there!", says who looks at the file: so what else is wrong with it is said.
          const how = header.includes(missing)
            ? " (once)"
            : header.length === 1 && /[;\t|]/.test(header[0]!)
              ? " (columns separated by commas)"
              : "";
          throw new HubError({ code: "COLUMN_MISSING", class: "schema", detail: { file: name, expected: `${missing}${how}` } });
        }
        continue;
      }
      const values: Record<string, string> = {};
      for (const [at, column] of header.entries()) if (column !== "" && column !== "__proto__") values[column] = record[at] ?? "";
      yield {
        line: info.lines,
        values: record.length === header.length ? values : undefined,
        fields: record.length,
        columns: header.length,
      };
    }
  } catch (error) {
    // The parser's own errors quote the row: only where it stopped is told.
    const { code, lines: at } = error as { code?: string; lines?: number };
    throw code?.startsWith("CSV_") ? refused(at ?? 1) : error;
  } finally {
    parser.destroy();
  }
  if (!header)
    throw new HubError({ code: "COLUMN_MISSING", class: "schema", detail: { file: name, expected: options.required[0] ?? "a header" } });
}
