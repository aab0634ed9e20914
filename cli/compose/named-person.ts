/**
 * Who runs a command. In earnest it is the account of the operating system, which somebody has signed in to. A demonstration runs under
 * one account and has acts of two people: there the configuration names people, and --operator says which of them it is.
 */
import { userInfo } from "node:os";
import type { Config } from "../config/load";
import { UsageError } from "../output";

let named: string | undefined;

export function comeAs(name: string | undefined): void {
  named = name;
}

/** Before anything is asked or done in that name. */
export function checkOperator({ mode, commandLine }: Pick<Config, "mode" | "commandLine">): void {
  if (named === undefined) return;
  if (mode === "production")
    throw new UsageError(
      "--operator is for the demonstration. Next: the other person runs the command, signed in to an account of their own.",
    );
  if (commandLine.people.includes(named)) return;
  const known = commandLine.people.map((name) => `"${name}"`).join(", ");
  throw new UsageError(
    `--operator: expected ${known ? `one of ${known}` : "a name of commandLine.people in the configuration, which has none"}; got "${named.slice(0, 60)}".`,
  );
}

/** As it stands in the audit and tells two people apart. */
export function whoRuns(): string {
  return named === undefined ? `command-line:${userInfo().username}` : `command-line:${userInfo().username} as ${named}`;
}

/** What the second person types; where one account may come as several, that too. */
export function theyRun(
  { commandLine }: Pick<Config, "commandLine">,
  { id, organisation, as }: { readonly id: string; readonly organisation: string; readonly as?: string },
): string[] {
  const others = commandLine.people.filter((name) => name !== named).map((name) => `"${name}"`);
  return [
    `    They run:  npx lanyard approvals approve ${id}${as ? ` --as ${as}` : ""} --organisation ${organisation} --reason "<why>"`,
    ...(others.length > 0 ? [`    From this same account, as in the demonstration: add --operator with one of ${others.join(", ")}`] : []),
  ];
}
