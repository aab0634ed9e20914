/** What a refusal says: the field, what came (never its value) and what was expected. Pure. */
import type { z } from "zod";
import { shown } from "./storable";

type Detail = { readonly pointer?: string; readonly got?: string; readonly expected?: string };

/** What a code means where the connector has not said more: every refusal names a field, what came and what was expected. */
const usually: Readonly<Record<string, Required<Detail>>> = {
  OTHER_ORGANISATION: { pointer: "/organisation", got: "another organisation", expected: "an organisation of this connection" },
  NO_PERSON: { pointer: "/person", got: "nothing", expected: "a key that names the person" },
  COMPLETION_WITHOUT_DATE: { pointer: "/completedOn", got: "nothing", expected: "a day" },
  COURSE_NOT_LISTED: { pointer: "/course", got: "a course that is not listed", expected: "a course that the account may see" },
  CODE_UNKNOWN: { pointer: "/code", got: "a code that is not in the map", expected: "a code of the map" },
};
const unspecific: Required<Detail> = { pointer: "", got: "another value", expected: "a value that can be used" };

export function detailOf(
  code: string,
  said: Detail,
): { pointer: string | undefined; got: string | undefined; expected: string | undefined } {
  const usual = usually[code] ?? unspecific;
  return {
    pointer: shown(said.pointer ?? usual.pointer),
    got: shown(said.got ?? usual.got),
    expected: shown(said.expected ?? usual.expected),
  };
}

export function issueOf(error: z.ZodError, of: unknown): Required<Detail> {
  const issue = error.issues[0];
  if (!issue) return unspecific;
  return {
    pointer: shown(pointerOf(issue.path))!,
    got: kindOfValue(at(of, issue.path)),
    expected: shown(expectationOf(issue))!,
  };
}

function pointerOf(path: readonly PropertyKey[]): string {
  return `/${path.map(String).join("/")}`;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<PropertyKey, unknown>)[step];
  }
  return current;
}

/** What a value is, never the value: "text of 12 characters", "a list of 3", "nothing". */
export function kindOfValue(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return value === "" ? "empty text" : `text of ${value.length} characters`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  return typeof value === "number" ? "a number" : typeof value === "boolean" ? "a yes or no" : typeof value;
}

function expectationOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return issue.expected;
  if (issue.code === "invalid_value") return `one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "unrecognized_keys") return "no further fields";
  if (issue.code === "invalid_format") return `the format ${issue.format}`;
  return issue.message;
}
