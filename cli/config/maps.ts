import { existsSync, readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { CodeMapRow, CourseMapRow } from "../../connectors/connector";
import { isDay } from "../../platform/clock";
import { parseCompetenceName } from "../../schema/codes/competences";
import { mappableLists, valueOfList } from "../../sync/rederive/propose-codes";

/** An organisation's own renewal period for a competence: a deviation, with its recorded reason. */
export interface RenewalRow {
  readonly organisation: string;
  /** Identity of the competence. */
  readonly competence: string;
  readonly months: number;
  readonly reason: string;
  readonly approvedBy: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}
interface Problem {
  readonly say: string;
  readonly cure: string;
}
export interface Read<T> {
  readonly rows: readonly T[];
  readonly faults: readonly Problem[];
}

/** CSV with the columns course, competence (an ESR competence name, or "local"), from, to. */
export function readCourseMap(file: string): Read<CourseMapRow> {
  return readRows(file, ["course", "competence"], (row, line, problem) => {
    const competence = row.competence?.trim() ?? "";
    const { from, to } = period(row, (say, cure) => problem(`${file}:${line}: ${say}`, cure));
    if (!row.course) problem(`${file}:${line}: course is empty`, "Write the idnumber, the short name or id:<number> of the course.");
    if (competence === "local") return { course: row.course ?? "", competence: undefined, from, to };
    const identity = parseCompetenceName(competence)?.identity;
    if (!identity)
      problem(
        `${file}:${line}: "${competence}" is not an ESR competence name`,
        "Write it as ESR does, for example NHS|CSTF|Fire Safety - 2 Years|, or local.",
      );
    return { course: row.course ?? "", competence: identity, from, to };
  });
}

/** CSV with the columns list, code, value (a code of that list of ours), from, to. */
export function readCodeMap(file: string): Read<CodeMapRow> {
  return readRows(file, ["list", "code", "value"], (row, line, problem) => {
    const { list = "", code = "" } = row;
    const { from, to } = period(row, (say, cure) => problem(`${file}:${line}: ${say}`, cure));
    if (code === "") problem(`${file}:${line}: code is empty`, "Write the code as the vendor writes it.");
    if (!mappableLists.includes(list))
      problem(`${file}:${line}: "${list}" is none of our lists`, `Write one of ${mappableLists.join(", ")}.`);
    const value = valueOfList(list, row.value ?? "");
    if (value === undefined && mappableLists.includes(list))
      problem(`${file}:${line}: "${row.value}" is not in our list of ${list}`, "Write a code of that list.");
    return { list, code, value: value ?? "", from, to };
  });
}

/** CSV with the columns competence, months, reason, approved_by, from, to. */
export function readRenewals(file: string, organisation: string): Read<RenewalRow> {
  return readRows(file, ["competence", "months", "reason"], (row, line, problem) => {
    const identity = parseCompetenceName(row.competence ?? "")?.identity;
    if (!identity)
      problem(
        `${file}:${line}: "${row.competence}" is not an ESR competence name`,
        "Write it as ESR does, for example NHS|CSTF|Fire Safety - 2 Years|.",
      );
    const months = Number(row.months);
    if (!Number.isInteger(months) || months < 1)
      problem(`${file}:${line}: months should be a whole number from 1`, "Write the renewal period in months.");
    if (!row.reason) problem(`${file}:${line}: reason is empty`, "A deviation from the national period needs its recorded reason.");
    return {
      organisation,
      competence: identity ?? "",
      months,
      reason: row.reason ?? "",
      approvedBy: row.approved_by || undefined,
      ...period(row, (say, cure) => problem(`${file}:${line}: ${say}`, cure)),
    };
  });
}

/** The first and last day of a line, from the columns <prefix>from and <prefix>to. */
export function period(row: Readonly<Record<string, string>>, problem: (say: string, cure: string) => void, prefix = "") {
  const [from, to] = [`${prefix}from`, `${prefix}to`];
  for (const name of [from, to]) {
    if (row[name] && !isDay(row[name])) problem(`${name} is not a day`, "Write YYYY-MM-DD, or leave it empty.");
  }
  if (row[from] && row[to] && row[to] < row[from])
    problem(`${to} is before ${from}`, `Write the first day as ${from} and the last day as ${to}.`);
  return { from: row[from] || undefined, to: row[to] || undefined };
}

export function readRows<T>(
  file: string,
  columns: readonly string[],
  read: (row: Record<string, string>, line: number, problem: (say: string, cure: string) => void) => T,
): Read<T> {
  if (!existsSync(file))
    return { rows: [], faults: [{ say: `refers to ${file}, which does not exist`, cure: "Create the file, or correct the path." }] };
  const faults: Problem[] = [];
  let rows: { record: Record<string, string>; info: { lines: number } }[];
  try {
    rows = parse(readFileSync(file, "utf8"), {
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      comment: "#",
      comment_no_infix: true,
      info: true,
    }) as unknown as typeof rows;
  } catch (error) {
    return { rows: [], faults: [{ say: `${file}: ${(error as Error).message}`, cure: "Correct the file." }] };
  }
  const missing = columns.filter((column) => rows[0] && !(column in rows[0].record));
  if (missing.length > 0)
    return {
      rows: [],
      faults: [
        { say: `${file} lacks the column${missing.length > 1 ? "s" : ""} ${missing.join(", ")}`, cure: "Add it to the first line." },
      ],
    };
  const result = rows.map(({ record, info }) => read(record, info.lines, (say, cure) => faults.push({ say, cure })));
  return { rows: result, faults };
}
