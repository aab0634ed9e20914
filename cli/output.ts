import { isHubError } from "../platform/errors";
import { problemText, sentence } from "../schema/codes/problems";
import { ConfigError } from "./config/load";

/** Exit codes of every command. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, degraded: 3 } as const;

/** What people read goes to stdout, how it goes to stderr; with --json stdout is one object and nothing else. */
export class Output {
  constructor(readonly json: boolean) {}

  /** The answer: text for people, the value for programs. */
  answer(value: unknown, text: () => string): void {
    process.stdout.write(this.json ? `${JSON.stringify(value)}\n` : `${text()}\n`);
  }

  /** A line on the way: never on stdout when a program reads it. */
  note(line: string): void {
    process.stderr.write(`${line}\n`);
  }
}

/** What went wrong, whose move it is and the next step; never a stack, never a value. */
export function failureText(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (isHubError(error)) {
    const text = problemText(error.code);
    return `${text.title}. ${sentence(text.say, error.detail)}\n    Next: ${sentence(text.next, error.detail)} (whose move: ${text.owner})`;
  }
  if (error instanceof UsageError) return error.message;
  return `Something failed that should not: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}

export function failureValue(error: unknown): unknown {
  if (error instanceof ConfigError) return { error: { code: "SETTINGS_INVALID", faults: error.faults } };
  if (isHubError(error)) {
    const text = problemText(error.code);
    return {
      error: {
        code: error.code,
        title: text.title,
        say: sentence(text.say, error.detail),
        next: sentence(text.next, error.detail),
        owner: text.owner,
      },
    };
  }
  return { error: { code: error instanceof UsageError ? "USAGE" : "INTERNAL", say: failureText(error) } };
}

/** The command was used in a way it does not understand. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

export function exitCodeOf(error: unknown): number {
  return error instanceof UsageError || error instanceof ConfigError ? exitCodes.usage : exitCodes.failed;
}
