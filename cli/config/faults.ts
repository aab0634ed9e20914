import type { Document, LineCounter } from "yaml";
import type { z } from "zod";

/** One thing that is wrong with the configuration: where, what, and what to do. */
export interface ConfigFault {
  readonly file: string;
  readonly line: number | undefined;
  /** Path in the file, for example connections[2].settings.baseUrl. */
  readonly at: string;
  readonly say: string;
  readonly cure: string;
}

export function pathText(path: readonly PropertyKey[]): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? String(step) : `.${String(step)}`)).join("");
}

/** Line of the deepest node of the path that exists in the file. */
export function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] | null } | undefined)?.range;
    if (range?.[0] !== undefined) return lines.linePos(range[0]).line;
  }
  return undefined;
}

export function describeIssue(issue: z.core.$ZodIssue): { say: string; cure: string } {
  switch (issue.code) {
    case "unrecognized_keys":
      return { say: `not known: ${issue.keys.join(", ")}`, cure: "Remove it, or check the spelling." };
    case "invalid_type":
      return issue.input === undefined
        ? { say: "is missing", cure: `Add it: ${article(issue.expected)}.` }
        : {
            say: `should be ${article(issue.expected)}`,
            cure: `Write ${article(issue.expected)}${issue.expected === "string" && typeof issue.input === "number" ? ", in quotes" : ""}.`,
          };
    case "invalid_value":
      return { say: `should be one of ${issue.values.join(", ")}`, cure: `Write one of ${issue.values.join(", ")}.` };
    case "invalid_format":
      return {
        say: issue.message.startsWith("Invalid") ? `is not ${formatName(issue.format)}` : `should be ${issue.message}`,
        cure: issue.message.startsWith("Invalid") ? `Write ${formatName(issue.format)}.` : `Write ${issue.message}.`,
      };
    case "too_small":
    case "too_big": {
      const expected = limitText(issue);
      return { say: `should be ${expected}`, cure: `Write ${expected}.` };
    }
    default:
      // A message of ours says what is expected; zod's own sentences start with a capital letter.
      return /^[A-Z]/.test(issue.message)
        ? { say: "is in none of the accepted forms", cure: "Correct the value." }
        : { say: `should be ${issue.message}`, cure: `Write ${issue.message}.` };
  }
}

function limitText(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const isLow = issue.code === "too_small";
  const limit = isLow ? issue.minimum : issue.maximum;
  if (issue.origin === "string")
    return isLow && limit === 1 ? "text, not empty" : `text of ${isLow ? "at least" : "at most"} ${limit} characters`;
  if (issue.origin === "array") return `a list of ${isLow ? "at least" : "at most"} ${limit}`;
  return issue.inclusive === false ? `${isLow ? "more" : "less"} than ${limit}` : `${limit} or ${isLow ? "more" : "less"}`;
}

function formatName(format: string): string {
  return { date: "a day (YYYY-MM-DD)", url: "an address (https://...)", regex: "in the expected form" }[format] ?? `a valid ${format}`;
}

function article(expected: string): string {
  const words: Record<string, string> = {
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a group of settings",
    record: "a group of settings",
  };
  return words[expected] ?? expected;
}

export function faultText(fault: ConfigFault): string {
  return `${fault.file}${fault.line === undefined ? "" : `:${fault.line}`}  ${fault.at || "(whole file)"} ${fault.say}\n    ${fault.cure}`;
}
