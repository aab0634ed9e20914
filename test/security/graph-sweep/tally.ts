/** What a check has tried and found, and the first few faults of each sort. */
import type { Row } from "../group";

const most = 25;
export class Tally {
  tried = 0;
  refused = 0;
  leaked = 0;
  missed = 0;
  private readonly said = new Map<string, { readonly first: string; times: number }>();

  constructor(readonly check: string) {}

  /** `like`: what the same fault at another place has in common with it. */
  leak(why: string, like = why): void {
    this.leaked += 1;
    this.example(`leaked: ${why}`, `leaked ${like}`);
  }
  miss(why: string, like = why): void {
    this.missed += 1;
    this.example(`missed: ${why}`, `missed ${like}`);
  }
  private example(why: string, like: string): void {
    const said = this.said.get(like);
    if (said) said.times += 1;
    else if (this.said.size < most) this.said.set(like, { first: why, times: 1 });
  }
  row(): Row {
    const { check, tried, refused, leaked, missed } = this;
    return {
      check,
      tried,
      refused,
      leaked,
      missed,
      ...(this.said.size > 0
        ? { examples: [...this.said.values()].map(({ first, times }) => `${first}${times > 1 ? ` (and ${times - 1} alike)` : ""}`) }
        : {}),
    };
  }
}

/** The same fault about somebody else. */
export const withoutNames = (why: string) => why.replace(/ ?(of|at|for the) \w+/g, "");

/** Several at a time, as callers come; the order of the answers plays no part. */
export async function each<T>(all: readonly T[], work: (one: T) => Promise<void>, atOnce = 8): Promise<void> {
  const waiting = [...all];
  await Promise.all(
    Array.from({ length: Math.min(atOnce, waiting.length) }, async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
    }),
  );
}
