/**
 * Lets several pages of one run be on their way to the database at once while their commits keep the order of the pages:
 * the checkpoint of a later page must never be committed before an earlier page. Two pages that touch the same keys do
 * not overlap, because each would wait for the other.
 */
export class OrderedWrites {
  private readonly inFlight: { keys: ReadonlySet<string>; done: Promise<unknown> }[] = [];
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly limit: number) {}

  /** Resolves when the write has been started (not when it is done). Rejects with the error of an earlier write. */
  async start(keys: ReadonlySet<string>, write: (commitAfter: Promise<unknown>) => Promise<void>): Promise<void> {
    while (this.inFlight.length >= this.limit || this.inFlight.some((other) => overlap(other.keys, keys))) {
      await this.inFlight[0]?.done;
    }
    const previous = this.last;
    const done = write(previous);
    const entry = { keys, done };
    this.inFlight.push(entry);
    this.last = done;
    // The rejection is seen by whoever awaits next; this only keeps Node from calling it unhandled meanwhile.
    done.then(
      () => this.inFlight.splice(this.inFlight.indexOf(entry), 1),
      () => undefined,
    );
  }

  /** Waits until nothing is on its way any more, whatever became of it: only then may a run that failed be ended. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.inFlight.map(({ done }) => done));
  }

  /** Waits for everything that was started. */
  async settle(): Promise<void> {
    await this.last;
  }
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  for (const key of small) if (large.has(key)) return true;
  return false;
}
