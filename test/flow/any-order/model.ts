/**
 * What the hub should hold, as it could be kept on a napkin: of each record what is in force, and which of its versions have been
 * told to the hub. Nothing here knows how the hub does it.
 */
export type Held = { readonly day: string; readonly state: "IN_FORCE" | "SUSPECTED" | "WITHDRAWN" };

/** A vendor that pushes: the greatest version of a record speaks, whatever the order in which its versions come. */
export class PushModel {
  private readonly told = new Map<string, Map<number, string | undefined>>();

  /** The word on a version; undefined: withdrawn. A vendor does not say two things under one version. */
  tell(id: string, version: number, day: string | undefined): void {
    const of = this.told.get(id) ?? new Map<number, string | undefined>();
    this.told.set(id, of.set(version, day));
  }

  /** What is in force; what is withdrawn, or was never there, is not in it. */
  current(): Record<string, string> {
    const held: Record<string, string> = {};
    for (const [id, of] of this.told) {
      const day = of.get(Math.max(...of.keys()));
      if (day !== undefined) held[id] = day;
    }
    return held;
  }

  /** Versions with facts: each of them stands once, as the current one or in history. */
  versions(): Record<string, readonly number[]> {
    const all: Record<string, readonly number[]> = {};
    for (const [id, of] of this.told) {
      const facts = [...of].flatMap(([version, day]) => (day === undefined ? [] : [version]));
      if (facts.length > 0) all[id] = facts.sort((a, b) => a - b);
    }
    return all;
  }
}

/** A vendor that is asked. `there` is the vendor's own; the rest is what the hub has read of it. */
export class PollModel {
  readonly there = new Map<string, { readonly day: string; readonly changedAt: string }>();
  private readonly read = new Map<string, Held>();
  private readonly seen = new Map<string, string[]>();

  /** What has changed is read; what has gone is not noticed. */
  increment(): void {
    for (const [id, { day }] of this.there) {
      const versions = this.seen.get(id) ?? [];
      if (versions.at(-1) !== day) this.seen.set(id, [...versions, day]);
      this.read.set(id, { day, state: this.stateAfter(id, day) });
    }
  }

  /** An increment lists only what has changed: what is suspected stays so until it is listed. */
  private stateAfter(id: string, day: string): Held["state"] {
    const before = this.read.get(id);
    return before && before.day === day ? before.state : "IN_FORCE";
  }

  /** Everything is read: what is missing once is suspected, what is missing twice has gone. */
  full(): void {
    this.increment();
    for (const [id, { day, state }] of this.read) {
      if (this.there.has(id)) this.read.set(id, { day, state: "IN_FORCE" });
      else if (state === "IN_FORCE") this.read.set(id, { day, state: "SUSPECTED" });
      else this.read.set(id, { day, state: "WITHDRAWN" });
    }
  }

  held(): Record<string, Held> {
    return Object.fromEntries(this.read);
  }

  /** Every version that was ever read stands once, as the current one or in history. */
  versions(): Record<string, number> {
    return Object.fromEntries([...this.seen].map(([id, days]) => [id, days.length]));
  }
}
