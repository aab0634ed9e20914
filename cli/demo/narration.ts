/** What the story shows: the command or query of each step, what comes out, and what must be true. */

export interface Check {
  readonly says: string;
  readonly holds: boolean;
  /** What was there instead. */
  readonly found?: unknown;
}
export interface Told {
  readonly title: string;
  readonly shown: readonly { readonly command: string; readonly output: string }[];
  readonly checks: readonly Check[];
  readonly measured: Readonly<Record<string, unknown>>;
}

export class Step {
  private readonly shown: { command: string; output: string }[] = [];
  private readonly checks: Check[] = [];
  private readonly measured: Record<string, unknown> = {};

  constructor(
    readonly title: string,
    private readonly print: (line: string) => void,
  ) {
    print(`\n${title}\n${"-".repeat([...title].length)}`);
  }

  say(text: string): void {
    this.print(text);
  }

  show(command: string, output: string): void {
    this.shown.push({ command, output });
    this.print(`\n  $ ${command.replaceAll("\n", "\n    ")}`);
    for (const line of output.split("\n")) this.print(`    ${line}`);
  }

  /** Goes on when it does not hold: the rest of the story says what else is wrong. */
  check(says: string, holds: boolean, found?: unknown): boolean {
    this.checks.push({ says, holds, ...(holds || found === undefined ? {} : { found }) });
    this.print(`  ${holds ? "ok  " : "NOT "} ${says}${holds || found === undefined ? "" : `; found ${JSON.stringify(found)}`}`);
    return holds;
  }

  equal(says: string, found: unknown, expected: unknown): boolean {
    return this.check(says, JSON.stringify(found) === JSON.stringify(expected), found);
  }

  measure(name: string, value: unknown): void {
    this.measured[name] = value;
  }

  get told(): Told {
    return { title: this.title, shown: this.shown, checks: this.checks, measured: this.measured };
  }
}
