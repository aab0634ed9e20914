/** Failures of one side within a minute: whoever guesses is not listened to for the rest of it. */
const windowMs = 60_000;
const mostFailures = 30;
const mostSides = 10_000;

export class Failures {
  private readonly sides = new Map<string, { count: number; readonly since: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  private of(side: string): { count: number; readonly since: number } | undefined {
    const found = this.sides.get(side);
    if (found && this.now() - found.since > windowMs) {
      this.sides.delete(side);
      return undefined;
    }
    return found;
  }

  /** Seconds until it may ask again; undefined when it may now. */
  wait(side: string): number | undefined {
    const found = this.of(side);
    return found && found.count >= mostFailures ? Math.ceil((windowMs - (this.now() - found.since)) / 1000) : undefined;
  }

  count(side: string): void {
    const found = this.of(side);
    if (found) found.count += 1;
    else {
      // Bounded: the oldest goes.
      if (this.sides.size >= mostSides) this.sides.delete(this.sides.keys().next().value!);
      this.sides.set(side, { count: 1, since: this.now() });
    }
  }
}
