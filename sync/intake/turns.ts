/** One push at a time per connection and process, first come, first served; who waits too long goes away. */
export class Turns {
  private readonly tails = new Map<string, Promise<void>>();

  /** Gives what ends the turn; undefined when `patience` ended first. */
  async take(key: string, patience: Promise<unknown>): Promise<(() => void) | undefined> {
    const before = this.tails.get(key) ?? Promise.resolve();
    let leave!: () => void;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const tail = before.then(() => left);
    this.tails.set(key, tail);
    void tail.then(() => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    });
    const came = await Promise.race([before.then(() => true), patience.then(() => false)]);
    if (came) return leave;
    leave();
    return undefined;
  }
}
