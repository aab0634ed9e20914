/** The custom report: rows of text under headers that a person has chosen. */
import { HubError } from "../../platform/errors";
import type { MoodleSettings } from "./settings";
import { read, report } from "./vendor";

export interface ReportRow {
  /** Empty for an enrolment method that nobody uses. */
  readonly username: string;
  readonly courseShortName: string;
  readonly courseIdNumber: string;
  readonly completed: string;
  readonly timeCompleted: string;
}
export interface ReportPage {
  readonly rows: readonly ReportRow[];
  /** Rows of the whole report, where Moodle says so. */
  readonly total: number | undefined;
}

const operation = "core_reportbuilder_retrieve_report";

export function readReportPage(answer: unknown, columns: MoodleSettings["columns"]): ReportPage {
  const { headers, rows, totalrowcount } = read(report, answer, operation).data;
  const place = (name: string): number => headers.findIndex((header) => plain(header) === plain(name));
  const places = {
    username: place(columns.username),
    courseShortName: place(columns.courseShortName),
    courseIdNumber: place(columns.courseIdNumber),
    completed: place(columns.completed),
    timeCompleted: place(columns.timeCompleted),
  };
  // Which of two columns of one name is meant, nobody can say: the wrong one would be the wrong person.
  const twice = Object.values(columns).filter((name) => headers.filter((header) => plain(header) === plain(name)).length > 1);
  const missing = [
    ...twice.map((name) => `${name} (once)`),
    ...(places.username < 0 ? [columns.username] : []),
    ...(places.courseShortName < 0 && places.courseIdNumber < 0 ? [`${columns.courseShortName} or ${columns.courseIdNumber}`] : []),
    ...(places.timeCompleted < 0 ? [columns.timeCompleted] : []),
  ];
  if (missing.length > 0) {
    throw new HubError({
      code: "COLUMN_MISSING",
      class: "settings",
      detail: { file: "the completion report", expected: missing.join(", "), operation },
    });
  }
  const text = (cells: readonly (string | number | null)[], index: number): string =>
    index < 0 ? "" : decodeEntities(String(cells[index] ?? "")).trim();
  return {
    rows: rows.map(({ columns: cells }, index) => {
      if (cells.length !== headers.length) {
        throw new HubError({
          code: "UNEXPECTED_ANSWER",
          class: "schema",
          detail: { operation, pointer: `/data/rows/${index}/columns`, expected: `${headers.length} cells`, got: String(cells.length) },
        });
      }
      return {
        username: text(cells, places.username),
        courseShortName: text(cells, places.courseShortName),
        courseIdNumber: text(cells, places.courseIdNumber),
        completed: text(cells, places.completed),
        timeCompleted: text(cells, places.timeCompleted),
      };
    }),
    total: totalrowcount,
  };
}

function plain(header: string): string {
  return header.replace(/\s+/g, " ").trim().toLowerCase();
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** Moodle formats names for a web page: `Safeguarding &amp; "Prevent"`. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,8}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
    // Control characters and surrogates are nobody's name.
    return point < 32 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? whole : String.fromCodePoint(point);
  });
}
