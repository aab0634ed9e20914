/** What a group of security checks is, and what it answers. The runner finds groups by their files; nothing is registered. */
export interface Row {
  /** What was tried, in a few words. */
  readonly check: string;
  readonly tried: number;
  /** Of them, how many were refused or shown nothing, as they must be. */
  readonly refused: number;
  /** Of them, how many got something they had no right to. */
  readonly leaked: number;
  /** What was to be found, or to be allowed, and was not. */
  readonly missed: number;
  /** The first few that went wrong, in words that name no person: enough to try one again. */
  readonly examples?: readonly string[];
}

export interface Run {
  /** The full size that the specification asks for; without it a smaller one that fits a short run. */
  readonly long: boolean;
  readonly seed: number;
  /** Progress, to stderr. */
  note(line: string): void;
}

export interface SecurityGroup {
  /** What it proves, in one sentence. */
  readonly what: string;
  run(run: Run): Promise<readonly Row[]>;
}
