import { CommanderError } from "commander";
import { exitCodes, failureText, failureValue, UsageError } from "./output";

/** As everywhere a reason is taken (graph, intake): what is longer is no reason, id or name of anybody's. */
const longest = 1_000;

/**
 * What was typed, before anything is opened: an option or operand that says nothing is a variable that was not set, and would be
 * written down as the reason or reference of an act.
 */
export function checkGiven(options: Readonly<Record<string, unknown>>, operands: readonly unknown[], names: readonly string[]): void {
  for (const [name, value] of Object.entries(options))
    for (const one of Array.isArray(value) ? value : [value]) checkText(`--${dashed(name)}`, one);
  for (const [at, operand] of operands.entries()) checkText(`<${names[at] ?? at + 1}>`, operand);
}

const dashed = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function checkText(name: string, value: unknown): void {
  if (typeof value !== "string") return;
  if (value.trim() === "") throw new UsageError(`${name}: expected a text; got an empty one. Next: say it, and run the command again.`);
  if (value.length > longest)
    throw new UsageError(
      `${name}: expected at most ${longest.toLocaleString("en-GB")} characters; got ${value.length.toLocaleString("en-GB")}. Next: shorten it, and run the command again.`,
    );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for; the database stores no NUL, and the others rewrite a terminal.
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(value))
    throw new UsageError(`${name}: expected a text without control characters. Next: type it anew, and run the command again.`);
}

/** Where the parser itself says no, on stderr: nobody has looked for --json yet. */
export function unparsed(error: unknown): void {
  if (!(error instanceof CommanderError)) {
    process.stderr.write(`${failureText(error)}\n`);
    process.exitCode = exitCodes.failed;
    return;
  }
  process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error.exitCode !== 0 && process.argv.includes("--json"))
    process.stdout.write(`${JSON.stringify(failureValue(new UsageError(error.message.replace(/^error: /, ""))))}\n`);
}
